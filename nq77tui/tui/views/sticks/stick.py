"""Receiving from a stick, or a folder that does as one, and sending to it: one key each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.values import show_number
from nq77tui.store.bundle_writing import Written, since_for, write_bundle
from nq77tui.store.peers import read_name
from nq77tui.store.progress import Watch
from nq77tui.store.removable import mounted_sticks
from nq77tui.store.stick import Lying, is_told_already
from nq77tui.tui.actions import STICK, bindings
from nq77tui.tui.desk import Desk
from nq77tui.tui.place import shown_size
from nq77tui.tui.theme import GOOD
from nq77tui.tui.views.dialog.prompt import Prompt
from nq77tui.tui.views.sticks.lying import LyingView
from nq77tui.tui.views.sticks.merge import Chosen, MergeView
from nq77tui.tui.views.sticks.peers import PeersView
from nq77tui.tui.views.sticks.receipts import ReceiptsView
from nq77tui.tui.views.sticks.sending import choose_what_to_send


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of sending.

    Attributes:
        written: the new bundle; None where one that lies there tells everything already.
        lying: what lies there now.
    """

    written: Written | None
    lying: Sequence[Lying]


class StickView(LyingView):
    """Receives from the place at hand, and sends to it."""

    ACTIONS = STICK
    BINDINGS = bindings(ACTIONS)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._asked_name = False

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
        if self._stick is not None and not self.is_working:
            choose_what_to_send(self, self._send)

    def _send(self, machine: str | None, area: str = "", everything: bool = False) -> None:
        if self._stick is None or self.is_working or self.refuse_if_read_only():
            return
        me = self.desk.repository.peer_book.myself()
        if not self._asked_name and not (me and me.name):
            self._asked_name = True
            again = partial(self._send, machine, area, everything)
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
