"""Telephone and citizen numbers of Việt Nam.

Mobile prefixes changed from 11 to 10 digits between 15/09/2018 and 30/06/2019 (announcement of
the Ministry of Information and Communications of 29/05/2018). The citizen number's structure is
that of Decree 137/2015/NĐ-CP, article 13, and Circular 59/2021/TT-BCA: three digits for the
province of birth registration, one for century and sex, two for the year, six at random.
"""

from __future__ import annotations

from nq77tui.core.problem import Problem
from nq77tui.core.values import ValueRefusedError

_NEW_PREFIXES = {
    "0120": "070", "0121": "079", "0122": "077", "0126": "076", "0128": "078",
    "0123": "083", "0124": "084", "0125": "085", "0127": "081", "0129": "082",
    "0162": "032", "0163": "033", "0164": "034", "0165": "035", "0166": "036",
    "0167": "037", "0168": "038", "0169": "039",
    "0186": "056", "0188": "058", "0199": "059",
}  # fmt: skip
_PROVINCES = frozenset(
    f"{code:03}"
    for code in (
        1, 2, 4, 6, 8, 10, 11, 12, 14, 15, 17, 19, 20, 22, 24, 25, 26, 27, 30, 31, 33, 34, 35,
        36, 37, 38, 40, 42, 44, 45, 46, 48, 49, 51, 52, 54, 56, 58, 60, 62, 64, 66, 67, 68, 70,
        72, 74, 75, 77, 79, 80, 82, 83, 84, 86, 87, 89, 91, 92, 93, 94, 95, 96,
    )
)  # fmt: skip


def _digits(typed: str) -> str:
    return "".join(letter for letter in typed if letter not in " .-()\u00a0")


def parse_phone(typed: str) -> str:
    """Read a telephone number; old 11-digit mobile numbers become today's.

    Returns:
        Digits only, 10 for a mobile, 10 or 11 for a fixed line.

    Raises:
        ValueRefusedError: not a number that is in use.
    """
    text = _digits(typed).removeprefix("+")
    if text.startswith("84") and len(text) in (11, 12):
        text = "0" + text[2:]
    if not text.isdigit() or not text.isascii() or not text.startswith("0"):
        raise ValueRefusedError("phone_no_zero", typed)
    if len(text) == 11 and text[:4] in _NEW_PREFIXES:
        text = _NEW_PREFIXES[text[:4]] + text[4:]
    if text[:2] in {"03", "05", "07", "08", "09"}:
        lengths = {10}
    elif text[:2] == "02":
        lengths = {10, 11}
    elif len(text) < 10:
        raise ValueRefusedError("phone_length", typed)
    else:
        raise ValueRefusedError("phone_prefix", typed)
    if len(text) not in lengths:
        raise ValueRefusedError("phone_length", typed)
    return text


def show_phone(phone: str) -> str:
    """``0912 345 678``."""
    return f"{phone[:4]} {phone[4:7]} {phone[7:]}"


def parse_citizen_number(typed: str) -> str:
    """Read a citizen number; an old 9-digit one is let through, with a warning to follow.

    Raises:
        ValueRefusedError: neither 12 nor 9 digits.
    """
    text = _digits(typed)
    if not (text.isdigit() and text.isascii()) or len(text) not in (9, 12):
        raise ValueRefusedError("citizen_number_length", typed)
    return text


def citizen_number_warnings(
    number: str, birth: str | None = None, gender: str | None = None
) -> tuple[Problem, ...]:
    """What looks wrong about a citizen number; never a reason to block.

    Args:
        number: as ``parse_citizen_number`` gave it.
        birth: ISO date or year of birth, if known.
        gender: ``male`` or ``female``, if known.
    """
    params = {"value": number}
    if not (number.isascii() and number.isdigit() and len(number) in (9, 12)):
        return ()  # no citizen number at all, which is said elsewhere
    if birth is not None and not (birth[:4].isascii() and birth[:4].isdigit() and birth[3:]):
        birth = None
    if len(number) == 9:
        return (Problem("value.citizen_number_old", params, "warning"),)
    found = []
    if number[:3] not in _PROVINCES:
        found.append(Problem("value.citizen_number_province", params, "warning"))
    century = 19 + int(number[3]) // 2
    is_female = int(number[3]) % 2 == 1
    gender_differs = gender in ("male", "female") and is_female != (gender == "female")
    if gender_differs or (birth and int(birth[:2]) != century):
        found.append(Problem("value.citizen_number_gender", params, "warning"))
    if birth and birth[2:4] != number[4:6]:
        found.append(Problem("value.citizen_number_year", params, "warning"))
    return tuple(found)
