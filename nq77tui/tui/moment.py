"""When something was written, as people read it: the day and the time where they are."""

from __future__ import annotations

from datetime import date, datetime, timedelta

_SLACK = timedelta(days=1)


def local_moment(at: float) -> datetime | None:
    """Seconds since 1970 in this machine's zone; None where a clock far off gave no moment."""
    try:
        return datetime.fromtimestamp(at)
    except (ValueError, OverflowError, OSError):
        return None


def shown_moment(at: float) -> str:
    """Day and time as dd/mm/yyyy HH:MM."""
    moment = local_moment(at)
    return "?" if moment is None else f"{moment:%d/%m}/{moment.year:04} {moment:%H:%M}"


def is_doubtful(at: float, today: date) -> bool:
    """Whether a clock that gave this moment must have been wrong: it lies in the future."""
    moment = local_moment(at)
    return moment is None or moment.date() > today + _SLACK
