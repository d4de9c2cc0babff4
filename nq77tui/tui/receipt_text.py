"""A receipt as lines of plain text, for the screen and for the printer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from nq77tui.core.text import printable
from nq77tui.core.values import show_number
from nq77tui.core.vietnamese.collation import sort_key
from nq77tui.store.receipts import Receipt, problem_of
from nq77tui.tui.cells import fit, width_of, wrap
from nq77tui.tui.desk import Desk
from nq77tui.tui.moment import shown_moment

COUNTS = ("in", "new", "changed", "known", "conflicted", "refused")
UNDO_COUNTS = ("in", "taken_back", "left")
_DIGEST = 16
"""Digits of a digest that are enough to tell two files apart on paper."""


class ReceiptText:
    """Makes the lines of one receipt."""

    def __init__(self, desk: Desk, receipt: Receipt) -> None:
        self._desk = desk
        self._receipt = receipt

    def lines(self, width: int) -> list[str]:
        """All of it: when and by whom, from where, the counts, what was refused or is open."""
        return [
            *self._head(),
            *self._sources(width),
            *self._counts(width),
            *self._problems(width),
            *self._conflicts(width),
        ]

    @property
    def title(self) -> str:
        """What was done when."""
        key = "stick.receipt.undo" if self._receipt.undoes else "stick.receipt.merge"
        return self._text(key, at=shown_moment(self._receipt.at))

    def _text(self, key: str, **params: object) -> str:
        return self._desk.text(key, **params)

    def _number(self, number: Any) -> str:
        return show_number(number, self._desk.catalogue.lang) if type(number) is int else "?"

    def _head(self) -> Iterator[str]:
        receipt = self._receipt
        yield self.title
        if receipt.undoes:
            yield self._text("stick.receipt.undoes", at=shown_moment(receipt.undoes))
        peers = self._desk.repository.peer_book.all()
        name = next((one.shown for one in peers if one.id == receipt.replica), "")
        machine = f"{name} ({receipt.replica})" if name else receipt.replica
        yield self._text("stick.receipt.by", by=printable(receipt.by), machine=machine)

    def _sources(self, width: int) -> Iterator[str]:
        if self._receipt.sources:
            yield ""
            yield self._text("stick.receipt.sources")
        for source in self._receipt.sources:
            yield from _item(printable(str(source.get("file", ""))), width)
            told = [str(source.get(name, "")) for name in ("name", "sender")]
            who = " ".join(part for part in told if part)
            digest = str(source.get("digest", ""))[:_DIGEST]
            if who or digest:
                at = shown_moment(source["at"]) if source.get("at") else ""
                line = self._text("stick.receipt.source", who=printable(who), at=at, digest=digest)
                yield f"    {line}"
            if counts := source.get("counts"):
                yield f"    {self._sum(counts)}"

    def _sum(self, counts: Mapping[str, Any]) -> str:
        """``31 = 20 new + 11 known``: counts that add up, without the zeros."""
        parts = [
            f"{self._number(counts.get(name))} {self._text(f'stick.receipt.{name}')}"
            for name in (*COUNTS[1:], *UNDO_COUNTS[1:])
            if counts.get(name)
        ]
        return f"{self._number(counts.get('in', 0))} = {' + '.join(parts) or '0'}"

    def _counts(self, width: int) -> Iterator[str]:
        receipt = self._receipt
        yield ""
        yield self._text("stick.receipt.counts")
        if receipt.undoes:
            yield f"  {self._sum(receipt.counts)}"
            return
        names = [self._text(f"tui.merge.{name}") for name in COUNTS]
        widths = [max(width_of(name) + 1, 8) for name in names]
        label = width - sum(widths)
        yield _row("", names, widths, label)
        yield _row(self._text("tui.merge.all"), self._cells(receipt.counts), widths, label)
        kinds = {name: self._kind(name) for name in receipt.by_type}
        for name in sorted(kinds, key=lambda name: sort_key(kinds[name])):
            counts = receipt.by_type[name]
            whole = {"in": sum(counts.values()), **counts}
            yield _row(kinds[name], self._cells(whole), widths, label)
        yield f"  {self._text('tui.merge.adds_up')}"

    def _cells(self, counts: Mapping[str, Any]) -> list[str]:
        return [self._number(counts.get(name, 0)) for name in COUNTS]

    def _kind(self, record_type: str) -> str:
        return self._desk.type_label(record_type)

    def _problems(self, width: int) -> Iterator[str]:
        for key, problems in (
            ("stick.receipt.left_out", self._receipt.left_out),
            ("stick.receipt.refusals", self._receipt.refused),
            ("stick.receipt.warnings", self._receipt.warnings),
        ):
            if problems:
                yield ""
                yield self._text(key, count=self._number(len(problems)))
            for problem in problems:
                yield from _item(self._words(problem), width)

    def _words(self, problem: Mapping[str, Any]) -> str:
        try:
            return self._desk.problem(problem_of(problem))
        except (KeyError, ValueError, IndexError):
            return printable(str(problem.get("key")))  # of another version of the program

    def _conflicts(self, width: int) -> Iterator[str]:
        conflicts = self._receipt.conflicts
        if conflicts:
            yield ""
            yield self._text("tui.merge.conflicts", count=self._number(len(conflicts)))
        for conflict in conflicts:
            record_id = str(conflict.get("id"))
            title = self._desk.repository.title(record_id)
            record = self._desk.repository.get(record_id)
            names = map(str, conflict.get("fields", ()))
            fields = ", ".join(
                self._desk.field_label(record.type, name) if record else name for name in names
            )
            yield from _item(f"{title}: {fields}" if fields else title, width)


def _row(label: str, cells: list[str], widths: list[int], room: int) -> str:
    numbers = zip(cells, widths, strict=True)
    return fit(f"  {label}", room) + "".join(fit(cell, w, right=True) for cell, w in numbers)


def _item(text: str, width: int) -> Iterator[str]:
    for at, line in enumerate(wrap(text, width - 4)):
        yield f"  {'- ' if at == 0 else '  '}{line}"
