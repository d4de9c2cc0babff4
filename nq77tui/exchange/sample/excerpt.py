"""A part of the district, small enough to carry along, with things for a supervisor to find.

Nam Quan whole; Đoàn Kết and the two villages of Sàn Viên that the article names; and Tĩnh Bắc,
still in the middle of the work. Only what lies there, and whoever has something to do there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from nq77tui.core import base32
from nq77tui.core.merge import edit, merge
from nq77tui.core.record import REPLICA_LENGTH, Dot, Json, Record, Stamp
from nq77tui.exchange.sample.making import OPERATOR
from nq77tui.exchange.sample.places import BAN_CHOONG, DOAN_KET, KHON_MUN, NA_PAY

WHOLE_COMMUNES = ("06604", "06574")
SINGLE_VILLAGES = (DOAN_KET, BAN_CHOONG, NA_PAY)

LATE_VILLAGE, LEADERLESS_VILLAGE, ONE_CADRE_VILLAGE = "06574-01", "06574-02", "06574-03"
UNASSIGNED_VILLAGES, WORKLESS_VILLAGE = ("06574-04", "06574-05"), "06574-06"
LEFT_VILLAGE, LEFT_ON = "06574-02", "2024-05-31"
UNASSIGNED_HOUSEHOLDS = 20
"""In each of the two villages."""

CONFLICT_VILLAGE, CONFLICT_PERSONS = KHON_MUN, 4
CONFLICT_OPERATORS = ("văn phòng xã", "chi bộ thôn")

_VIETNAM = timezone(timedelta(hours=7))
LATE_AT = datetime(2024, 7, 22, 9, 14, tzinfo=_VIETNAM)
LEFT_AT = datetime(2024, 7, 22, 9, 31, tzinfo=_VIETNAM)
CONFLICT_AT = (
    datetime(2024, 7, 24, 15, 5, tzinfo=_VIETNAM),
    datetime(2024, 7, 25, 8, 42, tzinfo=_VIETNAM),
)


def build_excerpt(records: Iterable[Record]) -> list[Record]:
    """The records of the excerpt, gaps and conflict included, none of whose references dangle."""
    whole = _Whole.of(records)
    kept = _leave_gaps(whole, _choose(whole))
    changed = {**_late_work(whole, kept), **_left_person(whole, kept), **_conflict(whole)}
    return [changed.get(record_id, whole.by_id[record_id]) for record_id in kept]


@dataclass(frozen=True)
class _Whole:
    """The district's records with what is asked about them over and over.

    Attributes:
        area_codes: of every area, its code.
        last_counter: the highest counter its replica has used.
    """

    by_id: Mapping[str, Record]
    area_codes: Mapping[str, str]
    replica: str
    last_counter: int

    @classmethod
    def of(cls, records: Iterable[Record]) -> _Whole:
        by_id = {record.id: record for record in records}
        codes = {one.id: str(one.get("code")) for one in by_id.values() if one.type == "area"}
        dots = [dot for record in by_id.values() for dot in record.dots]
        return cls(by_id, codes, dots[0].replica, max(dot.counter for dot in dots))

    def refers_to(self, record: Record) -> list[Record]:
        """The records that a record names in one of its fields."""
        values = (siblings[0].value for siblings in record.fields.values())
        return [
            self.by_id[value] for value in values if isinstance(value, str) and value in self.by_id
        ]

    def place(self, record: Record) -> str:
        """The code of the area where a record belongs, followed through its references."""
        while record.type != "area":
            home = (
                record.get("unit")
                or record.get("area")
                or record.get("party_org")
                or record.get("household")
            )
            record = self.by_id[str(home)]
        return self.area_codes[record.id]

    def of_type(self, record_type: str, ids: Iterable[str]) -> list[Record]:
        """Those of the records that are of one type, in the order of the district."""
        chosen = set(ids)
        return [
            record
            for record_id, record in self.by_id.items()
            if record_id in chosen and record.type == record_type
        ]


def _choose(whole: _Whole) -> set[str]:
    """The records of the chosen places, and those that they refer to."""
    places = _chosen_places(whole)
    chosen = {
        record.id
        for record in whole.by_id.values()
        if not _comes_by_reference(record) and whole.place(record) in places
    }
    waiting = list(chosen)
    while waiting:
        for found in whole.refers_to(whole.by_id[waiting.pop()]):
            if found.id not in chosen:
                chosen.add(found.id)
                waiting.append(found.id)
    return chosen


def _comes_by_reference(record: Record) -> bool:
    """People and agencies of more than one village come along where something names them."""
    if record.type == "person":
        return record.get("level") != "village"
    return record.type == "party_org" and record.get("parent") is None


def _chosen_places(whole: _Whole) -> set[str]:
    villages = [code for code in whole.area_codes.values() if "-" in code]
    chosen = {code for code in villages if code.startswith(WHOLE_COMMUNES)}
    chosen |= set(SINGLE_VILLAGES)
    communes = {code.split("-")[0] for code in chosen}
    return chosen | communes | {code for code in whole.area_codes.values() if len(code) < 5}


def _leave_gaps(whole: _Whole, chosen: set[str]) -> list[str]:
    """The chosen ids in order, without what nobody has done yet in the unfinished commune."""
    assignments = whole.of_type("assignment", chosen)
    works = whole.of_type("work", chosen)
    dropped = {
        *_leaders_of(whole, assignments, LEADERLESS_VILLAGE),
        *_cadres_of(whole, assignments, ONE_CADRE_VILLAGE)[1:],
        *(work.id for work in works if whole.place(work) == WORKLESS_VILLAGE),
    }
    for village in UNASSIGNED_VILLAGES:
        of_households = [
            one.id
            for one in assignments
            if whole.place(one) == village and whole.by_id[str(one.get("unit"))].type != "area"
        ]
        dropped |= set(of_households[:UNASSIGNED_HOUSEHOLDS])
    return [record_id for record_id in whole.by_id if record_id in chosen - dropped]


def _leaders_of(whole: _Whole, assignments: list[Record], village: str) -> list[str]:
    return _assigned(whole, assignments, village, lambda person: person.get("level") == "district")


def _cadres_of(whole: _Whole, assignments: list[Record], village: str) -> list[str]:
    return _assigned(whole, assignments, village, lambda person: person.get("level") == "commune")


def _assigned(
    whole: _Whole, assignments: list[Record], village: str, is_meant: Callable[[Record], bool]
) -> list[str]:
    return [
        one.id
        for one in assignments
        if whole.area_codes.get(str(one.get("unit"))) == village
        and is_meant(whole.by_id[str(one.get("person"))])
    ]


def _late_work(whole: _Whole, kept: list[str]) -> dict[str, Record]:
    """A work that should be finished and is not."""
    work = next(one for one in whole.of_type("work", kept) if whole.place(one) == LATE_VILLAGE)
    changes: dict[str, Json] = {
        "status": "behind",
        "percent": 40,
        "start": "2024-03-04",
        "planned_end": "2024-06-30",
        "expected_end": "2024-09-30",
        "actual_end": None,
        "difficulties": "Mưa nhiều, đường vận chuyển vật liệu bị sạt lở; đang chờ khắc phục.",
    }
    dot = Dot(whole.replica, whole.last_counter + 1)
    return {work.id: edit(work, changes, dot, Stamp(int(LATE_AT.timestamp()), OPERATOR))}


def _left_person(whole: _Whole, kept: list[str]) -> dict[str, Record]:
    """Somebody who has left, and whose households still wait for somebody else."""
    member = next(
        one
        for one in whole.of_type("person", kept)
        if one.get("level") == "village"
        and whole.place(one) == LEFT_VILLAGE
        and one.get("positions") is None
    )
    changes: dict[str, Json] = {"to": LEFT_ON, "note": "Chuyển nơi cư trú."}
    dot = Dot(whole.replica, whole.last_counter + 2)
    return {member.id: edit(member, changes, dot, Stamp(int(LEFT_AT.timestamp()), OPERATOR))}


def _conflict(whole: _Whole) -> dict[str, Record]:
    """One household whose number of persons two people have changed without each other."""
    household = next(
        one
        for one in whole.by_id.values()
        if one.type == "household"
        and whole.place(one) == CONFLICT_VILLAGE
        and one.get("persons") == CONFLICT_PERSONS
    )
    sides = []
    for more, (by, at) in enumerate(zip(CONFLICT_OPERATORS, CONFLICT_AT, strict=True), start=1):
        dot = Dot(_other_replica(whole.replica, by), 1)
        stamp = Stamp(int(at.timestamp()), by)
        sides.append(edit(household, {"persons": CONFLICT_PERSONS + more}, dot, stamp))
    return {household.id: merge(*sides)}


def _other_replica(replica: str, operator: str) -> str:
    """The replica of another machine: as fixed as the sample's own."""
    digest = hashlib.sha256(f"{replica} {operator}".encode()).digest()
    return base32.encode(int.from_bytes(digest[:5], "big"), REPLICA_LENGTH)
