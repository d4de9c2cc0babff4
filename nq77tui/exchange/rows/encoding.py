"""A file's bytes as text, or the reason why they are none.

UTF-8 only, with or without a byte order mark. Older Vietnamese encodings (TCVN3, VNI,
Windows-1258) cannot be told apart with certainty, and a wrong guess would fill the store with
names that nobody can read: they are refused, with the way to convert them.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from pathlib import Path

from nq77tui.core.problem import Problem, RefusedError, cause_of

MAX_BYTES = 64 << 20
"""Of one file; a district's households are 4 MB."""

_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

# Text typed with a TCVN3 (.VnTime) or VNI (VNI-Times) font and then saved as UTF-8: Nguyễn is
# "NguyÔn" or "Nguyeãn". Both use signs inside words that Vietnamese in Unicode never has there.
_TCVN3 = re.compile(r"[A-Za-z][µ¸¶¹¨»¾¼½©ª¬®]")
_VNI = re.compile(r"[AEOUYaeouy][øûõØÛÕ]")
_VIETNAMESE_ONLY = re.compile(r"[ăđơưĂĐƠƯ\u1ea0-\u1ef9]")
_CERTAIN = 3
"""So many such signs, of two kinds, and not one letter that only Vietnamese in Unicode has."""


def read_text_file(path: Path) -> str:
    """The text of a file, without its byte order mark.

    Raises:
        RefusedError: unreadable, empty, too large, no text, or not UTF-8.
    """
    content = _read(path)
    if content.startswith(_WORKBOOKS):
        raise _refused("workbook", path)
    if content.startswith(_UTF16):
        raise _refused("utf16", path)
    if b"\0" in content:
        raise _refused("no_text", path)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The position counts from behind the byte order mark; a mark holds no line break.
        row = content.count(b"\n", 0, error.start) + 1
        raise _refused("not_utf8", path, row=row) from None
    if not text.strip():
        raise _refused("empty_file", path)
    return text


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise _refused("cannot_read", path, detail=cause_of(error)) from None
    if len(content) > MAX_BYTES:
        raise _refused("too_large", path, most=MAX_BYTES >> 20)
    return content


def _refused(reason: str, path: Path, **params: object) -> RefusedError:
    return RefusedError(Problem(f"exchange.{reason}", {"file": path.name, **params}))


def is_old_font(text: str) -> bool:
    """Whether a text was certainly typed with a TCVN3 or VNI font: right signs, wrong letters."""
    if text.isascii():
        return False
    composed = unicodedata.normalize("NFC", text)
    if _VIETNAMESE_ONLY.search(composed):
        return False
    for signs in (_TCVN3, _VNI):
        found = signs.findall(composed)
        if len(found) >= _CERTAIN and len(set(found)) > 1:
            return True
    return False
