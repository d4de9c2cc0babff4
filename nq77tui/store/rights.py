"""Who may see and change what, by the system's user, as ``settings.toml`` of the store says.

    [rights.lan]
    role = "operator"
    areas = ["<area id>"]

    [rights."*"]            # whoever is not named
    role = "viewer"

Without any such table everybody is a supervisor. It guards against mistakes made within the
program; the data itself is guarded by the modes of the files.
"""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

from nq77tui.core.problem import Problem, RefusedError

Role: TypeAlias = Literal["viewer", "operator", "supervisor"]
ROLES: tuple[Role, ...] = get_args(Role)
ANYBODY = "*"
"""Stands for every user who is not named."""
_FILE = "settings.toml"


@dataclass(frozen=True, slots=True)
class Rights:
    """What one user may do.

    Attributes:
        user: the system's name of the user.
        role: a viewer changes nothing and sees personal numbers masked; an operator keys in; a
            supervisor also assigns, decides, merges, reorganises and says who may what.
        areas: the ids of the areas whose records these are, with everything below; none for all.
        reveals: whether masked numbers are shown when asked for, which is noted.
    """

    user: str
    role: Role = "supervisor"
    areas: tuple[str, ...] = ()
    reveals: bool = True

    @property
    def is_whole(self) -> bool:
        """Whether nothing is kept from this user."""
        return self.role == "supervisor" and not self.areas

    @property
    def is_viewer(self) -> bool:
        """Whether this user changes nothing."""
        return self.role == "viewer"

    def refuse_unless_whole(self, what: str) -> None:
        """Refuse what concerns the store as a whole.

        Args:
            what: ``merge``, ``rights``, ``export_all``, ``backup``, ``reorganise`` or
                ``disclosures``.

        Raises:
            RefusedError: the user is no supervisor of all areas.
        """
        if not self.is_whole:
            raise RefusedError(Problem(f"rights.no_{what}", self.params()))

    def params(self) -> dict[str, object]:
        """What the sentences of a refusal name."""
        return {"user": self.user, "role": self.role, "file": _FILE}


def system_user() -> str:
    """The name that the system knows the user of this process by, whatever the environment says."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def rights_of(
    user: str, rights: Mapping[str, Any], roles: Mapping[str, Any] | None = None
) -> Rights:
    """What a user may do.

    Args:
        rights: the tables ``[rights.…]`` of a store, by user.
        roles: the tables ``[roles.…]``, by role.

    Raises:
        RefusedError: a table says something that means nothing; nobody may do more by that.
    """
    every = all_rights(rights, roles)
    if not every:
        return Rights(user)
    given = every.get(user) or every.get(ANYBODY) or Rights(user, "viewer")
    return Rights(user, given.role, given.areas, given.reveals)


def all_rights(
    rights: Mapping[str, Any], roles: Mapping[str, Any] | None = None
) -> dict[str, Rights]:
    """What everybody who is named may do, `ANYBODY` included.

    Raises:
        RefusedError: a table says something that means nothing.
    """
    reveals = dict.fromkeys(ROLES, True)
    for name, table in (roles or {}).items():
        place = f"roles.{name}"
        if name not in ROLES:
            raise _bad(place, name, ROLES)
        _refuse_others(place, table, {"reveal": bool})
        reveals[name] = table.get("reveal", True)
    found = {}
    for user, table in rights.items():
        place = f"rights.{user}"
        _refuse_others(place, table, {"role": str, "areas": list})
        role, areas = table.get("role"), table.get("areas", [])
        if role not in ROLES:
            raise _bad(place, f"role = {role!r}", ROLES)
        if not all(isinstance(one, str) and one for one in areas):
            raise _bad(place, f"areas = {areas!r}", ['areas = ["ID"]'])
        found[user] = Rights(user, role, tuple(areas), reveals[role])
    return found


def with_rights(
    rights: Mapping[str, Any], given: Rights | None, user: str, me: str
) -> dict[str, Any]:
    """The tables ``[rights.…]`` once a user has other rights.

    Whoever says for the first time who may what stays a supervisor, named from then on.

    Args:
        given: what the user may do now; None to name the user no longer.
        me: the user who says so.

    Raises:
        RefusedError: nobody would be left who may say so.
    """
    changed = {me: {"role": "supervisor"}, **rights} if not rights else dict(rights)
    changed.pop(user, None)
    if given is not None:
        areas = {"areas": list(given.areas)} if given.areas else {}
        changed[user] = {"role": given.role, **areas}
    if changed and not any(one.is_whole for one in all_rights(changed).values()):
        raise RefusedError(Problem("rights.nobody_left", {"user": user}))
    return dict(sorted(changed.items()))


def _refuse_others(place: str, table: Any, known: Mapping[str, type]) -> None:
    if not isinstance(table, dict):
        raise _bad(place, repr(table), known)
    for name, value in table.items():
        if name not in known or type(value) is not known[name]:
            raise _bad(place, f"{name} = {value!r}", known)


def _bad(place: str, found: str, known: Iterable[str]) -> RefusedError:
    params = {"file": _FILE, "table": place, "found": found[:60], "known": ", ".join(known)}
    return RefusedError(Problem("rights.bad_table", params))
