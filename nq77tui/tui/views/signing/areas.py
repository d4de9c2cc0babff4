"""Where every area stands in a period: submitting, returning, approving; what changed since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from textual.worker import get_current_worker

from nq77tui.core.counting.coverage import Coverage
from nq77tui.core.period import Period, read_period
from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.signing import Change, Step
from nq77tui.core.task import SignOff
from nq77tui.core.text import normalise
from nq77tui.core.values import show_date
from nq77tui.store.signing import SignOffs, Standing, last_period
from nq77tui.tui.actions import MARK, SIFT, SIGNING, bindings
from nq77tui.tui.desk import Desk
from nq77tui.tui.moment import shown_moment
from nq77tui.tui.theme import GOOD, WARNING
from nq77tui.tui.views.dialog.prompt import Prompt
from nq77tui.tui.views.sifted import MarkingView
from nq77tui.tui.views.signing.signed import SignedView, change_text
from nq77tui.tui.widgets.row_list import ListColumn, RowList

_STATE, _BY, _AT, _CHANGED = 10, 14, 16, 10
_SHOWN = ("all", "submitted", "open", "changed")


@dataclass(frozen=True, slots=True)
class _Line:
    """What is shown of an area."""

    depth: int
    standing: Standing


class SignOffView(MarkingView[None]):
    """The tree of areas, a line each; keys take a step for those marked, or the one at hand."""

    ACTIONS = SIGNING + MARK + SIFT
    BINDINGS = bindings(ACTIONS)

    def __init__(self, desk: Desk, signoff: SignOff, period: Period | None = None) -> None:
        super().__init__(desk)
        self._signoff = signoff
        self._period = period or last_period(desk.repository, signoff.every)
        self._signoffs = SignOffs(desk.repository, signoff, self._period)
        self._lines: dict[str, _Line] = {}
        self._counted: dict[str, Coverage] = {}
        self._changes: dict[str, list[Change]] = {}
        self._shown = _SHOWN[0]

    def on_mount(self) -> None:
        """Look up where everything stands."""
        self.store_changed()

    def store_changed(self) -> None:
        """Show what stands now; what was approved is compared again."""
        self._counted.clear()
        self._take_lines()
        self.mark_only([one for one in self.row_list.marks if one in self._lines])
        self.run_worker(self._compare, thread=True, exclusive=True, group="compare")

    def _take_lines(self) -> None:
        self._signoffs = SignOffs(self.desk.repository, self._signoff, self._period)
        self._lines = {
            area_id: _Line(depth, self._signoffs.standing(area_id))
            for area_id, depth in self._signoffs.areas()
        }
        self._changes = {one: found for one, found in self._changes.items() if one in self._lines}
        self.show_rows()
        self.show_title()

    def _compare(self) -> None:
        """Count each day for which something was approved, behind the keys."""
        worker, signoffs = get_current_worker(), self._signoffs
        kept = {one: line.standing.kept for one, line in self._lines.items()}
        days = sorted({found.day for found in kept.values() if found and found.day})
        for day in days:
            counted = self.desk.live.count_on(day, lambda _: not worker.is_cancelled)
            if counted is None:
                return
            changed = {
                area_id: signoffs.changes(area_id, counted)
                for area_id, found in kept.items()
                if found and found.day == day
            }
            self.app.call_from_thread(self._take_changes, day, counted, changed)

    def _take_changes(self, day: str, counted: Coverage, changed: dict[str, list[Change]]) -> None:
        if self.is_attached:
            self._counted[day] = counted
            self._changes.update(changed)
            self.show_rows()
            self.show_title()

    # Showing

    def show_title(self) -> None:
        """The period, its day, how many are approved."""
        day = show_date(self._signoffs.day)
        title = self.desk.text("signing.title", period=self._period.name, date=day)
        done = sum(line.standing.state == "approved" for line in self._lines.values())
        right = self.desk.text("signing.approved_of", count=done, total=len(self._lines))
        if changed := sum(map(bool, self._changes.values())):
            right = f"{self.desk.text('signing.changed', count=changed)}  {right}"
        if marked := len(self.row_list.marks):
            right = f"{self.desk.text('tui.units.marked', count=marked)}  {right}"
        self.set_title(self.filtered_title(title), right)

    def show_rows(self, *, from_top: bool = False) -> None:
        """Show the areas that the filter finds."""
        text = self.desk.text
        name = self.app.size.width - 2 - _STATE - _BY - _AT - _CHANGED - 4
        self.row_list.show(
            [
                ListColumn(self.desk.label(self.desk.programme.tree.label), name),
                ListColumn(text("signing.state"), _STATE),
                ListColumn(text("signing.by"), _BY),
                ListColumn(text("signing.at"), _AT),
                ListColumn(text("signing.since"), _CHANGED, is_right=True),
            ],
            self._found(),
            self._cells,
            empty=self.empty_text("signing.none"),
            from_top=from_top,
        )

    def _cells(self, area_id: str) -> tuple[str, ...]:
        line = self._lines[area_id]
        stamp = line.standing.stamp
        changed = len(self._changes.get(area_id, ()))
        return (
            "  " * line.depth + self.desk.repository.title(area_id),
            self.desk.text(f"signing.state.{line.standing.state}"),
            stamp.by if stamp else "",
            shown_moment(stamp.at) if stamp else "",
            self.desk.text("signing.numbers", count=changed) if changed else "",
        )

    def all_rows(self) -> Sequence[str]:
        """Every area that is signed off."""
        return list(self._lines)

    def _found(self) -> Sequence[str]:
        shown = [one for one in self._lines if self._is_shown(one)]
        return self.sift(shown, self.desk.repository.title)

    def _is_shown(self, area_id: str) -> bool:
        state = self._lines[area_id].standing.state
        if self._shown == "changed":
            return bool(self._changes.get(area_id))
        wanted = {"submitted": ("submitted",), "open": ("open", "returned", "disputed")}
        return self._shown == "all" or state in wanted[self._shown]

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        """Say why it was returned, or what has changed first."""
        standing, changed = self._lines[event.row_id].standing, self._changes.get(event.row_id)
        if standing.comment:
            self.say(self.desk.text("signing.comment", comment=standing.comment), WARNING)
        elif changed:
            self.say(change_text(self.desk, changed[0]), WARNING)
        else:
            self.say()

    def action_show(self) -> None:
        """Show all; what waits for approval; what is to be submitted; what has changed."""
        self._shown = _SHOWN[(_SHOWN.index(self._shown) + 1) % len(_SHOWN)]
        self.show_rows(from_top=True)
        self.say(self.desk.text(f"signing.shown.{self._shown}"))

    # Going

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Look at the figures."""
        standing = self._lines[event.row_id].standing
        day = standing.kept.day if standing.kept and standing.kept.day else self._signoffs.day
        counted = self._counted.get(day)
        self.app.push_screen(SignedView(self.desk, self._signoffs, event.row_id, counted))

    def action_earlier(self) -> None:
        """Go to the period before."""
        self._go(-1)

    def action_later(self) -> None:
        """Go to the period after."""
        self._go(1)

    def _go(self, count: int) -> None:
        self._take_period(self._period.step(count, self._cutoff))

    @property
    def _cutoff(self) -> int:
        return self.desk.repository.settings.report_cutoff

    def action_period(self) -> None:
        """Ask for another period."""
        question = self.desk.text("signing.ask_period")

        def read(typed: str) -> str:
            return read_period(typed, self._cutoff).name

        def take(name: str | None) -> None:
            if name is not None:
                self._take_period(read_period(name, self._cutoff))

        self.app.push_screen(Prompt(self.desk, question, read), take)

    def _take_period(self, period: Period) -> None:
        with self.refusals():
            SignOffs(self.desk.repository, self._signoff, period)
            self._period = period
            self._changes.clear()
            self.say()
            self.mark_only([])
            self.store_changed()

    # Stepping

    def action_submit(self) -> None:
        """Submit what is marked, or the area at hand."""
        self._take_step("submit")

    def action_return(self) -> None:
        """Return it, with a comment."""
        if not self.chosen or self.refuse_if_read_only() or self._refuses("return", "."):
            return
        question = self.desk.text("signing.ask_comment", count=len(self.chosen))

        def read(typed: str) -> str:
            if not typed.strip():
                raise RefusedError(Problem("signing.no_comment"))
            return normalise(typed)

        def take(comment: str | None) -> None:
            if comment is not None:
                self._take_step("return", comment)

        self.app.push_screen(Prompt(self.desk, question, read), take)

    def action_approve(self) -> None:
        """Approve it: its figures are counted, then kept."""
        if not self.chosen or self.refuse_if_read_only() or self._refuses("approve"):
            return
        self.say(self.desk.text("tui.coverage.counting"))
        chosen = self.chosen
        self.run_worker(partial(self._count, chosen), thread=True, exclusive=True, group="approve")

    def _refuses(self, step: Step, comment: str = "") -> bool:
        """Say at once why a single area cannot; several are tried together."""
        if len(self.chosen) > 1:
            return False
        problem = self._signoffs.why_not(step, self.chosen[0], comment)
        if problem is not None:
            self.refuse(RefusedError(self._of_area(self.chosen[0], problem)))
        return problem is not None

    def _of_area(self, area_id: str, problem: Problem) -> Problem:
        area = self.desk.repository.title(area_id)
        return Problem("signing.refused", {"area": area, "problem": problem})

    def _count(self, chosen: list[str]) -> None:
        worker = get_current_worker()
        counted = self.desk.live.count_on(self._signoffs.day, lambda _: not worker.is_cancelled)
        if counted is not None and not worker.is_cancelled:
            self.app.call_from_thread(self._take_step, "approve", "", counted, chosen)

    def _take_step(
        self,
        step: Step,
        comment: str = "",
        counted: Coverage | None = None,
        chosen: Sequence[str] = (),
    ) -> None:
        """Take a step for those for which it can be taken; the others stay as they are, marked."""
        areas = list(chosen) or self.chosen
        if not areas or not self.is_attached or self.refuse_if_read_only():
            return
        why = {one: self._signoffs.why_not(step, one, comment) for one in areas}
        left = {one: problem for one, problem in why.items() if problem is not None}
        able = [one for one in areas if one not in left] or areas[:1]
        with self.refusals():
            count = self._signoffs.take(step, able, comment, counted)
            self.mark_only(list(left))
            self.look_again()
            if counted is not None:
                self._counted[counted.as_of] = counted  # for who looks at the figures now
            done = self.desk.text(f"signing.done.{step}", count=count, period=self._period.name)
            if left:
                first = self._of_area(*next(iter(left.items())))
                done = self.desk.text("signing.left", done=done, count=len(left), first=first)
            self.say(done, WARNING if left else GOOD)
