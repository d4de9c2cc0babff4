"""The shape of a Vietnamese syllable: initial, vowels, final, and the vowel that carries the tone.

What is written here is spelling, nothing about keys. It is kept loose on purpose: names of the
smaller peoples (Slương, Mìang, Hmông, Krông, Đắk) are no syllables of the Vietnamese language,
and must come out all the same.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

ToneStyle = Literal["old", "new"]

GRAVE, HOOK, TILDE, ACUTE, DOT = "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"
CIRCUMFLEX, BREVE, HORN = "\u0302", "\u0306", "\u031b"
STROKE = "\u0335"
"""Stands for the bar of đ, which Unicode does not take apart."""

_VOWELS = frozenset("aeiouy")
_CONSONANTS = frozenset("bcdghklmnpqrstvx")
# k and h end syllables only in names: Đắk, Păh.
_FINALS = frozenset(["", "c", "ch", "h", "k", "m", "n", "ng", "nh", "p", "t"])
_STOPS = frozenset(["c", "ch", "k", "p", "t"])
_NUCLEUS_LIST = """
    a ă â e ê i o ô ơ u ư y
    ai ao au ay âu ây eo êu ia iu iê iêu yê yêu
    oa oă oe oi oai oao oay oeo oo ôô ôi ơi
    ua uâ uây uê uêu ui uô uôi uơ uy uya uyê uyu ưa ưi ưu ươ ươi ươu
"""
_NUCLEI = frozenset(_NUCLEUS_LIST.split())
# The initials after which an open uơ is a rime: huơ, thuở, khuơ.
_BEFORE_OPEN_UO = frozenset(["h", "th", "kh"])
# In these the style of the tone mark decides: hòa or hoà, khỏe or khoẻ, thủy or thuỷ.
_STYLED = frozenset(["oa", "oe", "uy"])


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter of a word: what was typed, and the shape (^, breve, horn, bar) it was given."""

    typed: str
    shape: str = ""
    stands_alone: bool = False
    """Whether a w without a vowel to change wrote this ư."""

    @property
    def base(self) -> str:
        """The letter without marks, in lower case."""
        return "u" if self.stands_alone else self.typed.lower()

    @property
    def is_vowel(self) -> bool:
        """Whether the letter is a vowel; y is one."""
        return self.base in _VOWELS

    def spelled(self, tone: str = "") -> str:
        """The letter with its marks, in the case it was typed in."""
        if self.shape == STROKE:
            plain = "đ"
        else:
            plain = unicodedata.normalize("NFC", self.base + self.shape + tone)
        return plain.upper() if self.typed.isupper() else plain


Letters = tuple[Letter, ...]


def _bases(letters: Sequence[Letter]) -> str:
    return "".join(letter.base for letter in letters)


def _spelled(letters: Sequence[Letter]) -> str:
    return "".join(letter.spelled().lower() for letter in letters)


def _unmarked(nucleus: str) -> str:
    return "".join(unicodedata.normalize("NFD", letter)[0] for letter in nucleus)


_BARE_NUCLEI = frozenset(_unmarked(nucleus) for nucleus in _NUCLEI)


@dataclass(frozen=True, slots=True)
class Syllable:
    """A word divided: its letters, where its vowels begin and where they end."""

    letters: Letters
    start: int
    end: int

    @classmethod
    def of(cls, letters: Letters) -> Syllable:
        """Divide a word at its first vowels; gi and qu are initials when a vowel follows."""
        start = next((at for at, letter in enumerate(letters) if letter.is_vowel), len(letters))
        end = start
        while end < len(letters) and letters[end].is_vowel:
            end += 1
        if end - start > 1 and _is_glide(_bases(letters[:start]), _bases(letters[start:end])):
            start += 1
        return cls(letters, start, end)

    @property
    def initial(self) -> str:
        """The letters before the vowels, without marks."""
        return _bases(self.letters[: self.start])

    @property
    def nucleus(self) -> Letters:
        """The vowels."""
        return self.letters[self.start : self.end]

    @property
    def final(self) -> str:
        """The letters after the vowels, without marks."""
        return _bases(self.letters[self.end :])

    @property
    def is_one(self) -> bool:
        """Whether the word can be read as one syllable, be it of Vietnamese or of a name."""
        return (
            1 <= self.end - self.start <= 3
            and _is_initial(self.initial)
            and self.final in _FINALS
            and not any(letter.shape for letter in self.letters[self.end :])
        )

    @property
    def can_bear_tone(self) -> bool:
        """Whether it is one syllable with vowels that exist, marks still to come included."""
        return self.is_one and _bases(self.nucleus) in _BARE_NUCLEI

    @property
    def has_known_nucleus(self) -> bool:
        """Whether it is one syllable with vowels that exist as they are marked now."""
        if not self.is_one:
            return False
        return _spelled(_with_both_horns(self.nucleus)) in _NUCLEI

    def fits(self, tone: str) -> bool:
        """Whether it is one syllable that can have this tone; stops have sắc and nặng only."""
        if not tone:
            return self.is_one
        return self.can_bear_tone and (tone in (ACUTE, DOT) or self.final not in _STOPS)

    @property
    def _may_keep_one_horn(self) -> bool:
        """Whether uơ stands alone: huơ, thuở, khuơ; ưo does so only until a letter follows."""
        if len(self.nucleus) != 2 or (self.final in _FINALS and self.final):
            return False
        return self.initial in _BEFORE_OPEN_UO or not self.nucleus[1].shape

    def spelled(self, tone: str, style: ToneStyle) -> str:
        """The word with all its marks."""
        nucleus = self.nucleus if self._may_keep_one_horn else _with_both_horns(self.nucleus)
        letters = [*self.letters[: self.start], *nucleus, *self.letters[self.end :]]
        texts = [letter.spelled() for letter in letters]
        if nucleus and tone:
            at = self.start + _tone_place(nucleus, self.final != "", style)
            texts[at] = letters[at].spelled(tone)
        return "".join(texts)


def _is_glide(consonants: str, vowels: str) -> bool:
    """Whether the first vowel belongs to the initial."""
    if consonants:
        return consonants + vowels[0] in ("qu", "gi")
    # A first y before these is a consonant, in names only: Yàng.
    return vowels[0] == "y" and vowels[1] in "aou"


def _is_initial(bases: str) -> bool:
    # Clusters are those of names: Slương, Hmông, Krông; j after a consonant is Tày: Pjạc.
    return (
        len(bases) <= 4
        and not bases.startswith("j")
        and all(base in _CONSONANTS or base in "jiuy" for base in bases)
    )


def _with_both_horns(nucleus: Letters) -> Letters:
    """Write uơ and ưo as ươ."""
    if _bases(nucleus[:2]) != "uo" or all(vowel.shape != HORN for vowel in nucleus[:2]):
        return nucleus
    horned = [Letter(vowel.typed, HORN, vowel.stands_alone) for vowel in nucleus[:2]]
    return (*horned, *nucleus[2:])


def _tone_place(nucleus: Letters, has_final: bool, style: ToneStyle) -> int:
    shaped = [at for at, vowel in enumerate(nucleus) if vowel.shape]
    if shaped:
        return shaped[-1]
    bases = _bases(nucleus)
    if len(nucleus) > 2:
        return 1
    if len(nucleus) == 1 or bases == "ia":
        # No final follows ia but in names, and there the tone stays: Mìang.
        return 0
    return int(has_final or (bases in _STYLED and style == "new"))


def is_in_alphabet(letters: Letters) -> bool:
    """Whether all letters are of the Vietnamese alphabet: no f, j, w, z and no sign."""
    return all(letter.base in _VOWELS or letter.base in _CONSONANTS for letter in letters)


def could_be_name(letters: Letters) -> bool:
    """Whether a word of several syllables could be a name written as one: Êđê, Đakrông."""
    end = max((at + 1 for at, letter in enumerate(letters) if letter.is_vowel), default=0)
    final = letters[end:]
    return (
        is_in_alphabet(letters)
        and _bases(final) in _FINALS
        and not any(letter.shape for letter in final)
    )
