"""Saying who may see and change what in a store."""

from __future__ import annotations

from nq77tui.core.problem import Problem, RefusedError
from nq77tui.store.repository import Repository
from nq77tui.store.rights import Rights, with_rights
from nq77tui.store.rights import system_user as user_of_this_process
from nq77tui.store.settings import StoreSettings, load_settings


def settings_now(repository: Repository) -> StoreSettings:
    """As the file says now: another supervisor may have changed it."""
    return load_settings(repository.folder) or repository.settings


def grant(repository: Repository, user: str, given: Rights | None) -> None:
    """Give a user other rights, from when that user opens the store next.

    Args:
        given: None to name the user no longer.

    Raises:
        RefusedError: the user of this process may not say so, is not named, nobody would be left
            who may, or it cannot be written.
    """
    repository.rights.refuse_unless_whole("rights")
    named = settings_now(repository).rights
    if given is None and user not in named:
        raise RefusedError(Problem("rights.not_named", {"user": user}))
    changed = with_rights(named, given, user, user_of_this_process())
    repository.keep_settings(rights=changed)
