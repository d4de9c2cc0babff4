"""``init``, ``sample``, ``demo``, ``new``, and the app itself."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from nq77tui.cli.session import Session
from nq77tui.core.problem import Problem, RefusedError
from nq77tui.programme import sample_folder
from nq77tui.store.creation import SNAPSHOT, create_store, write_store
from nq77tui.store.medium import may_write
from nq77tui.store.paths import StorePaths
from nq77tui.store.repository import Repository

if TYPE_CHECKING:
    from nq77tui import tui


def init(session: Session) -> int:
    """Make an empty store."""
    folder = Path(session.arguments.dir)
    create_store(folder, session.programme)
    session.say("cli.store_made", folder=folder)
    return 0


def sample(session: Session) -> int:
    """Make a store that holds the synthetic district."""
    from nq77tui.exchange.sample import build_district, build_excerpt

    folder = Path(session.arguments.dir)
    if (folder / SNAPSHOT).exists():
        raise RefusedError(Problem("storage.store_exists", {"folder": str(folder)}))
    session.say("cli.sample_building")
    with session.waiting() as watch:
        records = build_district(session.programme, session.arguments.seed, watch)
        if session.arguments.excerpt:
            records = list(build_excerpt(records))
        write_store(folder, session.programme, records, watch)
    session.say("cli.sample_made", folder=folder, records=len(records))
    return 0


def demo(session: Session) -> int:
    """The app on a throwaway copy of the sample."""
    with tempfile.TemporaryDirectory(prefix="nq77-demo-") as place:
        folder = Path(place) / "store"
        folder.mkdir()
        for name in (SNAPSHOT, "settings.toml"):
            shutil.copyfile(sample_folder() / name, folder / name)
        session.store_folder = folder
        session.state_folder = Path(place) / "state"
        return _run_app(session)


def new(session: Session) -> int:
    """The app, straight in a new form."""
    if session.arguments.record not in session.programme.schemas:
        known = ", ".join(session.programme.schemas)
        params = {"record": session.arguments.record, "known": known}
        raise RefusedError(Problem("repository.no_type", params))
    return app(session, start=session.arguments.record)


def app(session: Session, start: str | None = None) -> int:
    """The app on the store; the default store is set up on first run."""
    is_default = session.arguments.store is None
    if is_default and not (session.store_folder / SNAPSHOT).exists():
        create_store(session.store_folder, session.programme)
    return _run_app(session, start)


def _run_app(session: Session, start: str | None = None) -> int:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise RefusedError(Problem("cli.no_terminal"))
    from nq77tui import tui

    # A supervisor without write permission looks on.
    is_reader = not may_write(StorePaths.of(session.store_folder / SNAPSHOT))
    with session.repository(read_only=is_reader, fold=True) as repository:
        kept = repository.settings
        settings = tui.Settings(
            language=session.catalogue.lang,
            ascii_borders=kept.ascii_borders,
            typing=kept.typing,
            stick=kept.stick,
            save=lambda chosen: _keep(repository, chosen),
        )
        return tui.run(repository, session.programme, session.catalogue, settings, start=start)


def _keep(repository: Repository, chosen: tui.Settings) -> None:
    if repository.why_read_only() is not None:
        return  # for this session only
    # How borders are drawn is not chosen on the screen, and differs between terminals.
    repository.keep_settings(language=chosen.language, typing=chosen.typing, stick=chosen.stick)
