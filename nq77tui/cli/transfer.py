"""``import`` and ``export``."""

from __future__ import annotations

import sys
from pathlib import Path

from nq77tui.cli.session import Session


def import_records(session: Session) -> int:
    """Take a table or JSON lines in."""
    from nq77tui.exchange.importing import import_file

    arguments = session.arguments
    with session.repository() as repository:
        result = import_file(
            repository, Path(arguments.file), arguments.record, dry_run=arguments.dry_run
        )
    for refusal in result.refused:
        for problem in refusal.problems:
            session.say("cli.row_refused", row=refusal.row, problem=problem)
    session.say("cli.import_preview" if arguments.dry_run else "cli.import_done")
    kept = result.added + result.changed + result.unchanged
    for name, count in (
        ("in", result.rows_in),
        ("kept", kept),
        ("added", result.added),
        ("changed", result.changed),
        ("unchanged", result.unchanged),
        ("refused", len(result.refused)),
    ):
        print(f"{name}\t{count}")
    return 1 if result.refused else 0


def export_records(session: Session) -> int:
    """Write records out, to a file or to stdout."""
    from nq77tui.exchange.exporting import export

    arguments = session.arguments
    form = arguments.format or ("json" if arguments.record == "all" else "csv")
    with session.repository() as repository:
        content = export(repository, arguments.record, form)
    if arguments.output is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return 0
    from nq77tui.store.atomic_file import replace_file

    replace_file(Path(arguments.output), content, 0o600)
    session.say("cli.exported", file=arguments.output, bytes=len(content))
    return 0
