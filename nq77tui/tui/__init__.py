"""The full-screen app: the only importer of Textual."""

from __future__ import annotations

import gc
import os
import sys
from dataclasses import replace

from nq77tui.programme import Catalogue, Programme
from nq77tui.store import Repository
from nq77tui.tui.settings import Settings

__all__ = ["Settings", "run"]


def run(
    repository: Repository,
    programme: Programme,
    catalogue: Catalogue,
    settings: Settings,
    *,
    start: str | None = None,
) -> int:
    """Show the app until the user leaves it.

    Args:
        repository: an open store; it stays open.
        programme: what the store's records mean.
        catalogue: the words of the language to begin with.
        settings: what the user chose, and how to keep it; a terminal without line drawings, and a
            locale without Unicode, get ASCII borders all the same.
        start: a record type; opens a new form of it at once.

    Returns:
        The exit status.
    """
    # Looking for garbage while modules are loaded finds none: a tenth of the time to the first
    # view. That view starts it again.
    gc.disable()
    try:
        from nq77tui.tui.app import Nq77App
        from nq77tui.tui.desk import Desk
        from nq77tui.tui.line.terminal import terminal_of

        is_unicode = (sys.stdout.encoding or "").lower().startswith("utf")
        if not (is_unicode and terminal_of(os.environ).has_drawings):
            settings = replace(settings, ascii_borders=True)
        app = Nq77App(Desk(repository, programme, catalogue, settings), start=start)
        status = app.run(mouse=False)
    finally:
        gc.enable()
    return app.return_code or 0 if status is None else status
