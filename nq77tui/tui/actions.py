"""Everything that a key can do: the one place from which bindings, key lines and help are made.

An action's words stand in the catalogue under ``tui.key.<id>`` (a word or two, for the key line)
and ``tui.help.<id>`` (a sentence, for the help).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from textual.binding import Binding, BindingType

_SHOWN = {
    "escape": "Esc",
    "enter": "Enter",
    "tab": "Tab",
    "shift+tab": "Shift+Tab",
    "insert": "Ins",
    "delete": "Del",
    "backspace": "Backspace",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "space": "Space",
    "question_mark": "?",
    "plus": "+",
    "minus": "-",
    "asterisk": "*",
    "percent_sign": "%",
}


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that keys do.

    Attributes:
        id: ``view.name``; `App.set_keymap` may give it other keys.
        keys: Textual's names of the keys, the one to show first.
        call: the name of the ``action_…`` method; empty where the widget reads the key itself.
        is_shown: whether it stands on the key line.
        is_everywhere: whether even a question that takes every key lets it through.
    """

    id: str
    keys: tuple[str, ...]
    call: str = ""
    is_shown: bool = True
    is_everywhere: bool = False

    @property
    def label(self) -> str:
        """Catalogue key of the short label."""
        return f"tui.key.{self.id}"

    @property
    def help(self) -> str:
        """Catalogue key of the help sentence."""
        return f"tui.help.{self.id}"


def bindings(actions: Iterable[Action]) -> list[BindingType]:
    """The actions as Textual bindings."""
    return [
        Binding(",".join(a.keys), a.call, id=a.id, show=False, priority=a.is_everywhere)
        for a in actions
        if a.call
    ]


def shown_key(key: str) -> str:
    """A key as it is written on keyboards."""
    if key in _SHOWN:
        return _SHOWN[key]
    *modifiers, last = key.split("+")
    name = _SHOWN.get(last, last.upper())
    return "+".join([*(modifier.capitalize() for modifier in modifiers), name])


APP = (
    Action("app.help", ("f1", "ctrl+g"), "help"),
    Action("app.language", ("f10", "ctrl+e"), "language"),
    Action("app.redraw", ("ctrl+l",), "redraw", is_shown=False, is_everywhere=True),
    Action("app.notices", ("f12", "ctrl+x"), "notices", is_shown=False),
)
ROWS = (
    Action("rows.move", ("up", "down"), is_shown=False),
    Action("rows.page", ("pageup", "pagedown"), is_shown=False),
    Action("rows.ends", ("home", "end"), is_shown=False),
)
HOME = (
    Action("home.open", ("enter",), "open", is_shown=False),
    Action("home.coverage", ("c", "f6"), "coverage"),
    Action("home.assign", ("g", "f5"), "assign"),
    Action("home.merge", ("m", "f7"), "merge", is_shown=False),
    Action("home.stick", ("q", "f3"), "stick"),
    Action("home.boards", ("j", "ctrl+b"), "boards"),
    Action("home.conflicts", ("x", "f8"), "conflicts", is_shown=False),
    Action("home.undo", ("f9", "ctrl+z"), "undo", is_shown=False),
    Action("home.verify", ("f2", "ctrl+y"), "verify", is_shown=False),
    Action("home.operators", ("f11", "ctrl+o"), "operators", is_shown=False),
    Action("home.rights", ("ctrl+t",), "rights", is_shown=False),
    Action("home.drafts", ("f4", "ctrl+r"), "drafts", is_shown=False),
    Action("home.help", ("question_mark",), "app.help", is_shown=False),
    Action("home.back", ("escape",), "back"),
)
LIST = (
    Action("list.open", ("enter",), "open", is_shown=False),
    Action("list.new", ("insert", "f4", "ctrl+n"), "new"),
    Action("list.delete", ("delete", "ctrl+d"), "delete"),
    Action("list.sort", ("f6", "ctrl+o"), "sort"),
    Action("list.undo", ("f9", "ctrl+z"), "undo"),
    Action("list.verify", ("f7", "ctrl+y"), "verify", is_shown=False),
    Action("list.reveal", ("f11", "ctrl+b"), "reveal", is_shown=False),
    Action("list.filter", ("backspace",), is_shown=False),
    Action("list.help", ("question_mark",), "app.help", is_shown=False),
    Action("list.back", ("escape",), "back"),
)
FORM = (
    Action("form.save", ("f2", "ctrl+s"), "save"),
    Action("form.save_new", ("f3", "ctrl+n"), "save_new"),
    Action("form.ditto", ("f8", "ctrl+d"), "ditto"),
    Action("form.copy", ("f5", "ctrl+p"), "copy", is_shown=False),
    Action("form.problem", ("f4", "ctrl+f"), "problem", is_shown=False),
    Action("form.editor", ("f6", "ctrl+o"), "editor", is_shown=False),
    Action("form.typing", ("f9", "ctrl+t"), "typing"),
    Action("form.history", ("f7", "ctrl+r"), "history", is_shown=False),
    Action("form.reveal", ("f11", "ctrl+b"), "reveal", is_shown=False),
    Action("form.back", ("escape",), "back"),
)
FIELDS = (
    Action("fields.next", ("enter", "tab", "down"), is_shown=False),
    Action("fields.previous", ("shift+tab", "up"), is_shown=False),
    Action("fields.choose", ("left", "right", "space"), is_shown=False),
    Action("fields.page", ("pageup", "pagedown"), is_shown=False),
    Action("fields.ends", ("ctrl+home", "ctrl+end"), is_shown=False),
    Action("fields.section", ("alt+1-9", "ctrl+down", "ctrl+up"), is_shown=False),
    Action("fields.word", ("ctrl+left", "ctrl+right"), is_shown=False),
    Action("fields.erase", ("ctrl+u", "ctrl+k", "ctrl+w"), is_shown=False),
    Action("fields.restore", ("ctrl+z",), is_shown=False),
    Action("fields.remove_row", ("ctrl+y",), is_shown=False),
)
BLIND = (
    Action("blind.save", ("f2", "ctrl+s"), "save"),
    Action("blind.next", ("f3", "ctrl+n"), "save_new"),
    Action("blind.problem", ("f4", "ctrl+f"), "problem"),
    Action("blind.editor", ("f6", "ctrl+o"), "editor", is_shown=False),
    Action("blind.typing", ("f9", "ctrl+t"), "typing"),
    Action("blind.last", ("f8", "ctrl+d", "f5", "ctrl+p"), "ditto", is_shown=False),
    Action("blind.back", ("escape",), "back"),
)
VERIFY = (
    Action("verify.open", ("enter",)),
    Action("verify.again", ("f5", "ctrl+p"), "again"),
    Action("verify.sift", ("tab",), "sift"),
    Action("verify.operators", ("f11", "ctrl+o"), "operators", is_shown=False),
    Action("verify.undo", ("f9", "ctrl+z"), "undo"),
    Action("verify.help", ("question_mark",), "app.help", is_shown=False),
    Action("verify.back", ("escape",), "back"),
)
DISCREPANCIES = (
    Action("discrepancies.take", ("1-2",)),
    Action("discrepancies.third", ("e", "f4"), "third"),
    Action("discrepancies.save", ("f2", "ctrl+s"), "save"),
    Action("discrepancies.help", ("question_mark",), "app.help", is_shown=False),
    Action("discrepancies.back", ("escape",), "back"),
)
OPERATORS = (
    Action("operators.period", ("tab",), "period"),
    Action("operators.help", ("question_mark",), "app.help", is_shown=False),
    Action("operators.back", ("escape",), "back"),
)
NOTICES = (
    Action("notices.reopen", ("enter", "f5"), "reopen"),
    Action("notices.back", ("escape",), "back"),
)
HELP = (Action("help.back", ("escape", "f1", "ctrl+g", "question_mark"), "back"),)
EDITOR = (
    Action("editor.take", ("f2", "f6", "ctrl+s", "ctrl+o"), "take"),
    Action("editor.typing", ("f9", "ctrl+t"), "typing"),
    Action("editor.back", ("escape",), "back"),
)
FILES = (
    Action("files.choose", ("enter",)),
    Action("files.complete", ("tab",), "complete"),
    Action("files.up", ("backspace", "left"), "up"),
    Action("files.clear", ("ctrl+u",), "clear", is_shown=False),
    Action("files.back", ("escape",), "back"),
)
MERGE = (
    Action("merge.take", ("f2", "ctrl+s"), "take"),
    Action("merge.conflicts", ("f8", "ctrl+t"), "conflicts"),
    Action("merge.back", ("escape",), "back"),
)
STICK = (
    Action("stick.receive", ("n", "f2"), "receive"),
    Action("stick.send", ("g", "f5"), "send"),
    Action("stick.send_to", ("t", "f4"), "send_to", is_shown=False),
    Action("stick.remove", ("delete", "ctrl+d"), "remove", is_shown=False),
    Action("stick.next", ("tab",), "next", is_shown=False),
    Action("stick.folder", ("d", "f3"), "folder"),
    Action("stick.peers", ("m", "f6"), "peers"),
    Action("stick.receipts", ("b", "f7"), "receipts"),
    Action("stick.read", ("enter",), is_shown=False),
    Action("stick.back", ("escape",), "back"),
)
PICK = (Action("pick.choose", ("enter",)),)
PEERS = (
    Action("peers.read", ("enter",)),
    Action("peers.name", ("e", "f4"), "name"),
    Action("peers.forget", ("delete", "ctrl+d"), "forget"),
    Action("peers.back", ("escape",), "back"),
)
RIGHTS = (
    Action("rights.change", ("enter",)),
    Action("rights.add", ("insert", "f4", "ctrl+n"), "add"),
    Action("rights.drop", ("delete", "ctrl+d"), "drop"),
    Action("rights.help", ("question_mark",), "app.help", is_shown=False),
    Action("rights.back", ("escape",), "back"),
)
RECEIPTS = (
    Action("receipts.read", ("enter",)),
    Action("receipts.save", ("f2", "ctrl+s"), "save"),
    Action("receipts.undo", ("f9", "ctrl+z"), "undo"),
    Action("receipts.back", ("escape",), "back"),
)
PAGE = (
    Action("page.save", ("f2", "ctrl+s"), "save"),
    Action("page.back", ("escape", "enter"), "back"),
)
CONFLICTS = (
    Action("conflicts.take", ("1-9",)),
    Action("conflicts.write", ("e", "f4"), "write"),
    Action("conflicts.skip", ("s", "space"), "skip"),
    Action("conflicts.bulk", ("a", "f5"), "bulk"),
    Action("conflicts.undo", ("u", "f9", "ctrl+z"), "undo"),
    Action("conflicts.read", ("enter",), is_shown=False),
    Action("conflicts.back", ("escape",), "back"),
)
READING = (
    Action("reading.take", ("1-9",)),
    Action("reading.back", ("escape", "enter"), "back"),
)

SIFT = (
    Action("sift.filter", ("backspace",), is_shown=False),
    Action("sift.help", ("question_mark",), "app.help", is_shown=False),
    Action("sift.back", ("escape",), "back"),
)
MARK = (
    Action("mark.one", ("space", "insert"), "mark_one"),
    Action("mark.extend", ("shift+down", "shift+up"), is_shown=False),
    Action("mark.range", ("ctrl+r",), "mark_range", is_shown=False),
    Action("mark.every", ("asterisk", "ctrl+a"), "mark_every", is_shown=False),
    Action("mark.none", ("minus",), "mark_none", is_shown=False),
)
COVERAGE = (
    Action("coverage.down", ("enter",)),
    Action("coverage.up", ("escape", "backspace"), "up"),
    Action("coverage.column", ("left", "right"), is_shown=False),
    Action("coverage.worst", ("s", "f6"), "worst"),
    Action("coverage.gaps", ("d", "f4"), "gaps"),
    Action("coverage.assign", ("g", "f5"), "assign"),
    Action("coverage.propose", ("x", "ctrl+n"), "propose", is_shown=False),
    Action("coverage.percent", ("p", "percent_sign"), "percent", is_shown=False),
    Action("coverage.detail", ("t", "f3"), "detail", is_shown=False),
    Action("coverage.date", ("n", "f7"), "date", is_shown=False),
    Action("coverage.since", ("v", "f8"), "since", is_shown=False),
    Action("coverage.short", ("l", "f2"), "short", is_shown=False),
    Action("coverage.flat", ("a", "ctrl+f"), "flat", is_shown=False),
    Action("coverage.reorganise", ("r", "ctrl+r"), "reorganise", is_shown=False),
    Action("coverage.reports", ("b", "f9"), "reports", is_shown=False),
    Action("coverage.boards", ("j", "ctrl+b"), "boards", is_shown=False),
    Action("coverage.help", ("question_mark",), "app.help", is_shown=False),
)
REORGANISE = (
    Action("reorganise.carry_out", ("f2", "ctrl+s"), "carry_out"),
    Action("reorganise.choose", ("space", "f5"), "choose"),
    Action("reorganise.help", ("question_mark",), "app.help", is_shown=False),
    Action("reorganise.back", ("escape",), "back"),
)
REPORTS = (
    Action("reports.make", ("enter",)),
    Action("reports.period", ("k", "f7"), "period"),
    Action("reports.format", ("d", "f6"), "format"),
    Action("reports.help", ("question_mark",), "app.help", is_shown=False),
    Action("reports.back", ("escape",), "back"),
)
BOARDS = (
    Action("boards.open", ("enter",)),
    Action("boards.help", ("question_mark",), "app.help", is_shown=False),
    Action("boards.back", ("escape",), "back"),
)
BOARD = (
    Action("board.down", ("enter",)),
    Action("board.up", ("escape", "backspace"), "up"),
    Action("board.column", ("left", "right"), is_shown=False),
    Action("board.records", ("d", "f4"), "records"),
    Action("board.rows", ("k", "tab"), "rows"),
    Action("board.sort", ("s", "f6"), "sort"),
    Action("board.only", ("l", "f2"), "only", is_shown=False),
    Action("board.date", ("n", "f7"), "date"),
    Action("board.help", ("question_mark",), "app.help", is_shown=False),
)
RECORDS = (
    Action("records.open", ("enter",)),
    Action("records.new", ("insert", "ctrl+n"), "new"),
    Action("records.person", ("f5", "ctrl+p"), "person"),
)
DETAIL = (
    Action("detail.choose", ("enter",)),
    Action("detail.gaps", ("d", "f4"), "gaps"),
    Action("detail.help", ("question_mark",), "app.help", is_shown=False),
    Action("detail.back", ("escape", "backspace"), "back"),
)
GAPS = (
    Action("gaps.open", ("enter",)),
    Action("gaps.assign", ("f5", "ctrl+p"), "assign"),
    Action("gaps.propose", ("f4", "ctrl+n"), "propose"),
)
ASSIGN = (
    Action("assign.open", ("enter",)),
    Action("assign.sort", ("f6", "ctrl+o"), "sort"),
    Action("assign.people", ("f5", "ctrl+p"), "people"),
    Action("assign.propose", ("f4", "ctrl+n"), "propose"),
    Action("assign.date", ("f7", "ctrl+f"), "date", is_shown=False),
)
UNITS = (
    Action("units.choose", ("enter",)),
    Action("units.gaps", ("plus",), "mark_gaps"),
    Action("units.next", ("tab",), "next"),
    Action("units.propose", ("f4", "ctrl+n"), "propose"),
    Action("units.show", ("f7", "ctrl+f"), "show", is_shown=False),
    Action("units.open", ("f3", "ctrl+o"), "open", is_shown=False),
    Action("units.person", ("f5", "ctrl+p"), "person", is_shown=False),
)
PEOPLE = (
    Action("people.choose", ("enter",)),
    Action("people.person", ("f5", "ctrl+p"), "person"),
)
CHARGE = (
    Action("charge.save", ("f2", "ctrl+s"), "save"),
    Action("charge.back", ("escape",), "back"),
)
PLAN = (
    Action("plan.change", ("enter",)),
    Action("plan.save", ("f2", "ctrl+s"), "save"),
    Action("plan.person", ("f5", "ctrl+p"), "person", is_shown=False),
)
LEAVING = (Action("plan.stays", ("f7", "ctrl+f"), "stays"),)
SIGNING = (
    Action("signing.figures", ("enter",)),
    Action("signing.submit", ("f2", "ctrl+s"), "submit"),
    Action("signing.return", ("f4", "ctrl+n"), "return"),
    Action("signing.approve", ("f6", "ctrl+o"), "approve"),
    Action("signing.earlier", ("left",), "earlier", is_shown=False),
    Action("signing.later", ("right",), "later", is_shown=False),
    Action("signing.period", ("f5", "ctrl+p"), "period", is_shown=False),
    Action("signing.show", ("f7", "ctrl+f"), "show", is_shown=False),
)
PERSON = (
    Action("person.open", ("enter",)),
    Action("person.end", ("delete", "ctrl+d"), "end"),
    Action("person.hand_over", ("f6", "ctrl+o"), "hand_over"),
    Action("person.show", ("f7", "ctrl+f"), "show", is_shown=False),
)
DRAFTS = (
    Action("drafts.open", ("enter",)),
    Action("drafts.drop", ("delete", "ctrl+d"), "drop"),
    Action("drafts.help", ("question_mark",), "app.help", is_shown=False),
    Action("drafts.back", ("escape",), "back"),
)
HISTORY = (Action("history.back", ("escape", "f7", "ctrl+r"), "back"),)
ASK = (
    Action("ask.take", ("1-9",), is_shown=False),
    Action("ask.back", ("escape",), is_shown=False),
)
PROMPT = (
    Action("prompt.take", ("enter",), is_shown=False),
    Action("prompt.back", ("escape",), is_shown=False),
)

ALL = (
    APP,
    ROWS,
    HOME,
    LIST,
    FORM,
    FIELDS,
    BLIND,
    VERIFY,
    DISCREPANCIES,
    OPERATORS,
    NOTICES,
    HELP,
    EDITOR,
    FILES,
    MERGE,
    STICK,
    PICK,
    PEERS,
    RIGHTS,
    RECEIPTS,
    PAGE,
    CONFLICTS,
    READING,
    SIFT,
    MARK,
    COVERAGE,
    REPORTS,
    BOARDS,
    BOARD,
    RECORDS,
    DETAIL,
    GAPS,
    ASSIGN,
    UNITS,
    PEOPLE,
    CHARGE,
    PLAN,
    LEAVING,
    SIGNING,
    PERSON,
    DRAFTS,
    HISTORY,
    ASK,
    PROMPT,
)
"""Every group, for checks."""
