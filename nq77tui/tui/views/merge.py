"""Taking in what another machine brought: choose it, look at it in counts, then take it in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from rich.style import Style
from textual.app import ComposeResult
from textual.message import Message
from textual.worker import get_current_worker

from nq77tui.core.problem import Problem, RefusedError
from nq77tui.store.merging import MergePlan, apply_merge, plan_merge
from nq77tui.store.source import STORE_NAME, Source, find_sources, read_source
from nq77tui.tui.actions import MERGE, bindings
from nq77tui.tui.desk import Desk
from nq77tui.tui.merge_report import MergeReport, problem_lines
from nq77tui.tui.theme import GOOD, PLAIN, WARNING
from nq77tui.tui.views.base import BaseView
from nq77tui.tui.views.file_chooser import FileChooser
from nq77tui.tui.views.inbox import InboxView
from nq77tui.tui.widgets.report import Report

_GROUP = "merging"
Stage = Literal["choosing", "reading", "preview", "writing", "done", "refused"]


@dataclass(frozen=True)
class Brought:
    """What was read, and what it would do to the store as that was then."""

    sources: Sequence[Source]
    generation: object
    plan: MergePlan


class MergeView(BaseView[Path]):
    """Answers with the folder in which the file was chosen."""

    ACTIONS = MERGE
    BINDINGS = bindings(ACTIONS)

    class Reading(Message):
        """A file is being read."""

        def __init__(self, path: Path) -> None:
            super().__init__()
            self.path = path

    class Read(Message):
        """Everything is read and planned."""

        def __init__(self, brought: Brought) -> None:
            super().__init__()
            self.brought = brought

    class Written(Message):
        """The plan is carried out."""

        def __init__(self, plan: MergePlan) -> None:
            super().__init__()
            self.plan = plan

    class Refused(Message):
        """Something cannot be read or written; the store is as before."""

        def __init__(self, error: RefusedError) -> None:
            super().__init__()
            self.error = error

    def __init__(self, desk: Desk, last: Path | None = None) -> None:
        super().__init__(desk)
        self.stage: Stage = "choosing"
        self._last = last
        self._path: Path | None = None
        self._reading = Path()
        self._brought: Brought | None = None
        self._done: MergePlan | None = None
        self._problems: Sequence[Problem] = ()
        self._told = 0

    def body(self) -> ComposeResult:
        """The report."""
        yield Report()

    def on_mount(self) -> None:
        """Begin with choosing."""
        super().on_mount()
        self._choose()

    # Showing

    def relabel(self) -> None:
        """Show everything in the language of the moment."""
        self._show()
        super().relabel()

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
        elif self._brought is not None:
            report.show(MergeReport(desk, self._brought.plan, is_done=False).lines)
        else:
            report.show(lambda width: ())
        self.say(*self._message())

    def _message(self) -> tuple[str, Style]:
        text = self.desk.text
        if self.stage == "done" and self._done is not None:
            waiting = len(self._done.conflicts)
            if waiting:
                return text("tui.merge.done_conflicts", count=waiting), WARNING
            return text("tui.merge.done"), GOOD
        if self.stage == "preview":
            return text(self._preview_key()), PLAIN
        keys = {"reading": "tui.merge.reading", "writing": "tui.merge.writing"}
        key = keys.get(self.stage, "tui.merge.failed" if self.stage == "refused" else "")
        return (text(key, file=str(self._reading)) if key else ""), PLAIN

    def _preview_key(self) -> str:
        counts = self._brought.plan.counts if self._brought else {}
        if counts.get("known") == counts.get("in"):
            return "tui.merge.nothing"
        is_refused = counts.get("refused") == counts.get("in")
        return "tui.merge.none_taken" if is_refused else "tui.merge.preview"

    # Choosing

    def _choose(self) -> None:
        at, self._path, self._brought = self._path, None, None
        self._enter("choosing")
        chooser = FileChooser(self.desk, last=self._last, at=at)
        self.app.push_screen(chooser, self._read_chosen)

    def _read_chosen(self, path: Path | None) -> None:
        if path is None:
            self.dismiss(self._last)
            return
        self._path = self._reading = path
        self._last = path if path.is_dir() and not (path / STORE_NAME).exists() else path.parent
        self._enter("reading")
        self._start(partial(self._read, path))

    # Reading and writing, behind the keys: they post messages and touch no widget

    def _start(self, work: Callable[[], None]) -> None:
        """Begin when the screen has said what is being done."""
        stage = self.stage

        def begin() -> None:
            if self.stage == stage:
                self.run_worker(work, thread=True, exclusive=True, group=_GROUP)

        self.call_after_refresh(begin)

    def _read(self, path: Path) -> None:
        worker = get_current_worker()
        repository, sources = self.desk.repository, []
        generation = repository.generation
        try:
            with _readable(path):
                for file in find_sources(path):
                    if worker.is_cancelled:
                        return
                    self.post_message(self.Reading(file))
                    sources.append(read_source(file, self.desk.programme.id))
            plan = plan_merge(repository, sources, lambda: worker.is_cancelled)
        except RefusedError as error:
            found: Message = self.Refused(error)
        else:
            found = self.Read(Brought(sources, generation, plan))
        if not worker.is_cancelled:
            self.post_message(found)

    def _write(self, brought: Brought) -> None:
        repository, plan = self.desk.repository, brought.plan
        try:
            with repository.transaction():
                # What a colleague has saved since the preview is taken into account.
                if repository.generation != brought.generation:
                    plan = plan_merge(repository, brought.sources)
                apply_merge(repository, plan)
        except RefusedError as error:
            self.post_message(self.Refused(error))
        else:
            self.post_message(self.Written(plan))

    def on_merge_view_reading(self, event: Reading) -> None:
        """Say which file is being read."""
        self._reading = event.path
        if self.stage == "reading":
            self.say(*self._message())

    def on_merge_view_read(self, event: Read) -> None:
        """Show what it would do."""
        if self.stage == "reading":
            self._brought = event.brought
            self._enter("preview")

    def on_merge_view_written(self, event: Written) -> None:
        """Show what it has done."""
        self._done = event.plan
        self._enter("done")

    def on_merge_view_refused(self, event: Refused) -> None:
        """Show why not."""
        if self.stage in ("reading", "writing"):
            self._problems = event.error.problems
            self._enter("refused")

    # Keys

    def action_take(self) -> None:
        """Take it in."""
        if self.stage == "preview" and self._brought is not None:
            self._told = len(self.desk.repository.notices)
            self._enter("writing")
            self._start(partial(self._write, self._brought))

    def action_conflicts(self) -> None:
        """Go on to what has to be decided."""
        if self.stage == "done":
            self.app.push_screen(InboxView(self.desk))

    def action_back(self) -> None:
        """Leave it; back to choosing, or home when it is done."""
        if self.stage == "writing":
            self.say(self.desk.text("tui.merge.wait"), WARNING)
        elif self.stage == "done":
            self.dismiss(self._last)
        else:
            self.workers.cancel_group(self, _GROUP)
            self._choose()


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """What the system cannot read is refused like what is damaged."""
    try:
        yield
    except OSError as error:
        params = {"file": str(error.filename or path), "detail": error.strerror or str(error)}
        raise RefusedError(Problem("merge.unreadable", params)) from error
