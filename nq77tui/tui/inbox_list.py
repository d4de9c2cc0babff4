"""The inbox in the order in which it comes up, and its decisions; knows nothing of the screen."""

from __future__ import annotations

from collections.abc import Sequence

from nq77tui.core.inbox import Bulk, Decision, Question, bulks, questions_of
from nq77tui.core.record import canonical_json
from nq77tui.core.vietnamese.collation import sort_key
from nq77tui.store.inbox import Decided, decide, is_open, open_questions
from nq77tui.store.joining import contradictions
from nq77tui.tui.desk import Desk


class InboxList:
    """The open questions, those put off last."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._open: dict[str, Question] = {}
        self._later: dict[str, None] = {}

    def refresh(self) -> None:
        """Read all of them anew; what was put off stays at the end."""
        title = self._desk.repository.title
        placed = sorted(
            open_questions(self._desk.repository),
            key=lambda one: (
                one.rank,
                one.record_type,
                self._contradictions(one),
                sort_key(title(one.record_id)),
                one.record_id,
            ),
        )
        self._open = {question.key: question for question in placed}

    def refresh_record(self, record_id: str) -> None:
        """Read those of one record anew, in their places."""
        self._refresh_records(record_id)

    def _refresh_after(self, asked: Question) -> None:
        self._refresh_records(asked.record_id, asked.other)

    def _refresh_records(self, *ids: str) -> None:
        repository = self._desk.repository
        records = [record for one in ids if one and (record := repository.get(one)) is not None]
        fresh = {q.key: q for record in records for q in questions_of(record)}
        # In its place where it was open before; whatever a decision has settled elsewhere goes.
        found = {key: fresh.pop(key, one) for key, one in self._open.items()}
        found = {key: one for key, one in found.items() if is_open(repository, one)}
        self._open = {**found, **fresh}

    @property
    def keys(self) -> list[str]:
        """The rows' ids, those put off last."""
        later = [key for key in self._later if key in self._open]
        return [*(key for key in self._open if key not in self._later), *later]

    def __len__(self) -> int:
        return len(self._open)

    def __getitem__(self, key: str) -> Question:
        return self._open[key]

    def get(self, key: str | None) -> Question | None:
        """One question, if it is still open."""
        return self._open.get(key) if key else None

    def put_off(self, key: str) -> None:
        """Put one at the end."""
        self._later.pop(key, None)
        self._later[key] = None

    # Deciding

    def decide(self, decisions: Sequence[Decision]) -> Decided:
        """Carry out decisions as one commit, and leave out what is no longer open.

        Raises:
            RefusedError: the store cannot be written.
        """
        decided = decide(self._desk.repository, decisions)
        if len(decisions) == 1:
            self._refresh_after(decisions[0][0])
        else:
            self.refresh()
        return decided

    def bulks(self, asked: Question) -> list[Bulk]:
        """What may be done at once with those that are like this one; nine at most."""
        open_now = [self._open[key] for key in self.keys]
        return bulks(asked, open_now, lambda one: not self._contradictions(one))[:9]

    def _contradictions(self, question: Question) -> int:
        """Of a pair; those that contradict each other least are most likely one, and come first."""
        if question.kind != "alike":
            return 0
        return contradictions(self._desk.repository, question.record_id, question.other)

    # In words

    def title(self, question: Question) -> str:
        """What the record is called."""
        return self._desk.repository.title(question.record_id)

    def other_title(self, question: Question) -> str:
        """What the other record is called."""
        return self._desk.repository.title(question.other)

    def type_label(self, question: Question) -> str:
        """The record's type."""
        schema = self._desk.programme.schemas.get(question.record_type)
        return self._desk.label(schema.label) if schema else question.record_type

    def field_label(self, question: Question, name: str) -> str:
        """The label of a field of the record."""
        return self._desk.field_label(question.record_type, name)

    def field_to_write(self, question: Question) -> str:
        """The field in which a person writes another value."""
        if question.kind == "parked":
            for parked in self._desk.repository.parked_in(question.record_id):
                if parked.field == question.field:
                    return next(iter(parked.into), "")  # of a whole record: its form
        return question.field

    def label(self, question: Question) -> str:
        """What is to be decided about the record."""
        if question.kind == "field":
            return self.field_label(question, question.field)
        if question.kind == "parked" and not question.field:
            return self._desk.text("tui.inbox.newer")
        field = self.field_label(question, question.field) if question.field else ""
        return self._desk.text(f"tui.inbox.{question.kind}", field=field)

    def shown_values(self, question: Question) -> list[str]:
        """Its values as people read them; what reads the same is told apart by what is stored."""
        show = self._desk.shown
        shown = [show(question.record_type, question.field, s.value) for s in question.values]
        return [
            f"{text} [{canonical_json(sibling.value)}]" if shown.count(text) > 1 else text
            for text, sibling in zip(shown, question.values, strict=True)
        ]
