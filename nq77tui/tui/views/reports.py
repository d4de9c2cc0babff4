"""The forms that are handed in: which one, of which area and period, in which kind of file."""

from __future__ import annotations

from pathlib import Path

from textual.app import ComposeResult

from nq77tui.core.area_tree import EVERYWHERE
from nq77tui.core.period import Period, read_period, span
from nq77tui.core.report import ReportForm
from nq77tui.core.text import normalise
from nq77tui.core.values import show_date
from nq77tui.core.vietnamese.folding import fold
from nq77tui.exchange.report.building import Order, make_sheet, period_text
from nq77tui.exchange.report.writing import WRITERS, write_report
from nq77tui.store.progress import Watch
from nq77tui.tui.actions import REPORTS, bindings
from nq77tui.tui.desk import Desk
from nq77tui.tui.theme import PLAIN, QUIET
from nq77tui.tui.views.dialog.confirm import Confirm
from nq77tui.tui.views.dialog.prompt import Prompt
from nq77tui.tui.views.rows import RowsView
from nq77tui.tui.views.working import WorkingView
from nq77tui.tui.widgets.row_list import ListColumn, RowList
from nq77tui.tui.widgets.text_line import TextLine

_NAME, _TITLE = 5, 72


class ReportsView(RowsView[None], WorkingView[None]):
    """The programme's report forms; Enter makes the one at hand."""

    ACTIONS = REPORTS
    BINDINGS = bindings(ACTIONS)

    def __init__(self, desk: Desk, area_id: str, as_of: str | None) -> None:
        """Reports of an area.

        Args:
            area_id: as it stood on the day; empty for everything.
            as_of: the day, ISO text; None for today.
        """
        super().__init__(desk)
        self._area_id = area_id
        self._as_of = as_of
        self._typed_period: str | None = None
        self._format = next(iter(WRITERS))
        self._folder = Path.home()

    def body(self) -> ComposeResult:
        """What is chosen, then the forms."""
        yield TextLine("chosen")
        yield RowList()

    def relabel(self) -> None:
        """Show everything in the language of the moment."""
        super().relabel()
        self._show_chosen()
        columns = (ListColumn("", _NAME), ListColumn(self.desk.text("tui.report.form"), _TITLE))
        forms = self.desk.programme.papers.forms
        self.row_list.show(
            columns,
            list(forms),
            lambda name: (name.upper(), self.desk.label(forms[name].label)),
            empty=self.desk.text("tui.report.none"),
        )

    def show_title(self) -> None:
        """Of which area."""
        self.set_title(self.desk.text("tui.report.title", area=self._area_name()))

    def _area_name(self) -> str:
        if self._area_id == EVERYWHERE:
            return self.desk.text("cli.everywhere")
        return self.desk.repository.title(self._area_id)

    def _span(self) -> tuple[Period, str]:
        repository = self.desk.repository
        today = repository.today().isoformat()
        cutoff = repository.settings.report_cutoff
        return span(self._typed_period, self._as_of, today, cutoff)

    def _show_chosen(self) -> None:
        period, as_of = self._span()
        chosen = self.desk.text(
            "tui.report.chosen",
            period=period_text(self.desk.catalogue, period),
            date=show_date(as_of),
            format=self._format,
        )
        self.query_one("#chosen", TextLine).show((f" {chosen}", QUIET))

    # Choosing

    def action_format(self) -> None:
        """Go over to the next kind of file."""
        kinds = list(WRITERS)
        self._format = kinds[(kinds.index(self._format) + 1) % len(kinds)]
        self._show_chosen()

    def action_period(self) -> None:
        """Ask for the period."""

        def read(typed: str) -> str:
            read_period(typed)
            return typed

        def take(typed: str | None) -> None:
            if typed is not None:
                self._typed_period = typed
                self._show_chosen()

        question = self.desk.text("tui.report.ask_period")
        self.app.push_screen(Prompt(self.desk, question, read), take)

    # Making

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Ask whether names may be named, then where to write."""
        if self.is_working:
            return
        form = self.desk.programme.papers.forms[event.row_id]
        if not form.names:
            self._ask_path(form)
            return
        question = self.desk.text("report.names_question")
        self.app.push_screen(
            Confirm(self.desk, question), lambda yes: self._ask_path(form) if yes else None
        )

    def _ask_path(self, form: ReportForm) -> None:
        default = self._folder / self._file_name(form)
        question = self.desk.text("tui.report.ask_path", file=str(default))

        def read(typed: str) -> str:
            given = normalise(typed)
            return str(Path(given).expanduser()) if given else str(default)

        def take(path: str | None) -> None:
            if path is not None:
                self._folder = Path(path).parent
                self.say(self.desk.text("tui.report.making"))
                self._make(form, Path(path))

        self.app.push_screen(Prompt(self.desk, question, read), take)

    def _file_name(self, form: ReportForm) -> str:
        period, _ = self._span()
        area = "-".join(fold(self._area_name()).split())[:24]
        number = f"-{period.kind[0]}{period.number}" if period.number else ""
        return f"{form.name}-{area}-{period.year}{number}.{self._format}"

    def _make(self, form: ReportForm, path: Path) -> None:
        """Count and write behind the keys."""
        repository, words = self.desk.repository, self.desk.catalogue
        period, as_of = self._span()
        filled = repository.settings.report
        order = Order(form, period, as_of, self._area_id, filled=filled)
        ending = path.suffix[1:].lower()
        kind = ending if ending in WRITERS else self._format

        def make(watch: Watch) -> tuple[int, int]:
            sheet = make_sheet(repository, words, order, watch)
            return len(sheet.rows), write_report(sheet, kind, path)

        def made(rows_and_bytes: tuple[int, int]) -> None:
            rows, size = rows_and_bytes
            told = self.desk.text("report.written", file=str(path), rows=rows, bytes=size)
            self.say(told, PLAIN)

        self.work(make, made)

    def action_back(self) -> None:
        """Stop the report that is being made, or go back."""
        if not self.stop_work():
            self.dismiss(None)
