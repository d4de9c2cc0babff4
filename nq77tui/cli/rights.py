"""``rights`` and ``disclosures``: who may what, and who was shown what."""

from __future__ import annotations

from typing import Any

from nq77tui.cli.session import Session
from nq77tui.cli.shape import moment, type_name, write_json
from nq77tui.core.problem import Problem, RefusedError
from nq77tui.core.text import printable
from nq77tui.store.disclosures import disclosures
from nq77tui.store.granting import grant
from nq77tui.store.repository import Repository
from nq77tui.store.rights import (
    ROLES,
    Rights,
    all_rights,
    rights_of,
    system_user,
)


def rights(session: Session) -> int:
    """Print who may what and who I am, after changing it where that is asked for."""
    arguments = session.arguments
    with session.repository() as repository:
        if arguments.given:
            user, role = arguments.given
            grant(repository, user, _asked(repository, user, role, arguments.areas))
        elif arguments.drop:
            grant(repository, arguments.drop, None)
        elif arguments.areas:
            raise RefusedError(Problem("rights.areas_of_whom"))
        tables, roles = repository.settings.rights, repository.settings.roles
        me = rights_of(system_user(), tables, roles)
        named = all_rights(tables, roles)
        if arguments.json:
            users = [_json(repository, one) for one in named.values()]
            write_json({"me": _json(repository, me), "users": users})
            return 0
        for one in named.values():
            print(_line(session, repository, one))
        if not named:
            session.say("rights.everybody")
        session.say("rights.me", line=_line(session, repository, me).replace("\t", " - "))
    return 0


def _asked(repository: Repository, user: str, role: str, areas: list[str]) -> Rights:
    for known in ROLES:
        if known == role:
            return Rights(user, known, tuple(repository.find_area(area) for area in areas))
    raise RefusedError(Problem("rights.no_role", {"role": role, "known": ", ".join(ROLES)}))


def _json(repository: Repository, one: Rights) -> dict[str, Any]:
    areas = [{"id": area, "name": repository.title(area)} for area in one.areas]
    return {"user": one.user, "role": one.role, "areas": areas, "reveals": one.reveals}


def _line(session: Session, repository: Repository, one: Rights) -> str:
    areas = ", ".join(f"{repository.title(area)} ({area})" for area in one.areas)
    role = session.catalogue.text(f"rights.role.{one.role}")
    where = areas or session.catalogue.text("rights.all_areas")
    return f"{printable(one.user)}\t{role}\t{printable(where)}"


def _about(session: Session, entry: dict[str, Any]) -> tuple[str, str]:
    """What was done, and with which record type or report."""
    what, form = str(entry.get("what")), str(entry.get("form") or "")
    if what in ("shown", "report"):
        what = session.catalogue.text(f"rights.did.{what}")
    if "record" in entry:
        return what, type_name(session, str(entry["record"]))
    known = session.programme.papers.forms.get(form)
    return what, session.catalogue.label(known.label) if known is not None else form


def list_disclosures(session: Session) -> int:
    """Print who took or was shown personal data, the earliest first."""
    with session.repository(read_only=True) as repository:
        repository.rights.refuse_unless_whole("disclosures")
        found = disclosures(repository.folder)
    if session.arguments.json:
        write_json(found)
        return 0
    for entry in found:
        at, ids = entry.get("at"), entry.get("ids")
        when = moment(at) if isinstance(at, int) else ""
        count = len(ids) if isinstance(ids, list) else entry.get("rows", "")
        cells = (when, entry.get("by"), entry.get("user") or "", *_about(session, entry), count)
        print("\t".join(printable(str(cell)) for cell in cells))
    session.say("rights.disclosures", count=len(found))
    return 0
