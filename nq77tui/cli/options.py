"""Adding commands to the command line, and the options that several of them take."""

from __future__ import annotations

from typing import Any

from nq77tui.programme import Catalogue


class Command:
    """Takes arguments whose help and placeholders stand in the catalogue."""

    def __init__(self, to: Any, words: Catalogue) -> None:
        self._to, self._words = to, words

    def takes(self, name: str, help_key: str, placeholder: str = "", **more: Any) -> None:
        """Take one argument.

        Args:
            placeholder: what stands for a value in the help: one of ``usage.meta.*``, or several
                with spaces between them where the option takes several values.
        """
        shown = [self._words.text(f"usage.meta.{one}") for one in placeholder.split()]
        if shown:
            more["metavar"] = shown[0] if len(shown) == 1 else tuple(shown)
        self._to.add_argument(name, help=self._words.text(help_key), **more)

    def flag(self, name: str, help_key: str, **more: Any) -> None:
        """Take an option without a value."""
        self.takes(name, help_key, action="store_true", **more)

    def several(self, name: str, help_key: str, placeholder: str, **more: Any) -> None:
        """Take an option with several values, which may be given several times."""
        self.takes(name, help_key, placeholder, action="extend", nargs="+", default=[], **more)

    def json(self) -> None:
        """Let the answer be for another program."""
        self.flag("--json", "cli.option.json")

    def day(self) -> None:
        """Take the day that it is about."""
        self.takes("--as-of", "cli.option.as_of", "date")

    def area(self, *, required: bool = False) -> None:
        """Take the area that it is about."""
        self.takes("--of", "cli.option.of", "area", required=required)

    def one_of(self, *, required: bool = False) -> Command:
        """Take arguments of which only one may be given."""
        return Command(self._to.add_mutually_exclusive_group(required=required), self._words)


class Commands:
    """Adds commands."""

    def __init__(self, to: Any, words: Catalogue) -> None:
        self._to, self._words = to, words

    def parser(self, name: str, key: str = "") -> Any:
        """Make the parser of a new command."""
        told = self._words.text(f"cli.command.{key or name}").replace("%", "%%")
        description = f"{told[:1].upper()}{told[1:]}."
        made = self._to.add_parser(name, help=told, description=description)
        made.words = self._words
        return made

    def __call__(self, name: str, key: str = "") -> Command:
        """Make a new command."""
        return Command(self.parser(name, key), self._words)
