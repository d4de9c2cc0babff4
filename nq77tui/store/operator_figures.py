"""What each operator has keyed, counted from the commits that this store still knows of.

A commit holds records as it left them, and a record names the writes that still show in it: who,
when, which fields. A write counts in the first commit that brings it, whether it was made here or
came in with a merge. Of another machine's writes those count that were not written over before
they came here. One segment of the history at a time is in memory, and a few numbers for each save.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, tzinfo
from typing import Any

from nq77tui.core.document import RESERVED, from_document, read_write
from nq77tui.core.operator_figures import BULK, Figures, timed
from nq77tui.core.problem import RefusedError
from nq77tui.core.record import Dot, Stamp, is_confirmation
from nq77tui.core.text import normalise
from nq77tui.core.verification import FIRST, VERIFICATION
from nq77tui.core.vietnamese.collation import sort_key
from nq77tui.store.history import Commit
from nq77tui.store.replica_table import REPLICA_TABLE, is_replica_row
from nq77tui.store.repository import Repository
from nq77tui.store.verifying import Verifying

OperatorDays = dict[str, dict[date, Figures]]
"""By operator and local day."""


def operator_figures(
    repository: Repository,
    since: date | None = None,
    keep_on: Callable[[], bool] = lambda: True,
) -> OperatorDays:
    """What every operator did, as far as the history of this store reaches.

    Args:
        since: leave out what was written before that day.
        keep_on: asked now and then; False ends the counting with what there is.
    """
    counting = _Counting(repository, since)
    for commit in repository.commits():
        if not keep_on():
            break
        counting.take(commit)
    counting.take_verifications()
    return counting.result()


def visible(
    repository: Repository, found: OperatorDays
) -> tuple[list[tuple[str, dict[date, Figures]]], bool]:
    """One's own figures first; those of the others behind them, for whom the settings name.

    That is good manners and no lock: whoever can open the store can read what it was counted from.

    Returns:
        The operators with their days, and whether nobody was left out.
    """
    me = repository.operator
    may_see_all = me in map(normalise, repository.settings.supervisors)
    others = sorted((one for one in found if one != me), key=sort_key) if may_see_all else []
    return [(one, found.get(one, {})) for one in (me, *others)], may_see_all


class _Day:
    def __init__(self) -> None:
        self.saves = array("q")
        self.rest = Figures()


class _Counting:
    def __init__(self, repository: Repository, since: date | None) -> None:
        self._repository = repository
        self._since = since
        self._zone = repository.local_time().tzinfo
        self._heard: dict[str, int] = {}
        self._heard_now = repository.heard()
        self._early: set[Dot] = set()
        """Writes that came with a part of their machine's records, before all up to them did."""
        self._days: dict[tuple[str, date], _Day] = defaultdict(_Day)

    def take(self, commit: Commit) -> None:
        """Count the writes that a commit is the first to bring."""
        before, is_renaming = dict(self._heard), False
        for operation in commit.operations:
            if operation[1] != REPLICA_TABLE:
                continue
            is_renaming = is_renaming or operation[0] == "d"
            if operation[0] in ("i", "u") and is_replica_row(row := operation[3]):
                self._heard[row["id"]] = max(row["counter"], self._heard.get(row["id"], 0))
        if is_renaming or "undoes" in commit.note:
            return  # old writes under other names; or what nobody has keyed
        records: Counter[tuple[str, int]] = Counter()
        fields: Counter[tuple[str, int]] = Counter()
        warned: Counter[tuple[str, int]] = Counter()
        for operation in commit.operations:
            for dot, stamp, names, has_confirmed in self._writes(operation):
                if not names or not self._is_new(dot, before):
                    continue
                save = stamp.by, stamp.at
                records[save] += 1
                fields[save] += names
                warned[save] += has_confirmed
        for save, count in records.items():
            if count <= BULK and (day := self._day(*save)) is not None:
                day.saves.extend((save[1], count, fields[save]))
                day.rest += Figures(warned=warned[save])

    def _is_new(self, dot: Dot, before: Mapping[str, int]) -> bool:
        if dot.counter <= before.get(dot.replica, 0) or dot in self._early:
            return False
        if dot.replica in self._heard and dot.counter <= self._heard[dot.replica]:
            return True
        # Either it came with a part of its machine's records, or it is older than the history.
        self._early.add(dot)
        return dot.counter > self._heard_now.get(dot.replica, 0)

    def _writes(self, operation: list[Any]) -> Iterator[tuple[Dot, Stamp, int, bool]]:
        """The writes that show in what an operation puts: name, stamp, fields, confirmations."""
        kind, table, *rest = operation
        is_verification = table == VERIFICATION
        if kind not in ("i", "u") or not (
            is_verification or table in self._repository.programme.schemas
        ):
            return
        key, document = rest
        causal = document.get(RESERVED)
        try:
            if isinstance(causal, str) and not is_verification:
                dot, stamp, _ = read_write(causal)
                confirmed = sum(map(is_confirmation, document))
                yield dot, stamp, len(document) - 1 - confirmed, bool(confirmed)
                return
            record = from_document(table, int(key), document)
        except (RefusedError, ValueError):
            return  # `nq77 check` names it
        if is_verification:
            keyed = record.written("keyed")
            if keyed is not None and isinstance(keyed.value, dict):
                yield keyed.dot, keyed.stamp, len(keyed.value), False
            return
        names: Counter[Dot] = Counter()
        confirmations: set[Dot] = set()
        stamps: dict[Dot, Stamp] = {}
        for name, siblings in record.fields.items():
            for one in siblings:
                stamps[one.dot] = one.stamp
                if is_confirmation(name):
                    confirmations.add(one.dot)
                else:
                    names[one.dot] += 1
        for dot, stamp in stamps.items():
            yield dot, stamp, names[dot], dot in confirmations

    def take_verifications(self) -> None:
        """Count what second keyings have found in the work of those who keyed first."""
        for verification in Verifying(self._repository).all():
            for by, at, count in verification.checked:
                self._add(by, at, Figures(checked=count))
            for one in verification.differences:
                found = Figures(errors=1) if one.result not in ("", FIRST) else Figures()
                self._add(one.by, one.at, found + Figures(open=not one.result))

    def _add(self, by: str, at: int, figures: Figures) -> None:
        if (day := self._day(by, at)) is not None:
            day.rest += figures

    def _day(self, by: str, at: int) -> _Day | None:
        day = _day_of(at, self._zone)
        if day is None or (self._since is not None and day < self._since):
            return None
        return self._days[by, day]

    def result(self) -> OperatorDays:
        """All of it."""
        found: OperatorDays = {}
        for (by, day), one in self._days.items():
            saves = zip(one.saves[0::3], one.saves[1::3], one.saves[2::3], strict=True)
            found.setdefault(by, {})[day] = timed(saves) + one.rest
        return found


def _day_of(at: int, zone: tzinfo | None) -> date | None:
    """The local day; None where a clock far off gave no moment."""
    try:
        return datetime.fromtimestamp(at, zone).date()
    except (ValueError, OverflowError, OSError):
        return None
