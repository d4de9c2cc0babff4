"""The rows of a grid: records of another type that refer to the one that is filled in.

Each row is a form of its own, saved in one commit with the record to which it belongs. Knows
nothing of the screen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.record import Json
from nq77tui.core.scope import RecordScope
from nq77tui.core.screen import FormField, RecordScreen, Repeat, Section
from nq77tui.core.validation import allowed_choices
from nq77tui.store import Repository

if TYPE_CHECKING:
    from nq77tui.tui.form_model import FormModel

_SLASH = "/"


class MakeRow(Protocol):
    """Makes the form of one row."""

    def __call__(
        self, record_id: str | None = None, values: Mapping[str, Json] | None = None
    ) -> FormModel:
        """A stored row, or a new one that holds some values."""


@dataclass(slots=True, eq=False)
class GridRow:
    """One row.

    Attributes:
        number: names it as long as the form is open; numbers are not used twice.
        is_removed: it is to be deleted, or not to be saved; shown until then.
    """

    number: int
    model: FormModel
    is_removed: bool = False

    @property
    def is_blank(self) -> bool:
        """Whether it is new and holds nothing but what stood there at first: it is not saved."""
        return self.model.record_id is None and not self.model.is_changed


class RowGrid:
    """One grid of a form: the rows that are stored, and new ones.

    Attributes:
        key: names it in the form.
        repeat: what the screen says about it.
    """

    def __init__(self, parent: FormModel, section: Section, make_row: MakeRow) -> None:
        assert section.repeat is not None
        self.repeat: Repeat = section.repeat
        self.label = section.label
        self.key = key_of(self.repeat)
        self.rows: list[GridRow] = []
        self._parent = parent
        self._make_row = make_row
        self._next = 1
        self.take_in()

    @property
    def repository(self) -> Repository:
        """The store."""
        return self._parent.desk.repository

    # What there is

    def name_of(self, row: GridRow, field: str) -> str:
        """The name of a cell in the form."""
        return _SLASH.join((self.key, str(row.number), field))

    def names(self, row: GridRow) -> list[str]:
        """The cells of a row, from the left; those that are asked."""
        asked = set(row.model.asked_names())
        columns = [column.name for column in self.repeat.columns if column.name in asked]
        return [self.name_of(row, column) for column in columns]

    def row(self, number: int) -> GridRow | None:
        """The row of that number."""
        return next((row for row in self.rows if row.number == number), None)

    def place(self, row: GridRow) -> int:
        """The how manieth row it is for people."""
        return self.rows.index(row) + 1

    def above(self, row: GridRow) -> Mapping[str, Json]:
        """What the nearest row above that stays holds; for the first what the record gives it."""
        stay = [other for other in self.rows[: self.rows.index(row)] if not other.is_removed]
        if stay:
            return stay[-1].model.values
        scope = self._scope()
        return {name: one.evaluate(scope) for name, one in self.repeat.first.items()}

    def filled(self) -> Iterator[GridRow]:
        """The rows that are to be saved or stay as they are."""
        return (row for row in self.rows if not row.is_removed and not row.is_blank)

    @property
    def is_changed(self) -> bool:
        """Whether anything would be lost."""
        return any(self.is_work(row) for row in self.rows)

    @staticmethod
    def is_work(row: GridRow) -> bool:
        """Whether a row would be lost."""
        if row.is_removed:
            return row.model.record_id is not None
        return row.model.is_changed

    # Filling in

    def tidy(self) -> None:
        """Have a blank row stand ready at the end, and one for each choice where that is wanted."""
        each = self.repeat.each
        ready = self._choices() if each and self._wants_each() else []
        held = {
            row.model.values.get(each) for row in self.rows if row.is_removed or not row.is_blank
        }
        wanted = [code for code in ready if code not in held]
        free = [row for row in self.rows if self.is_free(row)]
        kept = [
            row
            for row in self.rows
            if row.is_removed or not row.is_blank or row.model.start.get(each) in wanted
        ]
        standing = {row.model.start.get(each) for row in kept if row.is_blank}
        more = [self._new({each: code}) for code in wanted if code not in standing]
        self.rows = [*kept, *more, free[0] if free else self._new({})]
        for row in self.rows:
            self._give(row)

    def is_free(self, row: GridRow) -> bool:
        """Whether it is the blank row at the end, in which another can be begun."""
        is_ready = bool(row.model.start.get(self.repeat.each))
        return row.is_blank and not row.is_removed and not is_ready

    def _wants_each(self) -> bool:
        when = self.repeat.each_when
        return when is None or when.holds(self._scope())

    def _choices(self) -> list[str]:
        blank = self._make_row(values=self._given())
        scope = blank.desk.repository.scope(blank.record_type, blank.values)
        return [choice.code for choice in allowed_choices(blank.field(self.repeat.each), scope)]

    def _new(self, values: Mapping[str, Json]) -> GridRow:
        return self._numbered(self._make_row(values={**self._given(), **values}))

    def _numbered(self, model: FormModel) -> GridRow:
        row = GridRow(self._next, model)
        self._next += 1
        return row

    def _given(self) -> dict[str, Json]:
        scope = self._scope()
        found = {name: one.evaluate(scope) for name, one in self.repeat.given.items()}
        link = {self.repeat.link: self._parent.record_id}
        return {name: v for name, v in {**found, **link}.items() if v not in (None, "")}

    def _scope(self) -> RecordScope:
        parent = self._parent
        return parent.desk.repository.scope(parent.record_type, parent.values)

    def _give(self, row: GridRow) -> None:
        """What a new row has from the record it belongs to, as that is now."""
        model = row.model
        if model.record_id is None:
            given = self._given()
            for values in (model.values, model.start):
                for name in (*self.repeat.given, self.repeat.link):
                    values.pop(name, None)
                values.update(given)

    def begin(self) -> GridRow:
        """One more new row above the blank one."""
        row = self._new({})
        self.rows.insert(len(self.rows) - 1, row)
        return row

    def remove(self, row: GridRow) -> None:
        """Take a row away, or back again."""
        if not self.is_free(row):
            row.is_removed = not row.is_removed
            self.tidy()

    # Checking and saving

    def check(self) -> list[Problem]:
        """What is wrong with the rows, each problem naming its row."""
        self.tidy()
        found = []
        for row in self.filled():
            model, link = row.model, self.repeat.link
            is_new_link = self._parent.record_id is None
            problems = [
                problem
                for problem in model.check()
                if not (is_new_link and problem.params.get("field") == link)
            ]
            if is_new_link:
                model.problems.pop(link, None)
            found += [self._named(row, problem) for problem in problems]
        return found

    def _named(self, row: GridRow, problem: Problem) -> Problem:
        field = str(problem.params.get("field", ""))
        params = {
            "field": self.name_of(row, field),
            "grid": self.label,
            "row": self.place(row),
            "problem": problem,
        }
        return Problem("tui.rows.problem", params, problem.severity)

    def save(self, parent_id: str) -> None:
        """Write the rows; inside the transaction of the record they belong to.

        Raises:
            RefusedError: a row cannot be saved, or a colleague has just written the same field.
        """
        for row in self.rows:
            try:
                self._save_row(row, parent_id)
            except RefusedError as error:
                raise RefusedError(*(self._named(row, one) for one in error.problems)) from error

    def _save_row(self, row: GridRow, parent_id: str) -> None:
        model, repository = row.model, self.repository
        if row.is_removed:
            if model.record_id is not None and repository.row(model.record_id):
                repository.delete(model.record_id)
        elif model.record_id is None and not row.is_blank:
            values = {**model.values, self.repeat.link: parent_id}
            repository.add(model.record_type, values, model.doubts_confirmed)
        elif model.is_changed and model.save() is None:
            raise RefusedError(*_settled(model))

    # What colleagues do meanwhile

    def take_in(self) -> bool:
        """Show the rows that a colleague has saved.

        Returns:
            Whether there was anything.
        """
        parent = self._parent
        if parent.record_id is None:
            self.tidy()
            return False
        repository, repeat = self.repository, self.repeat
        stored = [row.id for row in repository.find(repeat.record, repeat.link, parent.record_id)]
        known = {row.model.record_id for row in self.rows}
        news = [row.model.take_in() for row in self.rows if row.model.record_id]
        gone = [
            row
            for row in self.rows
            if row.model.record_id and row.model.record_id not in stored and not self.is_work(row)
        ]
        new = [one for one in sorted(stored, key=lambda one: (len(one), one)) if one not in known]
        self.rows = [row for row in self.rows if row not in gone]
        self.rows += [self._numbered(self._make_row(record_id=one)) for one in new]
        self.tidy()
        return any(news) or bool(gone or new)


def key_of(repeat: Repeat) -> str:
    """What a grid is called in a form and in drafts."""
    return f"{repeat.record}.{repeat.link}"


def row_form(repeat: Repeat, label: Mapping[str, str]) -> RecordScreen:
    """The columns of a grid as the form of a row."""
    columns: tuple[FormField, ...] = repeat.columns
    return RecordScreen(repeat.record, label, "", "", (), (), False, (Section(label, columns),))


def _settled(model: FormModel) -> Iterator[Problem]:
    """What a colleague has just written where this row was changed too; saved again, mine holds."""
    if (deletion := model.deletion) is not None:
        model.disputes.settle("", deletion)
        yield Problem("tui.rows.deleted", {"by": deletion.stamp.by})
    for name, theirs in model.disputed().items():
        shown = model.desk.shown(model.record_type, name, theirs.value)
        model.settle(name, theirs, keeps_mine=True)
        params = {"field": name, "label": model.field(name).label, "by": theirs.stamp.by}
        yield Problem("tui.rows.disputed", {**params, "value": shown})
