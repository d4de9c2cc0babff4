"""The saving half of a form: what stands in its way is said or asked, then it is written."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from functools import partial

from nq77tui.core.problem import Problem
from nq77tui.core.record import Json, Record, Sibling
from nq77tui.tui.form_model import FormModel
from nq77tui.tui.moment import shown_moment
from nq77tui.tui.theme import ERROR, GOOD, WARNING
from nq77tui.tui.views.base import BaseView
from nq77tui.tui.views.dialog.ask import Ask
from nq77tui.tui.widgets.form_pane import FormPane

Then = Callable[[Record], None]


class SavingView(BaseView[str]):
    """Saves a form's model; the form itself says what comes after."""

    model: FormModel
    _confirmed: tuple[list[dict[str, Json]], list[str]] | None = None

    @property
    @abstractmethod
    def pane(self) -> FormPane:
        """The form."""

    def save(self, then: Then) -> None:
        """Save unless something is wrong, or doubtful and not confirmed yet; then go on."""
        if self.model.is_newer:
            self.say(self.desk.text("tui.form.newer"), WARNING)
            return
        if not self.pane.commit():
            self.app.bell()
            self.say_problem(self.model.problems_at(self.pane.current)[0])
            return
        problems = self.model.check()
        errors = [problem for problem in problems if problem.severity == "error"]
        if errors:
            self._show_problems(errors, "tui.form.errors", is_error=True)
            return
        if problems and not self._is_confirmed(problems):
            self._show_problems(problems, "tui.form.warnings", is_error=False)
            return
        if problems:
            self.model.confirm()
        with self.refusals():
            record = self.model.save()
            if record is None:
                self._seen = self.desk.repository.generation
                self._ask(then)
            else:
                self.desk.last_saved[record.type] = record.values
                then(record)

    def say_problem(self, problem: Problem) -> None:
        """What is wrong, on the message line."""
        style = ERROR if problem.severity == "error" else WARNING
        self.say(self.desk.problem(problem), style)

    def _is_confirmed(self, problems: Sequence[Problem]) -> bool:
        """Whether the same doubts about the same values were shown before."""
        state = self.model.state(), sorted(map(str, problems))
        is_confirmed = self._confirmed == state
        self._confirmed = state
        return is_confirmed

    def _show_problems(self, problems: Sequence[Problem], key: str, *, is_error: bool) -> None:
        first = str(problems[0].params.get("field", ""))
        if self.model.has(first):
            self.pane.enter(first)
        self.app.bell()
        text = self.desk.text(key, count=len(problems), first=self.desk.problem(problems[0]))
        self.say(text, ERROR if is_error else WARNING)

    def action_problem(self) -> None:
        """Go to the first field with something wrong or doubtful; once more to the next."""
        if not self.pane.commit():
            self.say_problem(self.model.problems_at(self.pane.current)[0])
            return
        self.model.check()
        self.pane.redraw()
        wrong = [name for name in self.model.places() if self.model.problems_at(name)]
        if not wrong:
            self.say(self.desk.text("tui.form.nothing_wrong"), GOOD)
            return
        at = wrong.index(self.pane.current) + 1 if self.pane.current in wrong else 0
        self.pane.enter(wrong[at % len(wrong)], is_by_key=True)

    # What a colleague did meanwhile

    def _ask(self, then: Then) -> None:
        """One question: about the deletion, or about the first field that both have changed."""
        if (deletion := self.model.deletion) is not None:
            self._ask_deletion(deletion, then)
            return
        name, theirs = next(iter(self.model.disputed().items()))
        label = self.desk.label(self.model.field(name).label)
        answers = [
            self.desk.text(
                "tui.dispute.mine", value=self._shown(name, self.model.values.get(name))
            ),
            self.desk.text(
                "tui.dispute.theirs", value=self._shown(name, theirs.value), **_who(theirs)
            ),
        ]
        question = self.desk.text("tui.dispute.ask", label=label)
        self._push(question, answers, partial(self._settle, name, theirs, then))

    def _ask_deletion(self, deletion: Sibling, then: Then) -> None:
        answers = [self.desk.text("tui.dispute.keep"), self.desk.text("tui.dispute.leave_deleted")]
        question = self.desk.text("tui.dispute.ask_deletion", **_who(deletion))
        self._push(question, answers, partial(self._settle_deletion, deletion, then))

    def _push(
        self, question: str, answers: Sequence[str], told: Callable[[int | None], None]
    ) -> None:
        way_back = self.desk.text("tui.dispute.back")
        self.app.push_screen(Ask(self.desk, question, answers, way_back), told)

    def _settle(self, name: str, theirs: Sibling, then: Then, number: int | None) -> None:
        self.pane.enter(name)
        if number is None:
            self.say(self.desk.text("tui.dispute.not_saved"), WARNING)
            return
        self.model.settle(name, theirs, keeps_mine=number == 1)
        self.pane.enter(name)
        self.save(then)

    def _settle_deletion(self, deletion: Sibling, then: Then, number: int | None) -> None:
        if number is None:
            self.say(self.desk.text("tui.dispute.not_saved"), WARNING)
        elif number == 1:
            self.model.disputes.settle("", deletion)
            self.save(then)
        else:
            self.give_up()

    def give_up(self) -> None:
        """Leave without saving."""
        self.dismiss(None)

    def _shown(self, name: str, value: Json) -> str:
        return self.desk.shown(self.model.record_type, name, value)


def _who(written: Sibling) -> dict[str, str]:
    return {"by": written.stamp.by, "at": shown_moment(written.stamp.at)}
