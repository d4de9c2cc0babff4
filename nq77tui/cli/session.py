"""What a command works with: language, programme, store. Opened when first asked for."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from nq77tui.cli.waiting import Waiting
from nq77tui.core.problem import Problem
from nq77tui.programme import (
    LANGUAGES,
    Catalogue,
    Programme,
    load_catalogue,
    load_programme,
    shipped_folder,
)
from nq77tui.store.progress import StoppedError
from nq77tui.store.repository import Repository
from nq77tui.store.settings import load_settings


def default_store_folder() -> Path:
    """``$XDG_DATA_HOME/nq77tui`` (XDG base directory specification)."""
    home = os.environ.get("XDG_DATA_HOME")
    return (Path(home) if home else Path.home() / ".local" / "share") / "nq77tui"


def first_language() -> str:
    """The language before a store has said which: ``NQ77_LANG``, else Vietnamese."""
    wanted = os.environ.get("NQ77_LANG", "")
    return wanted if wanted in LANGUAGES else LANGUAGES[0]


def clock() -> datetime:
    """The time now, with this machine's zone."""
    return datetime.now().astimezone()


@dataclass
class Session:
    """One run of ``nq77``.

    Attributes:
        arguments: as parsed.
        state_folder: where the right to write is kept; None for the user's state folder.
    """

    arguments: argparse.Namespace
    state_folder: Path | None = None

    @cached_property
    def store_folder(self) -> Path:
        """The folder of the store."""
        given = self.arguments.store
        return Path(given) if given else default_store_folder()

    @cached_property
    def catalogue(self) -> Catalogue:
        """The words, in the language asked for, the store's, or the environment's."""
        if self.arguments.lang:
            return load_catalogue(self.arguments.lang)
        if os.environ.get("NQ77_LANG"):
            return load_catalogue(first_language())
        settings = load_settings(self.store_folder)
        known = settings is not None and settings.language in LANGUAGES
        return load_catalogue(settings.language if settings and known else first_language())

    @cached_property
    def programme(self) -> Programme:
        """The programme asked for, or the shipped one."""
        given = self.arguments.programme
        return load_programme(Path(given) if given else shipped_folder())

    @contextmanager
    def repository(self, *, read_only: bool = False, fold: bool = False) -> Iterator[Repository]:
        """The store, open; what it has to tell is said.

        Args:
            read_only: write nothing.
            fold: at the end; a single command leaves a large store's small journal as it is.
        """
        with self.waiting() as waiting:
            repository = Repository.open(
                self.store_folder,
                self.programme,
                operator=self._operator(),
                clock=clock,
                read_only=read_only,
                state_folder=self.state_folder,
                watch=waiting,
            )
            try:
                waiting.stop_if_asked()
            except StoppedError:
                repository.close(fold=False)
                raise
        try:
            for notice in repository.notices:
                self.say_problem(notice)
            told = len(repository.notices)
            yield repository
            for notice in repository.notices[told:]:
                self.say_problem(notice)
        finally:
            repository.close(fold=fold)

    def waiting(self, *, is_shown: bool = True) -> Waiting:
        """For work that may take long: says how far it is, and Ctrl+C ends it cleanly.

        Args:
            is_shown: False where what the command gives out stands in the same terminal.
        """
        return Waiting(self.catalogue, is_shown=is_shown)

    def _operator(self) -> str:
        if self.arguments.operator:
            return str(self.arguments.operator)
        settings = load_settings(self.store_folder)
        if settings is not None and settings.operator:
            return settings.operator
        try:
            return os.environ.get("NQ77_OPERATOR") or getpass.getuser()
        except (KeyError, OSError):
            return str(os.getuid())

    # -- words go to stderr, data to stdout ----------------------------------------------------

    def say(self, key: str, **params: object) -> None:
        """One sentence for people."""
        print(self.catalogue.text(key, **params), file=sys.stderr)

    def say_problem(self, problem: Problem) -> None:
        """One problem in words."""
        print(self.catalogue.problem(problem), file=sys.stderr)
