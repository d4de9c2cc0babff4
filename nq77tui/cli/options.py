"""Adding commands to the command line, and the options that several of them take."""

from __future__ import annotations

import argparse

from nq77tui.programme import Catalogue


class Commands:
    """Adds commands by their names; their help is in the catalogue."""

    def __init__(self, parser: argparse.ArgumentParser, catalogue: Catalogue) -> None:
        self.text = catalogue.text
        self._added = parser.add_subparsers(dest="command", metavar="COMMAND")

    def add(self, name: str) -> argparse.ArgumentParser:
        """A command that takes nothing yet."""
        words = self.text(f"cli.command.{name}")
        return self._added.add_parser(name, help=words, description=words, allow_abbrev=False)

    # What several commands take

    def id(self, parser: argparse.ArgumentParser, name: str = "id") -> None:
        """Take the id of a record."""
        parser.add_argument(name, metavar="ID")

    def json(self, *parsers: argparse.ArgumentParser) -> None:
        """Let the answer be for another program."""
        for parser in parsers:
            parser.add_argument("--json", action="store_true", help=self.text("cli.option.json"))

    def area(self, parser: argparse.ArgumentParser, *, required: bool = False) -> None:
        """Take the area that it is about."""
        parser.add_argument(
            "--of", metavar="AREA-ID", required=required, help=self.text("cli.option.of")
        )

    def day(self, parser: argparse.ArgumentParser) -> None:
        """Take the day that it is about."""
        parser.add_argument("--as-of", metavar="DATE", help=self.text("cli.option.as_of"))

    def output(self, parser: argparse.ArgumentParser) -> None:
        """Take the file to write; without it, what is written goes where the command says."""
        words = self.text("cli.option.output")
        parser.add_argument("-o", dest="output", metavar="FILE", help=words)

    def flag(self, parser: argparse.ArgumentParser, name: str, key: str) -> None:
        """Take an option without a value."""
        parser.add_argument(f"--{name}", action="store_true", help=self.text(key))

    def several(self, parser: argparse.ArgumentParser, name: str, metavar: str, key: str) -> None:
        """Take an option with several values, which may be given several times."""
        parser.add_argument(
            f"--{name}",
            metavar=metavar,
            action="extend",
            nargs="+",
            default=[],
            help=self.text(key),
        )
