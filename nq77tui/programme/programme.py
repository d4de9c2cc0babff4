"""A whole programme: a folder of ``schemas/`` and a folder of ``screens/``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from nq77tui.core.metric import Figure, Metric
from nq77tui.core.schema import Label, Schema
from nq77tui.core.screen import Home, RecordScreen
from nq77tui.core.task import Assigning, Reorganising, SignOff
from nq77tui.programme.check.whole import check_whole
from nq77tui.programme.metric_file import read_figures, read_metrics
from nq77tui.programme.schema_file import read_choice_lists, read_schema
from nq77tui.programme.screen_file import read_home, read_record_screen
from nq77tui.programme.table import Problems, ProgrammeError, Table, read_table
from nq77tui.programme.task_file import read_assigning, read_reorganising, read_signoff

if TYPE_CHECKING:
    from nq77tui.core.board import Board
    from nq77tui.programme.report_file import Papers

PROGRAMME_FILE = "programme"
CHOICES_FILE = "choices"
HOME_FILE, ASSIGN_FILE, COVERAGE_FILE = "home", "assign", "coverage"
REORGANISE_FILE = "reorganise"


@dataclass(frozen=True)
class Programme:
    """Everything that one programme declares.

    Attributes:
        id: its short name; stores and bundles of another programme are refused.
        version: goes up when its schemas change.
    """

    id: str
    version: int
    label: Label
    schemas: Mapping[str, Schema]
    screens: Mapping[str, RecordScreen]
    home: Home
    assigning: Assigning | None
    reorganising: Reorganising | None
    signoff: SignOff | None
    metrics: Mapping[str, Metric]
    figures: Mapping[str, Figure]
    folder: Path = field(compare=False)

    @cached_property
    def tree(self) -> Schema:
        """The schema whose records are the areas."""
        return next(schema for schema in self.schemas.values() if schema.tree)

    @cached_property
    def papers(self) -> Papers:
        """The report forms and their headings: read when first asked for, as few starts need them.

        Raises:
            ProgrammeError: with every problem in them.
        """
        from nq77tui.programme.check.report import check_reports
        from nq77tui.programme.report_file import read_papers

        problems = Problems()
        papers = read_papers(self.folder / "screens", problems)
        check_reports(self, papers, problems)
        if problems.found:
            raise ProgrammeError(*problems.found)
        return papers

    def label_of(self, record_type: str) -> Mapping[str, str] | str:
        """What people call a record type; its name where the programme does not have it."""
        schema = self.schemas.get(record_type)
        return schema.label if schema is not None else record_type

    @cached_property
    def boards(self) -> Mapping[str, Board]:
        """The boards for supervisors by name: read when first asked for.

        Raises:
            ProgrammeError: with every problem in them.
        """
        from nq77tui.programme.board_file import read_boards
        from nq77tui.programme.check.board import check_boards

        problems = Problems()
        boards = read_boards(self.folder / "screens" / "boards", problems)
        check_boards(self, boards, problems)
        if problems.found:
            raise ProgrammeError(*problems.found)
        return boards


@dataclass
class _Parts:
    problems: Problems = field(default_factory=Problems)
    schemas: dict[str, Schema] = field(default_factory=dict)
    screens: dict[str, RecordScreen] = field(default_factory=dict)
    metrics: dict[str, Metric] = field(default_factory=dict)
    figures: dict[str, Figure] = field(default_factory=dict)
    home: Home = field(default_factory=lambda: Home({}, {}, ()))
    assigning: Assigning | None = None
    reorganising: Reorganising | None = None
    signoff: SignOff | None = None
    places: dict[str, str] = field(default_factory=dict)


def load_programme(folder: Path) -> Programme:
    """Read a programme and prove it whole.

    Raises:
        ProgrammeError: with every problem, each naming file, table and key.
    """
    parts = _Parts()
    for name in ("schemas", "screens"):
        if not (folder / name).is_dir():
            parts.problems.add("no_folder", str(folder), name, "")
    head = _read_head(folder, parts)
    _read_schemas(folder / "schemas", parts)
    _read_screens(folder / "screens", parts)
    programme = Programme(
        *head,
        parts.schemas,
        parts.screens,
        parts.home,
        parts.assigning,
        parts.reorganising,
        parts.signoff,
        parts.metrics,
        parts.figures,
        folder,
    )
    check_whole(programme, parts.places, parts.problems)
    if parts.problems.found:
        raise ProgrammeError(*parts.problems.found)
    return programme


def _read_head(folder: Path, parts: _Parts) -> tuple[str, int, Label]:
    path = folder / "schemas" / f"{PROGRAMME_FILE}.toml"
    table = read_table(path, parts.problems)
    if table is None:
        return "", 0, {}
    head = table.text("id"), table.integer("version", 1), table.label("label")
    if not head[0]:
        table.wrong("missing_key", "id")
    table.done()
    return head


def _read_schemas(folder: Path, parts: _Parts) -> None:
    lists = read_choice_lists(folder / f"{CHOICES_FILE}.toml", parts.problems)
    for path in sorted(folder.glob("*.toml")):
        if path.stem in (PROGRAMME_FILE, CHOICES_FILE):
            continue
        schema = read_schema(path, lists, parts.problems)
        if schema is not None:
            parts.schemas[schema.record] = schema


def _read_screens(folder: Path, parts: _Parts) -> None:
    for path in sorted(folder.glob("*.toml")):
        table = read_table(path, parts.problems)
        if table is None:
            continue
        if path.stem == HOME_FILE:
            parts.home = read_home(table)
        elif path.stem == ASSIGN_FILE:
            parts.assigning = read_assigning(table)
        elif path.stem == REORGANISE_FILE:
            parts.reorganising = read_reorganising(table)
        else:
            if path.stem != COVERAGE_FILE:
                parts.screens[path.stem] = read_record_screen(path, table)
                if table.has("signoff"):
                    _claim(parts, "signoff", table)
                    parts.signoff = read_signoff(path.stem, table.table("signoff"))
            _read_counting(table, parts)
        table.done()


def _read_counting(table: Table, parts: _Parts) -> None:
    for name, metric in read_metrics(table).items():
        _claim(parts, f"metrics.{name}", table)
        parts.metrics[name] = metric
    for name, figure in read_figures(table).items():
        _claim(parts, f"figures.{name}", table)
        parts.figures[name] = figure


def _claim(parts: _Parts, what: str, table: Table) -> None:
    other = parts.places.setdefault(what, table.file)
    if other != table.file:
        table.wrong("name_twice", what, other=other)
