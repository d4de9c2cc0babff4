"""Who has received what: machine by machine, whose data is still on the road."""

from __future__ import annotations

from collections.abc import Sequence

from nq77tui.store.peer_matrix import Machine, peer_matrix
from nq77tui.store.peers import read_name
from nq77tui.tui.actions import PEERS, bindings
from nq77tui.tui.desk import Desk
from nq77tui.tui.moment import shown_moment
from nq77tui.tui.theme import GOOD, PLAIN, SECTION, WARNING
from nq77tui.tui.views.dialog.confirm import Confirm
from nq77tui.tui.views.dialog.page import PageView
from nq77tui.tui.views.dialog.prompt import Prompt
from nq77tui.tui.views.rows import ReadRowsView
from nq77tui.tui.widgets.canvas import Line
from nq77tui.tui.widgets.row_list import ListColumn, RowList

_NAME, _STATE, _HEARD = 28, 32, 16


class PeersView(ReadRowsView[None]):
    """A line for each machine, in words; Enter tells of whom it lacks how much."""

    ACTIONS = PEERS
    BINDINGS = bindings(ACTIONS)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._machines: dict[str, Machine] = {}

    def show_title(self) -> None:
        """What this is."""
        self.set_title(self.desk.text("stick.peers.title"))

    def store_changed(self) -> None:
        """Work the matrix out again."""
        self._machines = {row.peer.id: row for row in peer_matrix(self.desk.repository)}
        text = self.desk.text
        columns = (
            ListColumn(text("stick.peers.machine"), _NAME),
            ListColumn(text("stick.peers.state"), _STATE),
            ListColumn(text("stick.peers.heard"), _HEARD),
        )
        self.row_list.show(columns, list(self._machines), self._cells)
        if len(self._machines) == 1:
            self.say(text("stick.peers.alone"))
        else:
            self._say_what_lacks()

    def _say_what_lacks(self) -> None:
        """Whose data has not come to this machine yet."""
        me = next(row for row in self._machines.values() if row.is_me)
        late = [one.name or one.replica for one in me.received if one.missing]
        if late:
            names = ", ".join(late)
            key, count = "stick.peers.i_lack", self.number(me.missing)
            self.say(self.desk.text(key, count=count, names=names), WARNING)
        else:
            self.say(self.desk.text("stick.peers.i_have_all"), PLAIN)

    def _cells(self, row_id: str) -> Sequence[str]:
        row, text = self._machines[row_id], self.desk.text
        if row.is_me:
            name = text("stick.peers.me", name=row.peer.shown or text("stick.peers.nameless"))
            heard = ""
        else:
            name = row.peer.shown or text("stick.peers.machine_of", id=row.peer.id)
            heard = shown_moment(row.peer.seen) if row.peer.seen else text("stick.peers.never")
        return name, self._state(row), heard

    def _state(self, row: Machine) -> str:
        if row.peer.is_forgotten:
            return self.desk.text("peers.not_waited_for")
        if row.missing:
            return self.desk.text("peers.behind", count=self.number(row.missing))
        return self.desk.text("peers.complete")

    # Keys

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Tell of whom the machine lacks how much."""
        row = self._machines[event.row_id]
        title = self.desk.text("stick.peers.of", name=row.label)
        self.app.push_screen(PageView(self.desk, title, lambda width: self._lines(row)))

    def _lines(self, row: Machine) -> list[Line]:
        text = self.desk.text
        lines: list[Line] = [((f" {text('stick.peers.confirmed')}", SECTION),), ()]
        for one in row.received:
            who = one.name or text("stick.peers.machine_of", id=one.replica)
            have, of = self.number(one.up_to), self.number(one.of)
            if not one.missing:
                told = text("stick.peers.has_all_of", who=who, count=of)
                lines.append(((f"   {told}", GOOD),))
                continue
            missing = self.number(one.missing)
            told = text("stick.peers.lacks_of", who=who, have=have, of=of, count=missing)
            lines.append(((f" - {told}", WARNING),))
            holders = ", ".join(one.holders)
            if holders:
                lines.append(((f"     {text('stick.peers.holders', names=holders)}", PLAIN),))
        return lines

    def action_name(self) -> None:
        """Give a machine a name."""
        row = self._machines.get(self.row_list.current or "")
        if row is None or self.refuse_if_read_only():
            return
        key = "stick.peers.ask_own_name" if row.is_me else "stick.peers.ask_name"
        question = self.desk.text(key, id=row.peer.id)
        self.app.push_screen(
            Prompt(self.desk, question, read_name, row.peer.shown),
            lambda name: self._take_name(row, name),
        )

    def _take_name(self, row: Machine, name: str | None) -> None:
        if name is None:
            return
        with self.refusals():
            book = self.desk.repository.peer_book
            if row.is_me:
                book.tell_of_myself(name)
            else:
                book.call(row.peer.id, name)
            self.relabel()
            self.say(self.desk.text("stick.peers.named", name=name or row.peer.id), GOOD)

    def action_forget(self) -> None:
        """Wait for a machine no more, after asking."""
        row = self._machines.get(self.row_list.current or "")
        if row is None or row.is_me or row.peer.is_forgotten or self.refuse_if_read_only():
            return
        question = self.desk.text("stick.peers.ask_forget", name=row.label)
        self.app.push_screen(
            Confirm(self.desk, question), lambda is_sure: self._forget(row, is_sure)
        )

    def _forget(self, row: Machine, is_sure: bool | None) -> None:
        if is_sure:
            with self.refusals():
                self.desk.repository.peer_book.forget(row.peer.id)
                self.relabel()
