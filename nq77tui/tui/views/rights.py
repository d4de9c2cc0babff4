"""Who may see and change what: the system's users with their roles and areas."""

from __future__ import annotations

import pwd
from collections.abc import Sequence

from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.text import normalise
from nq77tui.store.granting import grant, settings_now
from nq77tui.store.rights import ANYBODY, ROLES, Rights, Role, all_rights, rights_of, system_user
from nq77tui.tui.actions import RIGHTS, bindings
from nq77tui.tui.desk import Desk
from nq77tui.tui.theme import GOOD, WARNING
from nq77tui.tui.views.dialog.ask import Ask
from nq77tui.tui.views.dialog.confirm import Confirm
from nq77tui.tui.views.dialog.prompt import Prompt
from nq77tui.tui.views.rows import ReadRowsView
from nq77tui.tui.widgets.row_list import ListColumn, RowList

_USER, _ROLE, _AREAS = 22, 16, 36
_BETWEEN = "; "


class RightsView(ReadRowsView[None]):
    """A row for each user who is named; a supervisor of all areas adds, changes and removes."""

    ACTIONS = RIGHTS
    BINDINGS = bindings(ACTIONS)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._named: dict[str, Rights] = {}

    def show_title(self) -> None:
        """What this is, and who looks at it."""
        settings = settings_now(self.desk.repository)
        me = rights_of(system_user(), settings.rights, settings.roles)
        who = self.desk.text("tui.rights.me", user=me.user, role=self._role(me.role))
        self.set_title(self.desk.text("tui.rights.title"), who)

    def store_changed(self) -> None:
        """Show who is named now."""
        settings, text = settings_now(self.desk.repository), self.desk.text
        self._named = all_rights(settings.rights, settings.roles)
        columns = (
            ListColumn(text("tui.rights.user"), _USER),
            ListColumn(text("tui.rights.role"), _ROLE),
            ListColumn(text("tui.rights.areas"), _AREAS),
        )
        empty = text("rights.everybody")
        self.row_list.show(columns, list(self._named), self._cells, empty=empty)

    def _cells(self, user: str) -> Sequence[str]:
        one = self._named[user]
        shown = self.desk.text("tui.rights.anybody") if user == ANYBODY else user
        return shown, self._role(one.role), self._areas(one.areas)

    def _role(self, role: Role) -> str:
        return self.desk.text(f"rights.role.{role}")

    def _areas(self, areas: Sequence[str]) -> str:
        titles = map(self.desk.repository.title, areas)
        return _BETWEEN.join(titles) or self.desk.text("rights.all_areas")

    # Adding and changing: the user, the role, the areas

    def action_add(self) -> None:
        """Ask for a user who is to have rights."""
        if not self.refuse_if_read_only():
            question = self.desk.text("tui.rights.ask_user")
            self.app.push_screen(Prompt(self.desk, question, _read_user), self._ask_role)

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Change what a user may do."""
        if not self.refuse_if_read_only():
            self._ask_role(event.row_id)

    def _ask_role(self, user: str | None) -> None:
        if not user:
            return
        question = self.desk.text("tui.rights.ask_role", user=user)
        answers = [
            self.desk.text("tui.rights.answer", role=self._role(role), may=self._may(role))
            for role in ROLES
        ]
        ask = Ask(self.desk, question, answers, self.desk.text("tui.rights.way_back"))
        self.app.push_screen(ask, lambda number: self._ask_areas(user, number))

    def _may(self, role: Role) -> str:
        return self.desk.text(f"tui.rights.may.{role}")

    def _ask_areas(self, user: str, number: int | None) -> None:
        if number is None:
            return
        role = ROLES[number - 1]
        known = self._named.get(user)
        given = _BETWEEN.join(map(self._typed, known.areas)) if known else ""
        question = self.desk.text("tui.rights.ask_areas", user=user)
        self.app.push_screen(
            Prompt(self.desk, question, self._read_areas, given),
            lambda areas: self._give(user, role, areas),
        )

    def _typed(self, area_id: str) -> str:
        """An area as it may be typed again: its title, where no other is called that."""
        title = self.desk.repository.title(area_id)
        try:
            return title if self.desk.repository.find_area(title) == area_id else area_id
        except RefusedError:
            return area_id

    def _read_areas(self, typed: str) -> str:
        names = filter(None, map(str.strip, normalise(typed).split(";")))
        return _BETWEEN.join(dict.fromkeys(map(self.desk.repository.find_area, names)))

    def _give(self, user: str, role: Role, areas: str | None) -> None:
        if areas is None:
            return
        ids = tuple(areas.split(_BETWEEN)) if areas else ()
        with self.refusals():
            grant(self.desk.repository, user, Rights(user, role, ids))
            self.relabel()
            self.row_list.go_to(user)
            key, style = ("given", GOOD) if _is_known(user) else ("given_unknown", WARNING)
            self.say(self.desk.text(f"tui.rights.{key}", user=user, role=self._role(role)), style)

    # Removing

    def action_drop(self) -> None:
        """Name a user no longer, after asking."""
        user = self.row_list.current
        if user is None or self.refuse_if_read_only():
            return
        question = self.desk.text("tui.rights.ask_drop", user=user)
        self.app.push_screen(
            Confirm(self.desk, question), lambda is_sure: self._drop(user, is_sure)
        )

    def _drop(self, user: str, is_sure: bool | None) -> None:
        if is_sure:
            with self.refusals():
                grant(self.desk.repository, user, None)
                self.relabel()
                self.say(self.desk.text("tui.rights.dropped", user=user), GOOD)


def _read_user(typed: str) -> str:
    user = normalise(typed)
    if not user or " " in user:
        raise RefusedError(Problem("rights.no_user"))
    return user


def _is_known(user: str) -> bool:
    """Whether this machine has a user of that name."""
    try:
        pwd.getpwnam(user)
    except KeyError:
        return user == ANYBODY
    return True
