"""Fields that stand in a store and that its programme neither has nor says what became of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from nq77tui.core.document import RESERVED, form_of, from_document
from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.schema import Schema
from nq77tui.core.upgrade import ASIDE
from nq77tui.store.repository import Repository


def undeclared_fields(repository: Repository) -> list[Problem]:
    """One problem a field, with how many records hold a value there; nothing is written.

    It vanished from the schema without a word in ``[[changes]]``, or a newer programme has added
    it. The values are kept either way.
    """
    found = []
    for schema in repository.programme.schemas.values():
        removed = {name for change in schema.changes for name in change.removed}
        counts = Counter(
            name
            for names in _names(repository, schema)
            for name in names
            if name not in schema.fields and name not in removed and ASIDE not in name
        )
        found += [
            Problem(
                "check.undeclared_field",
                {"label": schema.label, "record": schema.record, "field": name, "count": count},
                "warning",
            )
            for name, count in sorted(counts.items())
        ]
    return found


def _names(repository: Repository, schema: Schema) -> Iterator[list[str]]:
    """The fields of each record that hold anything, in the form that the programme has."""
    for key, document in repository.documents(schema.record):
        try:
            form = form_of(document)
            if form > schema.form:
                continue
            if form < schema.form:
                record = from_document(schema.record, int(key), document)
                yield list(repository.as_now(record).values)
            else:
                yield [n for n, v in document.items() if v is not None and n != RESERVED]
        except (RefusedError, ValueError, AttributeError):
            continue  # damaged: `nq77 check` names it
