"""``reorganise``."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from nq77tui.cli.session import Session
from nq77tui.cli.shape import type_name, write_json
from nq77tui.core.text import printable
from nq77tui.core.values import parse_date
from nq77tui.exchange.reorganisation import Reorganised, reorganise


def reorganise_areas(session: Session) -> int:
    """Make new areas of old ones from a day on, or show what that would do."""
    arguments = session.arguments
    with session.repository() as repository:
        day = date.fromisoformat(parse_date(arguments.on, repository.today()))
        with session.waiting() as watch:
            result = reorganise(
                repository,
                Path(arguments.file),
                day,
                without=arguments.without,
                end=arguments.end,
                carry=arguments.carry,
                preview=arguments.preview,
                watch=watch,
            )
    for notice in result.notices:
        session.say_problem(notice)
    if arguments.json:
        write_json(_json(session, result))
    else:
        _print(session, result)
    return 0


def counts_of(result: Reorganised) -> dict[str, int]:
    """The receipt in figures, in the order in which it is told."""
    return {
        "in": result.rows_in,
        "created": len(result.created),
        "ended": len(result.ended),
        "known": len(result.known),
        "moved": len(result.moved),
        "left": len(result.left),
    }


def _json(session: Session, result: Reorganised) -> dict[str, Any]:
    def named(record_id: str) -> dict[str, str]:
        return {"id": record_id, "name": result.titles.get(record_id, record_id)}

    before, after = result.units
    return {
        "day": result.day,
        "preview": result.is_preview,
        "counts": counts_of(result),
        "levels": {
            level: {"before": was, "after": now} for level, (was, now) in result.levels.items()
        },
        "units": {
            "before": {"count": before[0], "nowhere": before[1]},
            "after": {"count": after[0], "nowhere": after[1]},
        },
        "created": [named(one) for one in result.created],
        "ended": [{**named(one), "successor": into} for one, into in result.ended.items()],
        "moved": [
            {**named(one), "from": was, "to": now} for one, (was, now) in result.moved.items()
        ],
        "left": [named(one) for one in result.left],
        "hanging": [
            {
                "record": found.hanging.record,
                "link": ".".join(found.hanging.link),
                "label": session.catalogue.label(found.hanging.label),
                "found": len(found.rows),
                "can_end": found.can_end,
                "ended": done.ended,
                "carried": done.carried,
                "renewed": done.renewed,
                "left": done.left,
                "rows": [named(row.id) for row in found.rows],
            }
            for found, done in result.hanging
        ],
    }


def _print(session: Session, result: Reorganised) -> None:
    session.say("reorganise.preview" if result.is_preview else "reorganise.done", date=result.day)
    for name, count in counts_of(result).items():
        print(f"{name}\t{count}")
    for level, (was, now) in result.levels.items():
        print(f"level\t{_level(session, level)}\t{was}\t{now}")
    for when, (count, nowhere) in zip(("before", "after"), result.units, strict=True):
        print(f"units\t{when}\t{count}\t{nowhere}")
    for old, new in result.ended.items():
        names = (result.titles.get(one, one) for one in (old, new))
        print("ended", *map(printable, names), sep="\t")
    for one in result.left:
        print(f"left\t{printable(result.titles[one])}")
    for found, done in result.hanging:
        label = session.catalogue.label(found.hanging.label)
        kind = type_name(session, found.hanging.record)
        print(f"hanging\t{kind}\t{label}\t{len(found.rows)}"
              f"\t{done.ended}\t{done.carried}\t{done.left}")  # fmt: skip
        for row in found.rows:
            print(f"hangs\t{row.id}\t{printable(result.titles[row.id])}")


def _level(session: Session, code: str) -> str:
    schema = session.programme.tree
    choice = schema.fields[schema.tree.level].choice(code) if schema.tree else None
    return session.catalogue.label(choice.label) if choice is not None else code
