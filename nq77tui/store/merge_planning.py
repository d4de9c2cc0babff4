"""What becomes of one document that came in, planned with what is here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import compress, repeat
from operator import ne
from typing import Any

from nq77tui.core.document import from_document, id_of_doc_id, is_doc_id, to_document
from nq77tui.core.document_merge import document_of_one_write, merged_document
from nq77tui.core.merge import join, merge
from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.record import Dot, Record, covers
from nq77tui.store.merge_plan import MergePlan
from nq77tui.store.received import warn_replica_twice
from nq77tui.store.repository import Repository

_TYPE_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_ABSENT = object()


class TablePlanner:
    """Plans the documents of one table of one source, as documents where that is possible."""

    def __init__(self, repository: Repository, plan: MergePlan, record_type: str) -> None:
        self.record_type = record_type
        self._repository = repository
        self._plan = plan
        self._is_type = _TYPE_NAME.fullmatch(record_type) is not None
        # Where writes have other names from now on, nothing is to be as it is stored.
        is_stored = self._is_type and not plan.branches.moved
        self._here = repository.stored(record_type) if is_stored else {}
        self._is_plain = is_stored and not plan.diverged
        schema = repository.programme.schemas.get(record_type)
        self._form = schema.form if schema else 1

    def differing(self, table: Mapping[str, Any]) -> list[str]:
        """The ids of the documents that are not the very ones that are here.

        Most of what comes in is known, and needs no reading. (Python calls 4 and 4.0 equal; such
        a pair goes the long way only if the causal data differs too.)
        """
        here = map(self._here.get, table, repeat(_ABSENT))
        return list(compress(table, map(ne, table.values(), here)))

    def plan(self, key: str, document: Any) -> str:
        """Note what is to be written of one document; answers with its kind."""
        plan, repository = self._plan, self._repository
        if not self._is_type:
            params = {"record": self.record_type[:40], "id": key[:40]}
            plan.refused.append(Problem("merge.bad_type", params))
            return "refused"
        is_number = key.isascii() and key.isdigit() and len(key) <= 40 and str(int(key)) == key
        if not is_number or not isinstance(document, dict):
            label = repository.programme.label_of(self.record_type)
            plan.refused.append(Problem("merge.no_record", {"record": label, "id": key[:40]}))
            return "refused"
        if self._is_plain and (kind := self._plan_plain(key, document)):
            return kind
        try:
            theirs = from_document(self.record_type, int(key), document)
        except RefusedError as error:
            plan.refused += error.problems[:1]
            return "refused"
        kind = _plan_record(repository, plan, repository.as_now(theirs))
        plan.newer += kind not in ("known", "refused") and repository.is_newer(theirs)
        return kind

    def _plan_plain(self, key: str, document: dict[str, Any]) -> str:
        """The same without reading a record; empty where it has to be read."""
        records, me = self._plan.records, self._repository.replica
        if not is_doc_id(int(key)) or records.is_apart(key, self.record_type):
            return ""
        stored = self._here.get(key)
        mine = records.document(key) or stored
        if mine is None:
            if self._repository.holds(key):
                return ""  # as a record of another type
            found = document_of_one_write(document, self._form, me)
            if found is None:
                return ""
            records.put_document(key, self.record_type, found)
            return "new"
        merged = merged_document(mine, document, self._form, me)
        if merged is None:
            return ""
        if merged is mine:
            return "known"
        if stored is not None:
            self._plan.before.setdefault(id_of_doc_id(int(key)), stored)
        records.put_document(key, self.record_type, merged)
        return "changed"


def _plan_record(repository: Repository, plan: MergePlan, theirs: Record) -> str:
    me = repository.replica
    if me and theirs.vector.get(me, 0) > plan.branches.own.heard.get(me, 0):
        warn_replica_twice(repository, plan, theirs.id)
    mine = plan.records.get(theirs.id) or plan.branches.get(repository, theirs.id)
    if mine is None:
        plan.records.put(theirs)
        return "conflicted" if theirs.conflicts or theirs.is_contested else "new"
    if mine.type != theirs.type:
        params = {"record": repository.programme.label_of(theirs.type), "id": theirs.id}
        plan.refused.append(Problem("merge.type_differs", params))
        return "refused"
    if mine.schema != theirs.schema:
        return _plan_other_form(repository, plan, mine, theirs)
    if _refused_twice(repository, plan, mine, theirs):
        return "refused"
    merged = merge(mine, theirs)
    if merged == mine:
        return "known"
    if theirs.id not in plan.records:
        plan.before[mine.id] = to_document(mine)
    plan.records.put(merged)
    return "conflicted" if _opens(merged, mine) else "changed"


def _plan_other_form(repository: Repository, plan: MergePlan, mine: Record, theirs: Record) -> str:
    """Two copies in two forms, between which this programme does not know the way: both stay.

    Unless mine includes every write of theirs: then it says the same, in whatever form.
    """
    if join(mine.vector, theirs.vector) == mine.vector:
        return "known"
    if theirs.schema < mine.schema:
        # Mine is the newer one, and came without the other. It makes room.
        plan.aside[mine.id, mine.schema] = mine
        plan.before.setdefault(mine.id, to_document(mine))
        plan.records.put(theirs)
        return "changed"
    slot = theirs.id, theirs.schema
    kept = plan.aside.get(slot) or plan.branches.get_aside(repository, theirs)
    if kept is not None:
        if _refused_twice(repository, plan, kept, theirs):
            return "refused"
        theirs = merge(kept, theirs)
    if theirs == kept:
        return "known"
    plan.aside[slot] = theirs
    return "changed"


def _refused_twice(repository: Repository, plan: MergePlan, mine: Record, theirs: Record) -> bool:
    twice = _written_twice(mine, theirs) or _lost_dot(mine, theirs, plan.diverged)
    if twice is None:
        return False
    params = {"id": theirs.id, "replica": twice.replica}
    plan.refused.append(Problem("merge.written_twice", params))
    if twice.replica == repository.replica:
        warn_replica_twice(repository, plan, theirs.id)
    return True


def _written_twice(mine: Record, theirs: Record) -> Dot | None:
    """A write that stands for two different things: its replica id is in use in two places.

    Merging would drop one of the two without a word, so the record stays as it is on both sides.
    """
    for name in mine.fields.keys() & theirs.fields.keys():
        known = {sibling.dot: sibling for sibling in mine.fields[name]}
        for sibling in theirs.fields[name]:
            if known.get(sibling.dot, sibling) != sibling:
                return sibling.dot
    return None


def _lost_dot(mine: Record, theirs: Record, diverged: Mapping[str, int]) -> Dot | None:
    """A write that the merge would drop because another one has its name; None where none does."""
    for one, other in ((mine, theirs), (theirs, mine)) if diverged else ():
        for dot in one.dots - other.dots:
            if dot.counter >= diverged.get(dot.replica, dot.counter + 1) and covers(
                other.vector, dot
            ):
                return dot
    return None


def _opens(merged: Record, mine: Record) -> bool:
    """Whether the merge has opened something for a person to decide."""
    opened = any(
        siblings != mine.conflicts.get(name) for name, siblings in merged.conflicts.items()
    )
    return opened or (merged.is_contested and not mine.is_contested)
