"""A record being filled in: values, what could not be read, and what is wrong, by field.

Knows nothing of the screen. The store is asked, and written to only by `save`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

from nq77tui.core.confirmation import confirmed_by
from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.record import Json, Record, Sibling
from nq77tui.core.schema import Field, Label
from nq77tui.core.scope import Row
from nq77tui.core.screen import RecordScreen, Repeat
from nq77tui.core.typed import read_typed, show_value
from nq77tui.core.validation import calculated, check_field
from nq77tui.store.assigning import first_values
from nq77tui.tui.desk import Desk
from nq77tui.tui.disputes import Disputes
from nq77tui.tui.form_places import FormPlaces
from nq77tui.tui.row_grid import MakeRow, RowGrid, row_form

_OWN_TYPES = {"code", "citizen_number", "phone"}
"""What no two records have in common."""


class FormModel(FormPlaces):
    """One record, new or old, between being opened and being saved."""

    keeps_draft = True
    """Whether the form can be gone on with after the program has ended."""
    verifies = ""
    """The id of the record that is keyed a second time, if this is that."""

    def __init__(
        self,
        desk: Desk,
        record_type: str,
        record_id: str | None = None,
        values: Mapping[str, Json] | None = None,
        form: RecordScreen | None = None,
    ) -> None:
        """Open a record.

        Args:
            record_id: None for a new one.
            values: what a new one holds at first.
            form: how it is asked, if not as its screen says.
        """
        self.desk = desk
        self.record_type = record_type
        self.record_id = record_id
        self.schema = desk.programme.schemas[record_type]
        self.form = form or desk.programme.screens[record_type]
        self.record = self._read_record()
        self.start: dict[str, Json] = (
            self.record.values
            if self.record
            else first_values(desk.repository, self.form, values or {})
        )
        self.values: dict[str, Json] = dict(self.start)
        self.unread: dict[str, str] = {}
        """Typed texts that are no value for their field."""
        self.problems: dict[str, tuple[Problem, ...]] = {}
        self.confirmed: dict[str, tuple[tuple[Problem, Sibling], ...]] = {}
        """By field, the doubts about what it holds that somebody has confirmed."""
        self._doubts: tuple[Problem, ...] = ()
        self.doubts_confirmed: tuple[Problem, ...] = ()
        """What is saved as confirmed."""
        self.disputes = Disputes()
        self._known = self._known_problems()
        self.grids = [
            RowGrid(self, section, self._row_maker(section.repeat, section.label))
            for section in self.form.sections
            if section.repeat is not None
        ]

    def _row_maker(self, repeat: Repeat, label: Label) -> MakeRow:
        return partial(FormModel, self.desk, repeat.record, form=row_form(repeat, label))

    def _read_record(self) -> Record | None:
        return self.desk.repository.get(self.record_id) if self.record_id else None

    # What there is

    def field(self, name: str) -> Field:
        """A field of the schema."""
        return self.schema.fields[name]

    def is_required(self, name: str) -> bool:
        """Whether a value is needed, given the others."""
        required = self.field(name).required
        scope = self.desk.repository.scope(self.record_type, self.values)
        return required is not None and required.holds(scope)

    def text_of(self, name: str) -> str:
        """What a field holds, as it may be typed again."""
        if name in self.unread:
            return self.unread[name]
        value = self.values.get(name)
        return show_value(
            self.field(name), value, self.desk.catalogue.lang, self.desk.repository.title
        )

    @property
    def is_changed(self) -> bool:
        """Whether anything would be lost."""
        is_own = bool(self.unread) or bool(self.changes())
        return is_own or any(grid.is_changed for grid in self.grids)

    def changes(self) -> dict[str, Json]:
        """The fields that hold something else than at the start; None where emptied."""
        names = self.values.keys() | self.start.keys()
        return {
            name: self.values.get(name)
            for name in self.schema.fields
            if name in names and _differ(self.values.get(name), self.start.get(name))
        }

    # Filling in

    def read(self, name: str, typed: str) -> bool:
        """Take what was typed; what cannot be a value is kept as a text, with the problem."""
        try:
            value = read_typed(self.field(name), typed, self.desk.repository.today())
        except RefusedError as error:
            self.unread[name] = typed
            self.problems[name] = error.problems
            return False
        self.put(name, value)
        return True

    def put(self, name: str, value: Json) -> None:
        """Set a field, calculate what follows, and look at what is shown as wrong again."""
        self.unread.pop(name, None)
        if value is None:
            self.values.pop(name, None)
        else:
            self.values[name] = value
        scope = self.desk.repository.scope(self.record_type, self.values)
        self.values.update(calculated(self.schema, scope))
        for other in [*self.problems, name]:
            if other not in self.unread:
                self._look_at(other)

    def _look_at(self, name: str) -> None:
        scope = self.desk.repository.scope(self.record_type, self.values)
        found = check_field(self.schema, self.field(name), self.values.get(name), scope)
        found = self._without_confirmed(found, [name])
        # That something is missing is said on saving, not while one goes down the form.
        self.problems[name] = tuple(p for p in found if p.key != "validation.required")

    def doubles(self) -> list[Row]:
        """The records that a new one looks like, if that can be told at once."""
        lookalikes = self.desk.repository.lookalikes
        if self.record_id is not None or not lookalikes.is_ready(self.record_type):
            return []
        return lookalikes.like(self.record_type, self.values)

    # Saving

    def _known_problems(self) -> set[tuple[str, object]]:
        """What was wrong with the record before it was opened: shown, but no reason to refuse."""
        if self.record_id is None:
            return set()
        found = self.desk.repository.check(self.record_type, self.start, self.record_id)
        self._without_confirmed(found, self.schema.fields)
        return {_place(problem) for problem in found}

    def _without_confirmed(
        self, found: Iterable[Problem], names: Iterable[str]
    ) -> tuple[Problem, ...]:
        """What is wrong or doubtful and not confirmed; what is confirmed is put to its field."""
        for name in names:
            self.confirmed.pop(name, None)
        left = []
        for problem in found:
            name, by = (
                str(problem.params.get("field")),
                confirmed_by(problem, self.values, self.record),
            )
            if by is None:
                left.append(problem)
            else:
                self.confirmed[name] = (*self.confirmed.get(name, ()), (problem, by))
        return tuple(left)

    def check(self) -> tuple[Problem, ...]:
        """Everything wrong or doubtful is put to its field.

        Returns:
            What stands in the way of saving: not what was wrong before, in fields left alone.
        """
        unread = {name: self.problems[name] for name in self.unread}
        given = {name: value for name, value in self.values.items() if value is not None}
        found = self.desk.repository.check(self.record_type, given, self.record_id)
        found = self._without_confirmed(found, self.schema.fields)
        self.problems = {}
        for problem in found:
            name = str(problem.params.get("field", ""))
            self.problems[name] = (*self.problems.get(name, ()), problem)
        self.problems.update(unread)
        changed = self.changes().keys() | self.unread.keys()
        own = [
            problem
            for name, group in self.problems.items()
            for problem in group
            if name in changed or _place(problem) not in self._known
        ]
        self._doubts = tuple(problem for problem in own if problem.severity == "warning")
        self.doubts_confirmed = ()
        return (*own, *(problem for grid in self.grids for problem in grid.check()))

    def confirm(self) -> None:
        """Somebody says that what the last check doubted is right: it is saved with the record."""
        self.doubts_confirmed = self._doubts
        for grid in self.grids:
            for row in grid.filled():
                row.model.confirm()

    def save(self) -> Record | None:
        """Write the record and its rows in one commit: of an old one only what was changed here.

        Returns:
            None where a colleague has written what a person has to decide about first.

        Raises:
            RefusedError: it cannot be saved as it is.
        """
        with self.desk.repository.transaction():
            if self.record_id is None:
                record = self.desk.repository.add(
                    self.record_type, self.values, self.doubts_confirmed
                )
            else:
                self.take_in()
                if self.disputed() or self.deletion is not None:
                    return None
                record = self.desk.repository.edit(
                    self.record_id, self.changes(), self.doubts_confirmed
                )
            for grid in self.grids:
                grid.save(record.id)
            return record

    def carried(self) -> FormModel:
        """A new record with the fields that are carried over."""
        carry = [asked.name for asked in self.form.form_fields() if asked.carry]
        kept = {name: self.values[name] for name in carry if self.values.get(name) is not None}
        return FormModel(self.desk, self.record_type, values=kept)

    # As in the record before

    def take_last(self, name: str) -> bool:
        """Fill in a field as in the last record saved in this session, a cell as in the row above.

        Returns:
            False where there is no such record, or nothing above.
        """
        if (cell := self.cell(name)) is not None:
            grid, row = cell
            field = name.rpartition("/")[2]
            if (above := grid.above(row)).get(field) in (None, ""):
                return False
            row.model.take_from(field, above)
            return True
        last = self.desk.last_saved.get(self.record_type)
        if last is None:
            return False
        self.take_from(name, last)
        return True

    def take_from(self, name: str, values: Mapping[str, Json]) -> None:
        """Fill in a field as in another record."""
        self.problems.pop(name, None)
        self.put(name, values.get(name))

    def copy_last(self) -> list[str] | None:
        """Fill in every field that is still empty as in the last record saved in this session.

        What names one person or thing only (codes, personal numbers, telephones) is left out.

        Returns:
            The fields that were filled in; None where there is no such record.
        """
        last = self.desk.last_saved.get(self.record_type)
        if last is None:
            return None
        names = [asked.name for asked in self.form.form_fields()]
        filled = [
            name
            for name in names
            if name in last
            and self.values.get(name) is None
            and name not in self.unread
            and self.field(name).type not in _OWN_TYPES
            and self.field(name).calculation is None
        ]
        for name in filled:
            self.put(name, last[name])
        return filled

    # What colleagues do meanwhile

    def take_in(self, typing: str = "") -> bool:
        """Show what a colleague has saved, but for fields changed here.

        Args:
            typing: the field that is being typed into, and so counts as changed.

        Returns:
            Whether there was anything.
        """
        rows = [grid.take_in() for grid in self.grids]
        fresh = self._read_record()
        if fresh is None or fresh == self.record:
            return any(rows)
        mine, theirs = self.changes(), fresh.values
        here = mine.keys() | self.unread.keys() | {typing}
        there = {
            name for name in self.schema.fields if _differ(theirs.get(name), self.start.get(name))
        }
        self.disputes.note(fresh, here & there)
        self.record, self.start = fresh, theirs
        self.values = {**theirs, **{name: v for name, v in mine.items() if v is not None}}
        for name in mine:
            if mine[name] is None:
                self.values.pop(name, None)
        return True

    def disputed(self) -> dict[str, Sibling]:
        """The fields that hold something else here than a colleague has just written."""
        changed = self.changes().keys() | self.unread.keys()
        found = {name: self.disputes.theirs(name) for name in self.schema.fields if name in changed}
        return {name: theirs for name, theirs in found.items() if theirs is not None}

    @property
    def is_newer(self) -> bool:
        """Whether a newer programme has written the record: it can be read here, not edited."""
        record = self.desk.repository.get(self.record_id) if self.record_id else None
        return record is not None and self.desk.repository.is_newer(record)

    @property
    def deletion(self) -> Sibling | None:
        """Who deleted the record meanwhile, until that is decided."""
        return self.disputes.deletion(self.record)

    def settle(self, name: str, theirs: Sibling, *, keeps_mine: bool) -> None:
        """Decide between a value of ours and a colleague's."""
        self.disputes.settle(name, theirs)
        if not keeps_mine:
            self.put(name, theirs.value)


def _place(problem: Problem) -> tuple[str, object]:
    return problem.key, problem.params.get("field")


def _differ(one: Json, other: Json) -> bool:
    return one != other or type(one) is not type(other)
