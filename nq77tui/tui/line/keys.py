"""Bytes from the terminal become Textual's events; Textual's own parser names the keys.

A sequence is given to the parser only when it is whole by the grammar of ECMA-48, so that an
Escape is told from the beginning of a sequence by a short wait, a key that nobody knows types
nothing, and half a sequence at the end of a packet waits for its other half.
"""

from __future__ import annotations

import re
from codecs import getincrementaldecoder
from collections.abc import Iterator

from textual import events
from textual._xterm_parser import XTermParser
from textual.message import Message

ESCAPE = "\x1b"
_PASTE_START, _PASTE_END = "\x1b[200~", "\x1b[201~"
_TOKEN = re.compile(
    r"""
    (?P<text> [^\x1b]+ )
    # The Linux console has F1 to F5 as ESC [ [ A to E (console_codes(4)).
    | (?P<sequence> \x1b\[ (?: \[[A-E] | [0-?]* [ -/]* [@-Z\\-~] ) | \x1bO [0-9;]* [@-~] )
    | (?P<answer> \x1b[\]PX^_] [^\x1b\x07]+ (?: \x07 | \x1b\\ ) )
    | (?P<escape> \x1b (?= \x1b ) )
    | (?P<alt> \x1b [^\x1b\[O\]PX^_] )
    """,
    re.VERBOSE,
)
_BY_HAND = re.compile(r"\x1b[\[O\]PX^_]?")
"""What may also be Escape, or Alt with a letter; anything longer is the start of a sequence."""


class Keys:
    """Reads on, from wherever the last bytes ended."""

    def __init__(self) -> None:
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._parser = XTermParser()
        self._rest = ""
        self._pasted: str | None = None

    @property
    def is_undecided(self) -> bool:
        """Whether the last byte is an Escape, unless more follows at once."""
        return self._pasted is None and bool(_BY_HAND.fullmatch(self._rest))

    def feed(self, data: bytes) -> Iterator[Message]:
        """What some bytes mean.

        Args:
            data: as they came; anything may be cut at the end.
        """
        text, self._rest = self._rest + self._decode(data), ""
        while text:
            if self._pasted is not None:
                pasted, end, text = (self._pasted + text).partition(_PASTE_END)
                self._pasted = None if end else pasted
                if end:
                    yield events.Paste(pasted.replace("\x00", ""))
                continue
            found = _TOKEN.match(text)
            if found is None:
                self._rest = text
                return
            text = text[found.end() :]
            if found[0] == _PASTE_START:
                self._pasted = ""
            else:
                yield from self._token(found.lastgroup or "", found[0])

    def decide(self) -> Iterator[Message]:
        """Nothing more has followed: it was the key Escape."""
        rest, self._rest = self._rest, ""
        if rest == ESCAPE:
            yield from self._token("escape", rest)
        elif rest:
            yield from self._token("alt", rest)

    def _token(self, kind: str, token: str) -> Iterator[Message]:
        if kind == "answer":
            return
        if kind == "escape":
            yield events.Key("escape", ESCAPE)
            return
        messages = list(self._parser.feed(token))
        if kind != "text" and not messages:
            # The parser waits for more. Its end of input makes Alt and a letter of that; a
            # sequence that it does not know is forgotten.
            at_end = list(self._parser.feed(""))
            messages = at_end if kind == "alt" else []
            self._parser = XTermParser()
        for message in messages:
            # Whether the window has the focus changes nothing that is worth a byte.
            if not isinstance(message, events.AppFocus | events.AppBlur):
                yield message
