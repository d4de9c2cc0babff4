"""Choosing a file or a folder: sticks first, then by going in, or by typing the path."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from textual import events
from textual.app import ComposeResult

from nq77tui.core.problem import Problem, RefusedError, cause_of
from nq77tui.store.removable import mounted_sticks
from nq77tui.tui.actions import FILES, bindings
from nq77tui.tui.cells import cut_start
from nq77tui.tui.desk import Desk
from nq77tui.tui.line_editor import LineEditor
from nq77tui.tui.moment import shown_moment
from nq77tui.tui.place import (
    Place,
    found_places,
    path_typed,
    places_of,
    read_folder,
    shown_size,
)
from nq77tui.tui.theme import CURSOR, PLAIN, QUIET
from nq77tui.tui.views.rows import RowsView
from nq77tui.tui.widgets.row_list import ListColumn, RowList
from nq77tui.tui.widgets.text_line import TextLine

_ABOVE = ("up", "whole")
"""What stands above the places in a folder."""
_NAME, _KIND, _SIZE, _DATE = 34, 16, 8, 16


class FileChooser(RowsView[Path]):
    """Answers with what was chosen, or None."""

    ACTIONS = FILES
    BINDINGS = bindings(ACTIONS)

    def __init__(
        self,
        desk: Desk,
        *,
        last: Path | None = None,
        at: Path | None = None,
        for_folder: bool = False,
    ) -> None:
        """Begin with the sticks.

        Args:
            last: the folder used last; stands first.
            at: stand on this file, in its folder, instead.
            for_folder: a folder is wanted, and not what lies in it.
        """
        super().__init__(desk)
        self._last = last
        self._at = at
        self._for_folder = for_folder
        self._folder: Path | None = None
        self._places: list[Place] = []
        self._typed = LineEditor()

    def body(self) -> ComposeResult:
        """The path, then what stands there."""
        yield TextLine("path")
        yield RowList()

    def on_mount(self) -> None:
        """Show where the sticks are, or the folder to begin with."""
        super().on_mount()
        if self._at is None or not self._go_into(self._at.parent, self._at):
            self._go_into(None)

    def relabel(self) -> None:
        """Show everything in the language of the moment."""
        super().relabel()
        self._show()

    def show_title(self) -> None:
        """What is to be chosen."""
        key = "stick.choose_folder" if self._for_folder else "tui.merge.places"
        self.set_title(self.desk.text(key))

    # Going

    def _go_into(self, folder: Path | None, at: Path | None = None) -> bool:
        """Show a folder, or the places to begin at; False where it cannot be read."""
        try:
            places = self._first_places() if folder is None else self._in_folder(folder)
        except OSError as error:
            self._refuse("merge.unreadable", file=str(folder), detail=cause_of(error))
            return False
        self._folder, self._places, self._typed = folder, places, LineEditor()
        self.say()
        self._show()
        skipped = ("up",) if self._for_folder else _ABOVE
        first = next((place.path for place in places if place.kind not in skipped), None)
        self.row_list.go_to(str(at if at is not None else first))
        return True

    def _refuse(self, key: str, **params: object) -> None:
        self.refuse(RefusedError(Problem(key, params)))

    def _first_places(self) -> list[Place]:
        kinds = dict.fromkeys([self._last] if self._last else [], "last")
        for path in mounted_sticks(self.desk.root):
            kinds.setdefault(path, "stick")
        kinds.setdefault(Path.home(), "home")
        return [
            Place(p.path, p.kind if p.kind == "store" else kinds[p.path], p.title)
            for p in places_of(path for path in kinds if path.is_dir())
        ]

    def _in_folder(self, folder: Path) -> list[Place]:
        found = read_folder(folder)
        up = [Place(folder.parent, "up", "..")] if folder != folder.parent else []
        if self._for_folder:
            here = Place(folder, "whole", self.desk.text("stick.this_folder"))
            return [here, *up, *(place for place in found if place.kind != "file")]
        count = sum(place.kind in ("store", "file") for place in found)
        if count > 1:
            title = self.desk.text("tui.files.whole", count=count)
            up.append(Place(folder, "whole", title))
        return [*up, *found]

    # Showing

    def _show(self, *, from_top: bool = False) -> None:
        self._show_path()
        found = self._found()
        by_id = {str(place.path): place for place in found}
        text = self.desk.text
        columns = (
            ListColumn(text("tui.files.name"), _NAME),
            ListColumn(text("tui.files.kind"), _KIND),
            ListColumn(text("tui.files.size"), _SIZE, is_right=True),
            ListColumn(text("tui.files.date"), _DATE),
        )
        empty = text("tui.files.none_found" if self._typed.text else "tui.files.empty")
        self.row_list.show(
            columns,
            list(by_id),
            lambda row_id: self._cells(by_id[row_id]),
            empty=empty,
            from_top=from_top,
        )

    def _found(self) -> list[Place]:
        typed = self._typed.text
        places = [p for p in self._places if not typed or p.kind not in _ABOVE]
        return found_places(places, typed)

    def _cells(self, place: Place) -> Sequence[str]:
        kind = self.desk.text(f"tui.files.kind.{place.kind}")
        title = cut_start(place.title, _NAME) if self._folder is None else place.title
        if place.kind in _ABOVE:
            return title, kind, "", ""
        found = place.size_and_date()
        size, moment = ("", "") if found is None else self._size_and_date(*found)
        return title, kind, size, moment

    def _size_and_date(self, size: int, at: float) -> tuple[str, str]:
        return shown_size(size, self.desk.catalogue.lang), shown_moment(at)

    def _show_path(self) -> None:
        line = self.query_one("#path", TextLine)
        label = (f" {self.desk.text('tui.files.path')}", PLAIN)
        if self._folder is None and not self._typed.text:
            line.show(label, (" ", CURSOR), (f" {self.desk.text('tui.files.start')}", QUIET))
            return
        base = "" if self._folder is None or self._is_whole_path else _with_slash(self._folder)
        room = max(self.size.width - len(label[0]) - 2, 10)
        shown = LineEditor.of(base + self._typed.text).window(room)[0]
        line.show(label, (shown, PLAIN), (" ", CURSOR))

    @property
    def _is_whole_path(self) -> bool:
        return self._typed.text[:1] in ("/", "~")

    # Typing

    def on_key(self, event: events.Key) -> None:
        """A letter goes on with the path."""
        if event.key == "enter":
            event.stop()
            self._choose_typed()
        elif event.character and event.is_printable:
            event.stop()
            self._type(self._typed.insert(event.character))

    def on_paste(self, event: events.Paste) -> None:
        """Take a pasted path."""
        event.stop()
        self._type(self._typed.paste(event.text))

    def _type(self, typed: LineEditor) -> None:
        """Go along with what is typed: a whole folder is gone into, the rest narrows down."""
        self._typed = typed
        head, slash, tail = typed.text.rpartition("/")
        if slash:
            folder = path_typed(self._folder, head + slash)
            if folder is not None and _is_folder(folder):
                if not self._go_into(folder):
                    return
                self._typed = LineEditor.of(tail)
        self.say()
        if self._typed.text:
            self._show(from_top=True)

    # Doing

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Go in, or answer with this."""
        place = self._place(event.row_id)
        if place is None:
            return
        if place.kind == "up":
            self._go_up()
        elif place.kind in self._taken:
            self.dismiss(place.path)
        else:
            self._go_into(place.path)

    @property
    def _taken(self) -> tuple[str, ...]:
        """What is answered with; anything else is gone into."""
        return ("whole",) if self._for_folder else ("store", "file", "whole")

    def _choose_typed(self) -> None:
        """What is typed is no row: perhaps a file of another name, perhaps nothing."""
        path = path_typed(self._folder, self._typed.text)
        if path is None or path == self._folder:
            return
        if _is_folder(path):
            self._go_into(path)
        elif _is_file(path) and not self._for_folder:
            self.dismiss(path)
        else:
            self._refuse("merge.no_such_path", file=str(path))

    def action_complete(self) -> None:
        """Take the name under the cursor into the path; go into a folder."""
        place = self._place(self.row_list.current)
        if place is None or place.kind in _ABOVE:
            return
        if place.kind == "file":
            self._type(LineEditor.of(place.title))
        else:
            self._go_into(place.path)

    def action_up(self) -> None:
        """Take a letter off; without one, go to the folder above."""
        if self._typed.text:
            self._type(self._typed.erased_back())
        elif self._folder is not None:
            self._go_up()

    def action_clear(self) -> None:
        """Take all letters off; without any, go to the sticks."""
        if self._typed.text:
            self._type(LineEditor())
        else:
            self._go_into(None)

    def action_back(self) -> None:
        """Take all letters off; without any, leave."""
        if self._typed.text:
            self._type(LineEditor())
        else:
            self.dismiss(None)

    def _go_up(self) -> None:
        here = self._folder
        if (
            here is None
            or here == here.parent
            or here in (*mounted_sticks(self.desk.root), Path.home())
        ):
            self._go_into(None, here)
        else:
            self._go_into(here.parent, here)

    def _place(self, row_id: str | None) -> Place | None:
        return next((place for place in self._places if str(place.path) == row_id), None)


def _with_slash(folder: Path) -> str:
    return str(folder).rstrip("/") + "/"


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False
