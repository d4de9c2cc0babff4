"""Who has submitted and approved what for a period: records of the programme, keyed by both.

Two machines that sign off the same area and period write the same record, so that it merges;
where one approves what another returns, the state has two values and stands in the inbox.
Which fields those are, the programme says (`core.task.SignOff`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from nq77tui.core.area_tree import EVERYWHERE, AreaTree
from nq77tui.core.counting.coverage import Coverage
from nq77tui.core.period import Period
from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.record import Json, Record, Stamp
from nq77tui.core.signing import Change, Kept, State, Step, changes, read_kept, why_not, write_kept
from nq77tui.core.task import SignOff
from nq77tui.core.values import show_number
from nq77tui.core.vietnamese.collation import sort_key
from nq77tui.store.repository import Repository

Permit = Callable[[Step, str], Problem | None]
"""Why somebody may not take a step for an area; None where they may."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands of an area and a period.

    Attributes:
        comment: why it was returned.
        stamp: who took the last step, and when.
        kept: the figures as approved; None where it is not.
        record_id: empty where nobody has taken a step yet.
    """

    state: State = "open"
    comment: str = ""
    stamp: Stamp | None = None
    kept: Kept | None = None
    record_id: str = ""


class SignOffs:
    """The areas of a period with their standing.

    Attributes:
        day: the day for which the period is counted: its last, or today before that.
    """

    def __init__(
        self,
        repository: Repository,
        signoff: SignOff,
        period: Period,
        permit: Permit = lambda step, area_id: None,
    ) -> None:
        """Look at a period.

        Raises:
            RefusedError: it has not begun.
        """
        today = repository.today().isoformat()
        if period.first > today:
            raise RefusedError(Problem("signing.not_begun", {"period": period.name}))
        self.repository = repository
        self.signoff = signoff
        self.period = period
        self.day = min(period.last, today)
        self._permit = permit
        self.tree = AreaTree(repository.programme.schemas, repository, self.day)

    # -- looking -------------------------------------------------------------------------------

    def areas(self, top: str = EVERYWHERE) -> Iterator[tuple[str, int]]:
        """The areas that are signed off, in the order of the tree, with how deep they lie."""
        yield from self._walk(top, 0)

    def _walk(self, area_id: str, depth: int) -> Iterator[tuple[str, int]]:
        signs = self._signs(area_id)
        if signs:
            yield area_id, depth
        below = self.tree.children.get(area_id, [])
        for child in sorted(below, key=lambda one: sort_key(self.repository.title(one))):
            yield from self._walk(child, depth + signs)

    def _signs(self, area_id: str) -> bool:
        return self.tree.level(area_id) in self.signoff.levels

    def below(self, area_id: str) -> list[str]:
        """The areas right below that are signed off."""
        found = []
        for child in self.tree.children.get(area_id, []):
            found += [child] if self._signs(child) else self.below(child)
        return found

    def above(self, area_id: str) -> str:
        """The area right above that is signed off; `EVERYWHERE` where there is none."""
        upward = (one for one in self.tree.upward(area_id) if one != area_id)
        return next((one for one in upward if self._signs(one)), EVERYWHERE)

    def standing(self, area_id: str) -> Standing:
        """What stands of an area."""
        record = self._record(area_id)
        if record is None or record.is_dead:
            return Standing()
        signoff = self.signoff
        names: dict[Json, State] = {
            signoff.submitted: "submitted",
            signoff.returned: "returned",
            signoff.approved: "approved",
        }
        state = names.get(record.get(signoff.state), "open")
        values = {one.value for one in record.conflicts.get(signoff.state, ())}
        if len(values) > 1:
            state = "disputed"
        written = record.fields.get(signoff.state, ())
        return Standing(
            state,
            str(record.get(signoff.comment) or "") if state == "returned" else "",
            written[0].stamp if written else None,
            read_kept(str(record.get(signoff.figures) or "")) if state == "approved" else None,
            record.id,
        )

    def _record(self, area_id: str) -> Record | None:
        record_id = self.repository.key_id(
            self.repository.schema(self.signoff.record), self._key(area_id)
        )
        return self.repository.get(record_id) if record_id else None

    def _key(self, area_id: str) -> dict[str, Json]:
        return {self.signoff.area: area_id, self.signoff.period: self.period.name}

    # -- figures -------------------------------------------------------------------------------

    def numbers(self, area_id: str, counted: Coverage) -> dict[str, str]:
        """What would be kept of an area, from coverage as of any day."""
        programme, found = self.repository.programme, {}
        for name in self.signoff.keep or (*programme.metrics, *programme.figures):
            if name in programme.metrics:
                share = counted.share(area_id, name)
                found[name] = f"{share.have}/{share.of}"
            else:
                found[name] = show_number(counted.figure(area_id, name), "en").replace(",", "")
        return found

    def changes(self, area_id: str, counted: Coverage) -> list[Change]:
        """What has changed since an area was approved.

        Args:
            counted: coverage as of the day for which it was approved.
        """
        kept = self.standing(area_id).kept
        return changes(kept, self.numbers(area_id, counted)) if kept else []

    # -- stepping ------------------------------------------------------------------------------

    def why_not(self, step: Step, area_id: str, comment: str = "") -> Problem | None:
        """Why a step cannot be taken for an area; None where it can."""
        if not self._signs(area_id):
            return Problem("signing.no_level", {"area": self.repository.title(area_id)})
        above = self.above(area_id)
        problem = why_not(
            step,
            self.standing(area_id).state,
            below={
                self.repository.title(one): self.standing(one).state for one in self.below(area_id)
            },
            above=self.standing(above).state if above else "open",
            comment=comment,
        )
        return problem or self._permit(step, area_id)

    def take(
        self,
        step: Step,
        area_ids: Sequence[str],
        comment: str = "",
        counted: Coverage | None = None,
    ) -> int:
        """Take a step for areas, those below first, as one commit.

        Args:
            comment: why they are returned.
            counted: coverage as of `day`; counted here where it is needed and not given.

        Returns:
            How many.

        Raises:
            RefusedError: it cannot be taken for one of them; nothing was written.
        """
        ordered = sorted(area_ids, key=lambda one: len(self.tree.way(one)), reverse=True)
        if step == "return":
            ordered.reverse()
        if step == "approve" and (counted is None or counted.as_of != self.day):
            counted = self.repository.coverage(self.day)
        with self.repository.transaction():
            for area_id in ordered:
                problem = self.why_not(step, area_id, comment)
                if problem is not None:
                    params = {"area": self.repository.title(area_id), "problem": problem}
                    raise RefusedError(Problem("signing.refused", params))
                self._write(area_id, self._values(step, area_id, comment, counted))
        return len(ordered)

    def _values(
        self, step: Step, area_id: str, comment: str, counted: Coverage | None
    ) -> Mapping[str, Json]:
        """Each step writes its own field beside the state, so that two at once differ in that."""
        signoff = self.signoff
        if step == "submit":
            return {signoff.state: signoff.submitted}
        if step == "return":
            return {signoff.state: signoff.returned, signoff.comment: comment.strip()}
        assert counted
        kept = Kept(self.day, self.numbers(area_id, counted))
        return {signoff.state: signoff.approved, signoff.figures: write_kept(kept)}

    def _write(self, area_id: str, values: Mapping[str, Json]) -> None:
        record = self._record(area_id)
        if record is None or record.is_dead:
            self.repository.add(self.signoff.record, {**self._key(area_id), **values})
        else:
            self.repository.edit(record.id, values)


def last_period(repository: Repository, kind: str) -> Period:
    """The period that ended last."""
    cutoff = repository.settings.report_cutoff
    return Period.of(kind, repository.today().isoformat(), cutoff).step(-1, cutoff)
