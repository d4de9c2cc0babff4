"""Taking in what another machine brought: choose it, look at it in counts, then take it in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from rich.style import Style
from textual.app import ComposeResult

from nq77tui.core.problem import Problem, RefusedError, cause_of
from nq77tui.store.merge_preview import CoverageChange, coverage_changes
from nq77tui.store.merging import MergePlan, apply_merge, plan_merge
from nq77tui.store.progress import Watch
from nq77tui.store.source import STORE_NAME, Brought, read_files, read_sources
from nq77tui.store.write_once import sync_names
from nq77tui.tui.actions import MERGE, bindings
from nq77tui.tui.desk import Desk
from nq77tui.tui.merge_report import MergeReport, problem_lines
from nq77tui.tui.theme import GOOD, PLAIN, WARNING
from nq77tui.tui.views.dialog.file_chooser import FileChooser
from nq77tui.tui.views.inbox import InboxView
from nq77tui.tui.views.working import WorkingView
from nq77tui.tui.widgets.report import Report

Stage = Literal["choosing", "reading", "preview", "writing", "done", "refused"]


@dataclass(frozen=True)
class Chosen:
    """What is to be taken in, where that is known already.

    Attributes:
        folder: the stick or folder in which it lies.
        left_out: why other things that lie there are not among it.
        is_stick: it may be pulled out afterwards.
    """

    folder: Path
    files: Sequence[Path]
    left_out: tuple[Problem, ...] = ()
    is_stick: bool = False


@dataclass(frozen=True)
class Ready:
    """What was read, and what it would do to the store as that was then."""

    brought: Brought
    generation: object
    plan: MergePlan
    coverage: Sequence[CoverageChange] = ()


class MergeView(WorkingView[Path]):
    """Answers with the folder in which the file was chosen; None where nothing was taken in."""

    ACTIONS = MERGE
    BINDINGS = bindings(ACTIONS)

    def __init__(self, desk: Desk, last: Path | None = None, chosen: Chosen | None = None) -> None:
        super().__init__(desk)
        self.stage: Stage = "choosing"
        self._last = last
        self._chosen = chosen
        self._path: Path | None = None
        self._ready: Ready | None = None
        self._done: MergePlan | None = None
        self._problems: Sequence[Problem] = ()
        self._told = 0

    def body(self) -> ComposeResult:
        """The report."""
        yield Report()

    def on_mount(self) -> None:
        """Begin with choosing."""
        super().on_mount()
        if self._chosen is None:
            self._choose()
        else:
            self._begin(self._chosen.folder, self._chosen.files)

    # Showing

    def relabel(self) -> None:
        """Show everything in the language of the moment."""
        self._show()
        super().relabel()
        self.say(*self._message())

    def show_title(self) -> None:
        """Which file this is about."""
        if self._path is None:
            self.set_title(self.desk.text("tui.merge.places"))
        else:
            more = self.desk.text("tui.merge.below") if self.query_one(Report).has_more else ""
            self.set_title(self.desk.text("tui.merge.title", file=str(self._path)), more)

    def _enter(self, stage: Stage) -> None:
        self.stage = stage
        self.relabel()

    def _show(self) -> None:
        desk, report = self.desk, self.query_one(Report)
        if self.stage == "refused":
            report.show(partial(problem_lines, desk, self._problems))
        elif self._done is not None:
            notices = desk.repository.notices[self._told :]
            report.show(MergeReport(desk, self._done, is_done=True, notices=notices).lines)
        elif self._ready is not None:
            ready = self._ready
            report.show(MergeReport(desk, ready.plan, is_done=False, coverage=ready.coverage).lines)
        else:
            report.show(lambda width: ())

    def _message(self) -> tuple[str, Style]:
        text = self.desk.text
        if self.stage == "done" and self._done is not None:
            waiting = len(self._done.conflicts)
            if waiting:
                return text("tui.merge.done_conflicts", count=waiting), WARNING
            if self._chosen is None:
                return text("tui.merge.done"), GOOD
            told = text("stick.received")
            return (f"{told} {text('stick.may_pull')}" if self._chosen.is_stick else told), GOOD
        if self.stage == "preview":
            return text(self._preview_key()), PLAIN
        keys = {
            "reading": "tui.merge.reading",
            "writing": "tui.merge.writing",
            "refused": "stick.failed" if self._chosen else "tui.merge.failed",
        }
        key = keys.get(self.stage)
        return (text(key, file=str(self._path)) if key else ""), PLAIN

    def _preview_key(self) -> str:
        counts = self._ready.plan.counts if self._ready else {}
        if counts.get("known") == counts.get("in"):
            has_news = self._ready is not None and self._ready.plan.has_news
            return "stick.only_word" if has_news else "tui.merge.nothing"
        is_refused = counts.get("refused") == counts.get("in")
        return "tui.merge.none_taken" if is_refused else "tui.merge.preview"

    # Choosing

    def _choose(self) -> None:
        at, self._path, self._ready = self._path, None, None
        self._enter("choosing")
        chooser = FileChooser(self.desk, last=self._last, at=at)
        self.app.push_screen(chooser, self._read_chosen)

    def _read_chosen(self, path: Path | None) -> None:
        if path is None:
            self.dismiss(self._last)
            return
        self._last = path if path.is_dir() and not (path / STORE_NAME).exists() else path.parent
        self._begin(path, [path])

    def _begin(self, path: Path, files: Sequence[Path]) -> None:
        self.desk.forget()
        self._path = path
        self._enter("reading")
        self.work(partial(self._read, path, files), self._show_ready)

    # Reading and writing, behind the keys

    def _read(self, path: Path, files: Sequence[Path], watch: Watch) -> Ready:
        repository, programme = self.desk.repository, self.desk.programme
        generation = repository.generation
        left_out = self._chosen.left_out if self._chosen else ()
        with _readable(path):
            if self._chosen is None:
                brought = read_sources(files, programme.id, watch)
            else:
                brought = read_files(files, programme.id, watch)
        plan = plan_merge(repository, brought.sources, watch)
        plan.left_out = (*left_out, *brought.refused)
        return Ready(brought, generation, plan, coverage_changes(repository, plan.records, watch))

    def _show_ready(self, ready: Ready) -> None:
        self._ready = ready
        self._enter("preview")

    def _write(self, ready: Ready, watch: Watch) -> MergePlan:
        repository, plan = self.desk.repository, ready.plan
        with repository.transaction():
            # What a colleague has saved since the preview is taken into account.
            if repository.generation != ready.generation:
                plan = plan_merge(repository, ready.brought.sources, watch)
                plan.left_out = ready.plan.left_out
            apply_merge(repository, plan, watch)
        if self._chosen is not None:
            with suppress(OSError):
                sync_names(self._chosen.folder)
        return plan

    def _show_done(self, plan: MergePlan) -> None:
        self._done = plan
        self._enter("done")

    def work_refused(self, error: RefusedError) -> None:
        """Show why not."""
        self._problems = error.problems
        self._enter("refused")

    def work_stopped(self) -> None:
        """Go back to where it was begun; nothing was written."""
        if self.stage == "writing":
            self._enter("preview")
            self.say(self.desk.text("stick.stopped"), WARNING)
        elif self._chosen is not None:
            self.dismiss(None)
        else:
            self._choose()

    # Keys

    def action_take(self) -> None:
        """Take it in."""
        if self.stage == "preview" and self._ready is not None:
            if self.refuse_if_read_only():
                return
            self._told = len(self.desk.repository.notices)
            self._enter("writing")
            self.work(partial(self._write, self._ready), self._show_done)

    def action_conflicts(self) -> None:
        """Go on to what has to be decided."""
        if self.stage == "done":
            self.app.push_screen(InboxView(self.desk))

    def action_back(self) -> None:
        """Leave it; back to choosing, or home when it is done."""
        if self.stop_work():
            return
        if self.stage == "done":
            self.dismiss(self._chosen.folder if self._chosen else self._last)
        elif self._chosen is not None:
            self.dismiss(None)
        else:
            self._choose()


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """What the system cannot read is refused like what is damaged."""
    try:
        yield
    except OSError as error:
        params = {"file": str(error.filename or path), "detail": cause_of(error)}
        raise RefusedError(Problem("merge.unreadable", params)) from error
