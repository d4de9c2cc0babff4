"""The stick: what lies on it, one key to receive everything new, one to send."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.style import Style
from textual.app import ComposeResult

from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.values import show_number
from nq77tui.store.bundle_writing import Written, since_for, write_bundle
from nq77tui.store.peer_matrix import peer_matrix
from nq77tui.store.peers import read_name
from nq77tui.store.progress import Watch
from nq77tui.store.removable import is_usual_place, mounted_sticks, room_in
from nq77tui.store.source import STORE_NAME
from nq77tui.store.stick import Lying, State, Stick, is_told_already
from nq77tui.tui.actions import STICK, bindings
from nq77tui.tui.cells import cut_start, width_of
from nq77tui.tui.desk import Desk
from nq77tui.tui.moment import shown_moment
from nq77tui.tui.place import shown_size
from nq77tui.tui.theme import GOOD, PLAIN, WARNING
from nq77tui.tui.titles import matching
from nq77tui.tui.views.ask import Ask
from nq77tui.tui.views.file_chooser import FileChooser
from nq77tui.tui.views.merge import Chosen, MergeView
from nq77tui.tui.views.peers import PeersView
from nq77tui.tui.views.pick import PickView
from nq77tui.tui.views.prompt import Prompt
from nq77tui.tui.views.receipts import ReceiptsView
from nq77tui.tui.views.working import WorkingView
from nq77tui.tui.widgets.row_list import ListColumn, RowList
from nq77tui.tui.widgets.text_line import TextLine

_LOOK_EVERY = 2.0
"""Seconds between two looks at what is plugged in: one small file of the system's is read."""
_FROM, _AT, _WHAT, _COUNT, _STATE = 21, 16, 12, 8, 17


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of sending.

    Attributes:
        written: the new bundle; None where one that lies there tells everything already.
        lying: what lies there now.
    """

    written: Written | None
    lying: Sequence[Lying]


class StickView(WorkingView[None]):
    """Finds the sticks that are plugged in; a folder that was chosen works as well."""

    ACTIONS = STICK
    BINDINGS = bindings(ACTIONS)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._mounted: list[Path] = []
        self._places: list[Path] = []
        self._stick: Stick | None = None
        self._lying: Sequence[Lying] | None = None
        self._then: tuple[str, Style] | None = None
        self._asked_name = False

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
        new, refused = len(self._of("new")), len(self._of("refused"))
        if refused:
            return self.desk.text("stick.found_refused", new=new, count=refused), WARNING
        if new:
            return self.desk.text("stick.found_new", count=new), PLAIN
        if gaps := len(self._of("gap")):
            return self.desk.text("stick.found_gap", count=gaps), WARNING
        return self.desk.text("stick.found_nothing"), PLAIN

    def _of(self, state: State) -> list[Lying]:
        return [one for one in self._lying or () if one.state == state]

    def _show_place(self) -> None:
        line, text = self.query_one("#place", TextLine), self.desk.text
        if self._stick is None:
            line.show((f" {text('stick.no_place')}", PLAIN))
            return
        folder, lang = self._stick.folder, self.desk.catalogue.lang
        room = room_in(folder)
        key = "gone" if room is None else "read_only" if room.is_read_only else "free"
        free = shown_size(room.free if room else 0, lang)
        kind = text("stick.kind.stick" if self._is_on_stick(folder) else "stick.kind.folder")
        right = ""
        if len(self._places) > 1 and folder in self._places:
            at, count = self._places.index(folder) + 1, len(self._places)
            right = text("stick.place_of", at=at, count=count)
        told = text(f"stick.room.{key}", free=free)
        width = self.size.width - width_of(f" {kind}:  ({told}) {right} ")
        line.show((f" {kind}: {cut_start(str(folder), width)} ({told})", PLAIN), right=f"{right} ")

    def _show_rows(self) -> None:
        text = self.desk.text
        columns = (
            ListColumn(text("stick.from"), _FROM),
            ListColumn(text("stick.at"), _AT),
            ListColumn(text("stick.what"), _WHAT),
            ListColumn(text("stick.count"), _COUNT, is_right=True),
            ListColumn(text("stick.state"), _STATE),
        )
        by_id = {str(one.path): one for one in self._lying or ()}
        key = "stick.none" if self._stick is None else "stick.empty"
        empty = "" if self._stick and self._lying is None else text(key)
        self.query_one(RowList).show(
            columns, list(by_id), lambda row_id: self._cells(by_id[row_id]), empty=empty
        )

    def _cells(self, one: Lying) -> Sequence[str]:
        told, text = one.manifest, self.desk.text
        at = shown_moment(one.at)
        if told is None:
            name = one.path.parent.name if one.path.name == STORE_NAME else one.path.name
            is_store = one.path.name == STORE_NAME
            return name, at, text("stick.what.store") if is_store else "", "", self._state(one)
        known = {peer.id: peer.shown for peer in self.desk.repository.peer_book.all()}
        who = known.get(told.sender) or told.name or told.sender
        what = text("stick.what.new" if told.since else "stick.what.all")
        if told.area:
            row = self.desk.repository.row(told.area)
            what = self.desk.repository.title(told.area) if row else text("stick.what.area")
        records = sum(told.counts.values())
        if not records:
            what = text("stick.what.word")
        count = show_number(records, self.desk.catalogue.lang) if records else "-"
        return f"{who} ({told.by})" if told.by else who, at, what, count, self._state(one)

    def _state(self, one: Lying) -> str:
        state: str = one.state
        if one.problem is not None:
            state = "half" if one.problem.key == "bundle.cut_off" else "refused"
        elif one.manifest is None:
            state = "store"
        return self.desk.text(f"stick.state.{state}")

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Say more of one."""
        one = next(one for one in self._lying or () if str(one.path) == event.row_id)
        if one.problem is not None:
            self.refuse(RefusedError(one.problem))
        else:
            size = shown_size(one.size, self.desk.catalogue.lang)
            self.say(self.desk.text("stick.file", file=one.path.name, size=size))

    # Receiving

    def action_receive(self) -> None:
        """Look at everything new before it is taken in."""
        if self._stick is None or self._lying is None or self.is_working:
            return
        if not self._of("new"):
            self.say(*self._found())
            return
        # What is new may close the gap before something that was taken in already.
        files = [one.path for one in (*self._of("new"), *self._of("gap"))]
        folder = self._stick.folder
        self._remember(folder)
        problems = [one.problem for one in self._of("refused") if one.problem]
        chosen = Chosen(folder, files, tuple(problems), is_stick=self._is_on_stick(folder))
        self.app.push_screen(MergeView(self.desk, chosen=chosen), self._received)

    def _received(self, folder: Path | None) -> None:
        if folder is not None:
            told = self.desk.text("stick.received_all")
            if self._is_on_stick(folder):
                told = f"{told} {self.desk.text('stick.may_pull')}"
            self._then = told, GOOD
        if not self.is_working:
            self._look()

    # Sending

    def action_send(self) -> None:
        """Write everything that some known machine has not confirmed."""
        self._send(None)

    def action_send_to(self) -> None:
        """Ask for whom, or of what."""
        if self._stick is None or self.is_working:
            return
        text = self.desk.text
        answers = [text(f"stick.send.{name}") for name in ("machine", "area", "all")]
        question = text("stick.send.ask")
        self.app.push_screen(
            Ask(self.desk, question, answers, text("stick.way_back")), self._send_answered
        )

    def _send_answered(self, answer: int | None) -> None:
        if answer == 1:
            rows = [
                (row.peer.id, row.label, self.desk.text("peers.behind", count=row.missing))
                for row in peer_matrix(self.desk.repository)
                if not row.is_me and not row.peer.is_forgotten
            ]
            view = PickView(self.desk, "stick.send.machine", rows)
            self.app.push_screen(view, lambda one: self._send(one) if one else None)
        elif answer == 2:
            titled = matching(self.desk.titles.all(self.desk.programme.tree.record).values(), "")
            rows = [(one.id, one.title, one.note) for one in titled]
            view = PickView(self.desk, "stick.send.area", rows)
            self.app.push_screen(view, lambda one: self._send(None, area=one) if one else None)
        elif answer == 3:
            self._send(None, everything=True)

    def _send(self, machine: str | None, *, area: str = "", everything: bool = False) -> None:
        if self._stick is None or self.is_working or self.refuse_if_read_only():
            return
        me = self.desk.repository.peer_book.myself()
        if not self._asked_name and not (me and me.name):
            self._asked_name = True
            again = partial(self._send, machine, area=area, everything=everything)
            self.app.push_screen(
                Prompt(self.desk, self.desk.text("stick.ask_name"), read_name),
                lambda name: self._named(name, again),
            )
            return
        stick, repository = self._stick, self.desk.repository
        is_mounted = self._is_on_stick(stick.folder)
        self._remember(stick.folder)

        def send(watch: Watch) -> Sent:
            if is_mounted and not _is_below(stick.folder, mounted_sticks(self.desk.root)):
                # What stands there now is a folder of this machine's own disk.
                detail = self.desk.text("stick.not_plugged_in")
                params = {"file": str(stick.folder), "detail": detail}
                raise RefusedError(Problem("bundle.medium_gone", params))
            since = since_for(repository, machine, everything=everything)
            if not area and is_told_already(repository, stick.look(watch), since):
                return Sent(None, stick.look())
            written = write_bundle(repository, stick.folder, since, area, watch)
            return Sent(written, stick.look())

        self.say(self.desk.text("stick.sending"))
        self.work(send, self._sent)

    def _named(self, name: str | None, again: Callable[[], None]) -> None:
        if name:
            with self.refusals():
                self.desk.repository.peer_book.tell_of_myself(name)
        again()

    def _sent(self, sent: Sent) -> None:
        if self._stick is None:
            return
        self._lying, text = sent.lying, self.desk.text
        self.relabel()
        if sent.written is None:
            told = text("stick.sent_before")
        else:
            count = sum(sent.written.manifest.counts.values())
            lang = self.desk.catalogue.lang
            size = shown_size(sent.written.size, lang)
            key = "stick.sent" if count else "stick.sent_word"
            told = text(key, records=show_number(count, lang), size=size)
        if self._is_on_stick(self._stick.folder):
            told = f"{told} {text('stick.may_pull')}"
        self.say(told, GOOD)

    def work_refused(self, error: RefusedError) -> None:
        """Say why, and look at what there is now."""
        self.refuse(error)
        self._show_place()

    # Going

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

    def action_peers(self) -> None:
        """Look at who has received what."""
        if not self.is_working:
            self.app.push_screen(PeersView(self.desk))

    def action_receipts(self) -> None:
        """Look at what was taken in."""
        if not self.is_working:
            self.app.push_screen(ReceiptsView(self.desk))

    def action_back(self) -> None:
        """Stop what is going on; else go back."""
        if not self.stop_work():
            self.dismiss()


def _is_below(folder: Path, places: Sequence[Path]) -> bool:
    return any(folder.is_relative_to(place) for place in places)
