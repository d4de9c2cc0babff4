"""What lies on a stick, or in any folder that does as one: found, looked through, cleared up."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.style import Style
from textual.app import ComposeResult

from nq77tui.core.problem import Problem, RefusedError, cause_of
from nq77tui.store.removable import is_usual_place, mounted_sticks
from nq77tui.store.stick import Lying, State, Stick
from nq77tui.store.write_once import sync_names
from nq77tui.tui.cells import width_of
from nq77tui.tui.desk import Desk
from nq77tui.tui.place import shown_size
from nq77tui.tui.stick_text import HALF, StickText
from nq77tui.tui.theme import PLAIN, WARNING
from nq77tui.tui.views.dialog.confirm import Confirm
from nq77tui.tui.views.dialog.file_chooser import FileChooser
from nq77tui.tui.views.rows import RowsView
from nq77tui.tui.views.working import WorkingView
from nq77tui.tui.widgets.row_list import RowList
from nq77tui.tui.widgets.text_line import TextLine

_LOOK_EVERY = 2.0
"""Seconds between two looks at what is plugged in: one small file of the system's is read."""


class LyingView(RowsView[None], WorkingView[None]):
    """A line for the place, then a row for each bundle that lies there."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._mounted: list[Path] = []
        self._places: list[Path] = []
        self._stick: Stick | None = None
        self._lying: Sequence[Lying] | None = None
        self._then: tuple[str, Style] | None = None
        """What to say after the next look, instead of what was found."""
        self._text = StickText(desk)

    def body(self) -> ComposeResult:
        """Where it is, then what lies there."""
        yield TextLine("place")
        yield RowList()

    def on_mount(self) -> None:
        """Look for sticks, and go on looking."""
        super().on_mount()
        self._look_for_sticks()
        self.set_interval(_LOOK_EVERY, self._look_for_sticks)

    def show_title(self) -> None:
        """What this is, and which machine."""
        me = self.desk.repository.peer_book.myself()
        name = me.name if me else ""
        right = self.desk.text("stick.this_machine", name=name) if name else ""
        self.set_title(self.desk.text("stick.title"), right)

    def relabel(self) -> None:
        """Show everything in the language of the moment."""
        super().relabel()
        self._show_place()
        self._show_rows()

    # Where

    def _look_for_sticks(self) -> None:
        """Notice what was plugged in or pulled out."""
        if self.is_working or not self.is_current:
            return
        self._mounted = mounted_sticks(self.desk.root)
        places = list(dict.fromkeys([*self._mounted, *self._last_folder()]))
        came = [place for place in places if place not in self._places]
        went = [place for place in self._places if place not in places]
        self._places = places
        here = self._stick.folder if self._stick else None
        if came or here not in places:
            # What has just been plugged in is what people want to see.
            self._go_to(came[0] if came else places[0] if places else None)
        elif went:
            self._show_place()
        if went and here in went:
            self.say(self.desk.text("stick.pulled_out", folder=went[0].name), WARNING)

    def _last_folder(self) -> list[Path]:
        last = Path(self.desk.settings.stick)
        # The folder of a stick that is not plugged in would take bundles, on this machine's disk.
        is_lost = is_usual_place(self.desk.root, last) and not self._is_on_stick(last)
        return [last] if last.is_absolute() and last.is_dir() and not is_lost else []

    def _is_on_stick(self, folder: Path) -> bool:
        return any(folder.is_relative_to(place) for place in self._mounted)

    def _go_to(self, folder: Path | None) -> None:
        self._stick = Stick(self.desk.repository, folder) if folder else None
        self._lying, self._then = None, None
        self._look()

    def _remember(self, folder: Path) -> None:
        if self.desk.settings.stick != str(folder):
            self.desk.settings = self.desk.settings.kept(stick=str(folder))

    # What lies there

    def store_changed(self) -> None:
        """What was new may be known now."""
        self._look()

    def _look(self) -> None:
        if self.is_working:
            return
        self.relabel()
        if self._stick is not None:
            self.work(self._stick.look, self._take)
        else:
            self.say(self.desk.text("stick.none"))

    def _take(self, lying: Sequence[Lying]) -> None:
        self._lying = lying
        self.relabel()
        self.say(*(self._then or self._found()))
        self._then = None

    def _found(self) -> tuple[str, Style]:
        return self._text.found(self._lying or ())

    def _of(self, state: State) -> list[Lying]:
        return [one for one in self._lying or () if one.state == state]

    def _show_place(self) -> None:
        line, text = self.query_one("#place", TextLine), self.desk.text
        if self._stick is None:
            line.show((f" {text('stick.no_place')}", PLAIN))
            return
        folder, right = self._stick.folder, ""
        if len(self._places) > 1 and folder in self._places:
            at, count = self._places.index(folder) + 1, len(self._places)
            right = f"{text('stick.place_of', at=at, count=count)} "
        width = self.size.width - width_of(right) - 1
        told = self._text.place(folder, width, is_stick=self._is_on_stick(folder))
        line.show((told, PLAIN), right=right)

    def _show_rows(self) -> None:
        by_id = {str(one.path): one for one in self._lying or ()}
        key = "stick.none" if self._stick is None else "stick.empty"
        empty = "" if self._stick and self._lying is None else self.desk.text(key)
        self.row_list.show(
            self._text.columns(),
            list(by_id),
            lambda row_id: self._text.cells(by_id[row_id]),
            empty=empty,
        )

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Say more of one."""
        one = next(one for one in self._lying or () if str(one.path) == event.row_id)
        if one.problem is not None:
            self.refuse(RefusedError(one.problem))
        else:
            size = shown_size(one.size, self.desk.catalogue.lang)
            self.say(self.desk.text("stick.file", file=one.path.name, size=size))

    def action_remove(self) -> None:
        """Remove a half file, which is of no use to anybody, after asking."""
        row_id = self.row_list.current
        one = next((one for one in self._lying or () if str(one.path) == row_id), None)
        if one is None or self.is_working:
            return
        if one.problem is None or one.problem.key != HALF:
            self.say(self.desk.text("stick.only_half"), WARNING)
            return
        question = self.desk.text("stick.ask_remove", file=one.path.name)
        self.app.push_screen(Confirm(self.desk, question), lambda yes: self._remove(one, yes))

    def _remove(self, one: Lying, is_sure: bool | None) -> None:
        if is_sure:
            try:
                one.path.unlink()
                sync_names(one.path.parent)
            except OSError as error:
                params = {"file": str(one.path), "detail": cause_of(error)}
                self.refuse(RefusedError(Problem("bundle.read_only", params)))
            else:
                self._look()

    # Other places

    def action_next(self) -> None:
        """Go to the next stick or folder."""
        if self._stick is not None and not self.is_working and len(self._places) > 1:
            here = self._stick.folder
            at = self._places.index(here) if here in self._places else -1
            self._go_to(self._places[(at + 1) % len(self._places)])

    def action_folder(self) -> None:
        """Choose any other folder."""
        if not self.is_working:
            last = Path(self.desk.settings.stick) if self.desk.settings.stick else None
            chooser = FileChooser(self.desk, last=last, for_folder=True)
            self.app.push_screen(chooser, self._take_folder)

    def _take_folder(self, folder: Path | None) -> None:
        if folder is not None:
            self._remember(folder)
            self._places = list(dict.fromkeys([folder, *self._places]))
            self._go_to(folder)
