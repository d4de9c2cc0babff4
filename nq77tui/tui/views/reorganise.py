"""Reorganising areas by a table: what it would do, what then hangs in the air, and doing it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from functools import partial
from pathlib import Path

from textual.worker import get_current_worker

from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.values import parse_date, show_date, show_number
from nq77tui.exchange.reorganisation import Reorganised, reorganise
from nq77tui.tui.actions import REORGANISE, bindings
from nq77tui.tui.cells import wrapped
from nq77tui.tui.desk import Desk
from nq77tui.tui.place import path_typed
from nq77tui.tui.theme import GOOD
from nq77tui.tui.views.dialog.confirm import Confirm
from nq77tui.tui.views.dialog.prompt import Prompt
from nq77tui.tui.views.rows import RowsView
from nq77tui.tui.widgets.row_list import ListColumn

_COUNT, _DONE = 17, 14
_MOST_LINES = 6
_LEAVE, _END, _CARRY = "leave", "end", "carry"


class ReorganiseView(RowsView[None]):
    """Asks for table, day and level, shows a preview line by line, and carries it out.

    A line of what hangs in the air is left, ended or carried over as chosen on it.
    """

    ACTIONS = REORGANISE
    BINDINGS = bindings(ACTIONS)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._path = Path()
        self._day = ""
        self._without: list[str] = []
        self._choices: dict[str, str] = {}
        self._result: Reorganised | None = None
        self._lines: dict[str, tuple[str, str, str]] = {}

    def on_mount(self) -> None:
        """Ask what it is about."""
        super().on_mount()
        self._ask("ask_file", self._read_path, self._take_path)

    def relabel(self) -> None:
        """Show everything in the language of the moment."""
        super().relabel()
        self._show()

    def show_title(self) -> None:
        """The table and the day."""
        name, day = self._path.name or "…", show_date(self._day) if self._day else ""
        self.set_title(self.desk.text("tui.reorganise.title", file=name), day)

    # Asking

    def _ask(self, key: str, read, take) -> None:  # type: ignore[no-untyped-def]
        question = self.desk.text(f"tui.reorganise.{key}", levels=", ".join(self._levels()))
        self.app.push_screen(Prompt(self.desk, question, read), partial(self._taken, take))

    def _taken(self, take, answer: str | None) -> None:  # type: ignore[no-untyped-def]
        if answer is None:
            self.dismiss(None)
        else:
            take(answer)

    def _levels(self) -> list[str]:
        tree = self.desk.programme.tree
        assert tree.tree
        return [choice.code for choice in tree.fields[tree.tree.level].choices]

    def _read_path(self, typed: str) -> str:
        path = path_typed(Path.cwd(), typed)
        if path is None or not path.is_file():
            detail = self.desk.text("tui.reorganise.no_file")
            raise RefusedError(Problem("exchange.cannot_read", {"file": typed, "detail": detail}))
        return str(path)

    def _take_path(self, path: str) -> None:
        self._path = Path(path)
        self._ask("ask_day", self._read_day, self._take_day)

    def _read_day(self, typed: str) -> str:
        return parse_date(typed, self.desk.repository.today())

    def _take_day(self, day: str) -> None:
        self._day = day
        self._ask("ask_without", self._read_level, self._take_level)

    def _read_level(self, typed: str) -> str:
        level = typed.strip()
        if level and level not in self._levels():
            params = {"found": level, "known": ", ".join(self._levels())}
            raise RefusedError(Problem("reorganise.unknown", params))
        return level

    def _take_level(self, level: str) -> None:
        self._without = [level] if level else []
        self.show_title()
        self._start(preview=True)

    # Working, behind the keys

    def _start(self, *, preview: bool) -> None:
        self.say(self.desk.text("tui.reorganise.working"))
        self.run_worker(
            partial(self._work, preview), thread=True, exclusive=True, group="reorganising"
        )

    def _work(self, preview: bool) -> None:
        chosen = {how: [name for name, one in self._choices.items() if one == how]
                  for how in (_END, _CARRY)}  # fmt: skip
        try:
            result = reorganise(
                self.desk.repository,
                self._path,
                date.fromisoformat(self._day),
                without=self._without,
                end=chosen[_END],
                carry=chosen[_CARRY],
                preview=preview,
            )
        except RefusedError as error:
            if not get_current_worker().is_cancelled:
                self.app.call_from_thread(self._refused, error)
            return
        if not get_current_worker().is_cancelled:
            self.app.call_from_thread(self._take, result)

    def _refused(self, error: RefusedError) -> None:
        self._result = None
        self._lines = dict(self._told("problem", error.problems, self.app.size.width - 2))
        self._show_lines()
        self.say(self.desk.text("tui.reorganise.refused"))

    def _take(self, result: Reorganised) -> None:
        self._result = result
        self._show()
        if result.is_preview:
            self.say(self.desk.text("tui.reorganise.look"))
        else:
            self.say(self.desk.text("tui.reorganise.done"), GOOD)

    # Showing

    def _show(self) -> None:
        if self._result is not None:
            self._lines = dict(self._lines_of(self._result))
        self._show_lines()

    def _show_lines(self) -> None:
        wide = bool(self._lines) and not self._result
        label = self.app.size.width - 2 if wide else self._label_width
        heads = [self.desk.text(f"tui.reorganise.{name}") for name in ("what", "count", "then")]
        columns = [ListColumn(heads[0], label)]
        if not wide:
            columns += [ListColumn(heads[1], _COUNT, is_right=True), ListColumn(heads[2], _DONE)]
        self.row_list.show(columns, list(self._lines), self._cells)

    def _cells(self, row_id: str) -> tuple[str, ...]:
        return self._lines[row_id] if self._result else self._lines[row_id][:1]

    def _lines_of(self, result: Reorganised) -> Iterator[tuple[str, tuple[str, str, str]]]:
        text, lang = self.desk.text, self.desk.catalogue.lang
        tree = self.desk.programme.tree
        assert tree.tree
        for name in ("created", "ended", "known", "moved", "left"):
            count = show_number(len(getattr(result, name)), lang)
            yield name, (text(f"tui.reorganise.{name}"), count, "")
        for level, counts in result.levels.items():
            choice = tree.fields[tree.tree.level].choice(level)
            label = self.desk.label(choice.label) if choice else level
            yield f"level {level}", (label, _change(*counts, lang), "")
        (before, _), (after, nowhere) = result.units
        yield "units", (text("tui.reorganise.units"), _change(before, after, lang), "")
        if nowhere:
            yield "nowhere", (text("tui.reorganise.nowhere"), show_number(nowhere, lang), "")
        for number, (found, _) in enumerate(result.hanging):
            how = self._choices.get(found.hanging.record, _LEAVE)
            label = text("tui.reorganise.hangs", label=found.hanging.label)
            count = show_number(len(found.rows), lang)
            yield f"hanging {number}", (label, count, text(f"tui.reorganise.{how}"))
        yield from self._told("notice", result.notices, self._label_width)
        for old, new in result.ended.items():
            names = (result.titles.get(one, one) for one in (old, new))
            yield f"old {old}", (" → ".join(names), "", "")
        for one in result.left:
            label = text("tui.reorganise.left_one", title=result.titles[one])
            yield f"left {one}", (label, "", "")
        for found, _ in result.hanging:
            kind = self.desk.label(self.desk.programme.schemas[found.hanging.record].label)
            for row in found.rows:
                yield f"row {row.id}", (f"  {kind}: {result.titles[row.id]}", "", "")

    @property
    def _label_width(self) -> int:
        return self.app.size.width - _COUNT - _DONE - 4

    def _told(
        self, kind: str, problems: Iterable[Problem], width: int
    ) -> Iterator[tuple[str, tuple[str, str, str]]]:
        """Sentences on as many lines as each needs."""
        for number, problem in enumerate(problems):
            lines = wrapped(self.desk.problem(problem), width, _MOST_LINES)
            for at, line in enumerate(lines):
                yield f"{kind} {number} {at}", (line, "", "")

    # Doing

    def action_choose(self) -> None:
        """Leave what hangs, end it or carry it over; records of one type together."""
        current = self.row_list.current or ""
        if self._result is None or not self._result.is_preview or not current.startswith("hanging"):
            self.say(self.desk.text("tui.reorganise.not_here"))
            return
        found = self._result.hanging[int(current.split()[1])][0]
        ways = [_LEAVE, *([_END] if found.can_end else []), _CARRY]
        now = self._choices.get(found.hanging.record, _LEAVE)
        self._choices[found.hanging.record] = ways[(ways.index(now) + 1) % len(ways)]
        self._show()

    def action_carry_out(self) -> None:
        """Do it after asking."""
        if self._result is None or not self._result.is_preview:
            self.say(self.desk.text("tui.reorganise.nothing"))
            return
        question = self.desk.text("tui.reorganise.sure", date=show_date(self._day))
        self.app.push_screen(Confirm(self.desk, question), self._carry_out)

    def _carry_out(self, is_sure: bool | None) -> None:
        if is_sure:
            self._start(preview=False)


def _change(before: int, after: int, lang: str) -> str:
    return f"{show_number(before, lang)} → {show_number(after, lang)}"
