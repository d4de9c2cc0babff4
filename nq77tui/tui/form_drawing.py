"""How a form looks: from the model and the field being filled in to lines of text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from rich.style import Style

from nq77tui.core.problem import Problem
from nq77tui.core.record import Sibling
from nq77tui.core.screen import FormField
from nq77tui.core.typed import show_value
from nq77tui.tui.cells import cut, fit, width_of, wrapped
from nq77tui.tui.field_entry import Picking, Writing
from nq77tui.tui.form_model import FormModel
from nq77tui.tui.picker import Option
from nq77tui.tui.row_grid import GridRow, RowGrid
from nq77tui.tui.theme import CURSOR, ERROR, FIELD, KEY, PLAIN, QUIET, SECTION, WARNING
from nq77tui.tui.widgets.canvas import Line, Part

_LABEL_AT_MOST = 26
_BESIDE_PROBLEM = 26
"""Cells that a value keeps when a problem stands beside it."""
_FIELD_AT_MOST = 48


@dataclass(frozen=True, slots=True)
class FormRow:
    """One line of the form: a heading, a field, a row of a grid, or the line that says how to save.

    Attributes:
        section: the number of the section to which it belongs.
        grid: of a row, and of the headings of a grid's columns.
    """

    section: int
    heading: str = ""
    asked: FormField | None = None
    grid: RowGrid | None = None
    row: GridRow | None = None

    @property
    def names(self) -> list[str]:
        """The field, or the cells from the left; none for other lines."""
        if self.grid is not None and self.row is not None:
            return self.grid.names(self.row)
        return [self.asked.name] if self.asked else []


def form_rows(model: FormModel) -> list[FormRow]:
    """The lines of the form, the one for saving left out."""
    rows = []
    numbered = len(model.form.sections) > 1
    for section, asked in model.sections():
        number = model.form.sections.index(section) + 1
        label = model.desk.label(section.label)
        rows.append(FormRow(number, heading=f"{number}. {label}" if numbered else label))
        rows += [FormRow(number, asked=one) for one in asked]
        if (grid := model.grid(section)) is not None:
            rows.append(FormRow(number, grid=grid))
            rows += [FormRow(number, grid=grid, row=row) for row in grid.rows]
    return rows


def label_width(model: FormModel) -> int:
    """Cells for the labels: of all fields, so that nothing moves when some become irrelevant."""
    labels = (model.desk.label(field.label) for field in model.schema)
    return min(max((width_of(label) for label in labels), default=0), _LABEL_AT_MOST)


def heading_line(row: FormRow, width: int) -> Line:
    """The heading of a section."""
    return ((cut(f" {row.heading}", width), SECTION),)


def wanted(row: FormRow, name: str) -> FormField | None:
    """How a field or cell on a line is asked."""
    if row.grid is None:
        return row.asked
    field = name.rpartition("/")[2]
    return next((one for one in row.grid.repeat.columns if one.name == field), None)


def field_line(model: FormModel, name: str, labels: int, width: int) -> Line:
    """A field that is not being filled in."""
    head, space = _head(model, name, labels, width, marker=" ")
    text = model.text_of(name)
    style = ERROR if name in model.unread else PLAIN
    problem = _problem_parts(model, name, space)
    room = min(width_of(text), _BESIDE_PROBLEM) if problem else space
    note = _note(model, name) if not problem else ""
    return (*head, (cut(text, room), style), (note, QUIET), *problem)


def active_line(
    model: FormModel,
    name: str,
    entry: Writing | Picking,
    labels: int,
    width: int,
    looks: tuple[Style, Style] = (FIELD, CURSOR),
) -> tuple[Line, int]:
    """The field that is being filled in, and the cell of its cursor.

    Args:
        model: the form.
        name: the field.
        entry: what is typed.
        labels: the cells that the labels take.
        width: of the line.
        looks: of the field, and of the cell in which the next letter goes.
    """
    head, space = _head(model, name, labels, width, marker=">")
    problem = _problem_parts(model, name, space)
    room = min(space, _BESIDE_PROBLEM if problem else _FIELD_AT_MOST)
    is_written = isinstance(entry, Writing) or entry.is_touched
    picked = model.text_of(name) + _note(model, name)
    shown, at = entry.editor.window(room) if is_written else (cut(picked, room), 0)
    cells = fit(shown, room)
    before, under, after = split_at(cells, at)
    look, cursor = looks
    line = (*head, (before, look), (under, cursor), (after, look), *problem)
    return line, width - space + at


def save_line(model: FormModel, width: int, *, is_active: bool) -> Line:
    """What stands below the last field."""
    marker = ">" if is_active else " "
    text = model.desk.text("tui.form.save_row")
    return ((cut(f"{marker} {text}", width), CURSOR if is_active else QUIET),)


def panel_lines(
    model: FormModel,
    asked: FormField | None,
    entry: Writing | Picking | None,
    size: tuple[int, int],
    column: int | None = None,
) -> Iterator[Line]:
    """What helps with the field: its hint, what is wrong, what may be picked, who wrote it.

    Args:
        model: the form; of a cell that of its row.
        asked: the field.
        entry: what is typed.
        size: cells and lines.
        column: of a cell. The heading may not show, so the label stands before the hint; the keys
            are told in the first column only, since they would be sent again with every cell.
    """
    width, height = size
    rule = "-" if model.desk.settings.ascii_borders else "─"
    hint = model.desk.label(asked.hint) if asked else ""
    if column is not None and asked:
        hint = hint or (model.desk.text("tui.rows.keys") if column == 0 else "")
        label = model.desk.label(model.field(asked.name).label)
        hint = f"{label}: {hint}" if hint else label
    # No rule behind the hint: it would be sent again with every field.
    yield ((cut(f"{rule}{rule} {hint}", width), QUIET),)
    if asked is None or entry is None:
        return
    left = height - 1
    for problem in model.problems.get(asked.name, ()):
        for text in wrapped(model.desk.problem(problem), width - 4, min(left, 2)):
            yield (("  ", PLAIN), (text, _style_of(problem)))
            left -= 1
    for problem, by in model.confirmed.get(asked.name, ())[: max(left, 0)]:
        said = short_problem(model, problem)
        text = model.desk.text("tui.confirmed.by", by=by.stamp.by, at=_when(by), problem=said)
        yield (("  ", PLAIN), (cut(text, width - 2), QUIET))
        left -= 1
    if entry.options:
        yield from _option_lines(entry, model.values.get(asked.name), width, left)
    elif left > 0:
        yield from _history_lines(model, asked.name, width, left)


def _head(
    model: FormModel, name: str, labels: int, width: int, marker: str
) -> tuple[tuple[Part, ...], int]:
    field = model.field(name)
    sign, style = sign_of(model, name)
    label = fit(model.desk.label(field.label), labels)
    head = ((marker, KEY if marker.strip() else PLAIN), (sign, style), (f"{label}  ", PLAIN))
    return head, width - labels - 4


def _note(model: FormModel, name: str) -> str:
    """What tells the record that a reference leads to from others of its name."""
    value = model.values.get(name)
    if not model.field(name).is_reference or not isinstance(value, str):
        return ""
    titled = model.desk.titles.one(value)
    return f"  {titled.note}" if titled and titled.note else ""


def sign_of(model: FormModel, name: str) -> Part:
    """The sign before a field: ! wrong, ? doubtful, = undecided, * still missing."""
    problems = model.problems.get(name, ())
    if problems:
        return ("!", ERROR) if any(p.severity == "error" for p in problems) else ("?", WARNING)
    if model.record is not None and name in model.record.conflicts:
        return "=", WARNING
    is_missing = model.values.get(name) is None and model.is_required(name)
    return ("*", KEY) if is_missing else (" ", PLAIN)


def _problem_parts(model: FormModel, name: str, space: int) -> tuple[Part, ...]:
    problems = model.problems.get(name, ())
    if not problems:
        return ()
    text = short_problem(model, problems[0])
    return (("  ", PLAIN), (cut(text, space - 2), _style_of(problems[0])))


def short_problem(model: FormModel, problem: Problem) -> str:
    """The problem without the label of the field beside which it stands."""
    text = model.desk.problem(problem)
    label = problem.params.get("label")
    if isinstance(label, dict):
        text = text.removeprefix(f"{model.desk.label(label)}: ")
    return text[:1].upper() + text[1:]


def _style_of(problem: Problem) -> Style:
    return ERROR if problem.severity == "error" else WARNING


def split_at(cells: str, at: int) -> tuple[str, str, str]:
    """The text before, under and behind the cell of the cursor."""
    index, used = 0, 0
    while index < len(cells) and used < at:
        used += width_of(cells[index])
        index += 1
    return cells[:index], cells[index : index + 1], cells[index + 1 :]


def _option_lines(
    entry: Writing | Picking, value: object, width: int, height: int
) -> Iterator[Line]:
    """The options in columns, read down; the page with the highlighted one."""
    texts = [_option_text(option, value) for option in entry.options]
    has_notes = any(option.note for option in entry.options)
    column = width - 2 if has_notes else min(max(map(width_of, texts)) + 2, width - 2)
    columns = max((width - 2) // column, 1)
    per_page = max(columns * height, 1)
    first = max(entry.highlight, 0) // per_page * per_page
    page = list(enumerate(texts))[first : first + per_page]
    rest = len(texts) - first - len(page)
    for y in range(min(height, len(page))):
        cells = page[y::height]
        parts = [
            (fit(text, column - 1), CURSOR if at == entry.highlight else PLAIN)
            for at, text in cells
        ]
        line = [part for one in parts for part in (one, (" ", PLAIN))]
        if y == height - 1 and rest > 0:
            line.append((f"+{rest}", QUIET))
        yield (("  ", PLAIN), *line)


def _option_text(option: Option, value: object) -> str:
    is_chosen = option.value in value if isinstance(value, list) else option.value == value
    mark = "*" if is_chosen else " "
    number = f"{option.number} " if option.number else ""
    note = f"  {option.note}" if option.note else ""
    return f"{mark}{number}{option.label}{note}"


def _history_lines(model: FormModel, name: str, width: int, height: int) -> Iterable[Line]:
    """Who wrote the value, and the other values where nobody has decided between them."""
    if model.record is None or not (written := model.record.written(name)):
        return []
    others = model.record.conflicts.get(name, ())
    lines = [_sibling_text(model, name, sibling) for sibling in others] or [
        model.desk.text("tui.form.written", by=written.stamp.by, at=_when(written))
    ]
    return [(("  ", PLAIN), (cut(text, width - 2), QUIET)) for text in lines[:height]]


def _sibling_text(model: FormModel, name: str, sibling: Sibling) -> str:
    field, lang = model.field(name), model.desk.catalogue.lang
    shown = show_value(field, sibling.value, lang, model.desk.repository.title)
    return model.desk.text("tui.form.sibling", value=shown, by=sibling.stamp.by, at=_when(sibling))


def _when(sibling: Sibling) -> str:
    return datetime.fromtimestamp(sibling.stamp.at).strftime("%d/%m/%Y %H:%M")


def place_of(rows: Sequence[FormRow], name: str) -> int:
    """The line on which a field stands; behind the last for the line for saving."""
    return next((at for at, row in enumerate(rows) if name in row.names), len(rows))
