"""The keys of Telex and VNI: tables of what each does, and the reading of a typed word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from nq77tui.core.vietnamese.syllable import (
    ACUTE,
    BREVE,
    CIRCUMFLEX,
    DOT,
    GRAVE,
    HOOK,
    HORN,
    STROKE,
    TILDE,
    Letter,
    Letters,
    Syllable,
    ToneStyle,
    is_in_alphabet,
)

Method = Literal["telex", "vni"]


@dataclass(frozen=True, slots=True)
class Word:
    """What the keys have made so far."""

    letters: Letters = ()
    tone: str = ""
    taken_back: frozenset[str] = frozenset()
    """Keys that were doubled to take their mark back; they are letters now."""

    def with_letter(self, typed: str) -> Word:
        """One letter more."""
        return replace(self, letters=(*self.letters, Letter(typed)))

    def with_shape(self, at: int, shape: str) -> Word:
        """One letter changed."""
        shaped = replace(self.letters[at], shape=shape)
        return replace(self, letters=(*self.letters[:at], shaped, *self.letters[at + 1 :]))

    @property
    def is_settled(self) -> bool:
        """Whether the marks may be shown: nothing speaks against them, or the user saw to it."""
        has_vowel = any(letter.is_vowel for letter in self.letters)
        return not has_vowel or bool(self.taken_back) or Syllable.of(self.letters).fits(self.tone)

    def spelled(self, style: ToneStyle) -> str:
        """The word with its marks."""
        return Syllable.of(self.letters).spelled(self.tone, style)


@dataclass(frozen=True, slots=True)
class Keys:
    """What the keys of a method do, and how far from its letter a mark may be typed."""

    tones: Mapping[str, str]
    shapes: Mapping[str, Mapping[str, str]]
    lone_horn: str = ""
    """The key that writes ư where it finds no vowel."""
    is_free: bool = True
    """Whether a mark finds its letter anywhere in the syllable, or only right before it."""

    def read(self, raw: str) -> Word:
        """Type a word, one key after the other."""
        word = Word()
        for typed in raw:
            word = self._marked(word, typed) or word.with_letter(typed)
        return word

    def _marked(self, word: Word, typed: str) -> Word | None:
        key = typed.lower()
        if key in word.taken_back:
            return None
        if key in self.tones:
            return _with_tone(word, typed, self.tones[key])
        if key in self.shapes:
            return self._shaped(word, typed, self.shapes[key])
        return None

    def _shaped(self, word: Word, typed: str, shapes: Mapping[str, str]) -> Word | None:
        places = [at for at in self._reach(word.letters) if word.letters[at].base in shapes]
        for at in places:
            shape = shapes[word.letters[at].base]
            if _is_new(word.letters, at, shape):
                shaped = word.with_shape(at, shape)
                if _makes_sense(shaped, at):
                    return shaped
        marked = [at for at in places if word.letters[at].shape == shapes[word.letters[at].base]]
        if marked:
            return _without_shapes(word, typed, marked)
        last = len(word.letters) - 1
        if last in places and is_in_alphabet(word.letters):
            # Typed right behind its letter, the mark is surely meant.
            return word.with_shape(last, shapes[word.letters[last].base])
        return self._with_lone_horn(word, typed)

    def _reach(self, letters: Letters) -> Iterator[int]:
        """Where a key looks for a letter to change, the likeliest place first."""
        syllable = Syllable.of(letters)
        if not self.is_free or not syllable.is_one:
            yield from range(len(letters))[-1:]
            return
        yield from reversed(range(syllable.start, syllable.end))
        if syllable.initial == "d":
            yield 0

    def _with_lone_horn(self, word: Word, typed: str) -> Word | None:
        if typed.lower() != self.lone_horn:
            return None
        letters = (*word.letters, Letter(typed, HORN, stands_alone=True))
        syllable = Syllable.of(letters)
        is_first_vowel = syllable.start == len(word.letters)
        return replace(word, letters=letters) if is_first_vowel and syllable.is_one else None


def _is_new(letters: Letters, at: int, shape: str) -> bool:
    """Whether the letter lacks the shape; uơ counts as one vowel that has its horn."""
    after = letters[at + 1 : at + 2]
    has_horn_after = any(letter.base == "o" and letter.shape == HORN for letter in after)
    return letters[at].shape != shape and not (letters[at].base == "u" and has_horn_after)


def _makes_sense(word: Word, changed: int) -> bool:
    syllable = Syllable.of(word.letters)
    if changed < syllable.start:
        return syllable.can_bear_tone
    return syllable.has_known_nucleus and syllable.fits(word.tone)


def _without_shapes(word: Word, typed: str, marked: list[int]) -> Word:
    """Take marks back; the key becomes a letter, unless it wrote one itself."""
    was_alone = any(word.letters[at].stands_alone for at in marked)
    letters = tuple(
        Letter(letter.typed) if at in marked else letter for at, letter in enumerate(word.letters)
    )
    word = replace(word, letters=letters, taken_back=word.taken_back | {typed.lower()})
    return word if was_alone else word.with_letter(typed)


def _with_tone(word: Word, typed: str, tone: str) -> Word | None:
    if not Syllable.of(word.letters).can_bear_tone or (not tone and not word.tone):
        return None
    if tone != word.tone:
        return replace(word, tone=tone)
    taken_back = word.taken_back | {typed.lower()}
    return replace(word, tone="", taken_back=taken_back).with_letter(typed)


_TELEX = Keys(
    tones={"s": ACUTE, "f": GRAVE, "r": HOOK, "x": TILDE, "j": DOT, "z": ""},
    shapes={
        "a": {"a": CIRCUMFLEX},
        "e": {"e": CIRCUMFLEX},
        "o": {"o": CIRCUMFLEX},
        "w": {"a": BREVE, "o": HORN, "u": HORN},
        "d": {"d": STROKE},
    },
    lone_horn="w",
)
_VNI = Keys(
    tones={"1": ACUTE, "2": GRAVE, "3": HOOK, "4": TILDE, "5": DOT, "0": ""},
    shapes={
        "6": {"a": CIRCUMFLEX, "e": CIRCUMFLEX, "o": CIRCUMFLEX},
        "7": {"o": HORN, "u": HORN},
        "8": {"a": BREVE},
        "9": {"d": STROKE},
    },
)


def _for_names(keys: Keys) -> Keys:
    """For names of several syllables: a tone would be a guess, as would a mark further off."""
    return replace(keys, tones={}, lone_horn="", is_free=False)


def _for_abbreviations(keys: Keys) -> Keys:
    """For capitals like BĐATGT: only the bar of Đ."""
    shapes = {key: bases for key, bases in keys.shapes.items() if "d" in bases}
    return replace(_for_names(keys), shapes=shapes)


METHODS: Mapping[Method, tuple[Keys, Keys, Keys]] = {
    "telex": (_TELEX, _for_names(_TELEX), _for_abbreviations(_TELEX)),
    "vni": (_VNI, _for_names(_VNI), _for_abbreviations(_VNI)),
}
"""For each method the keys for a syllable, for a name of several, for an abbreviation."""
