"""``import`` and ``export``."""

from __future__ import annotations

import sys
from pathlib import Path

from nq77tui.cli import INTERRUPTED
from nq77tui.cli.session import Session
from nq77tui.store.progress import StoppedError


def import_records(session: Session) -> int:
    """Take a table or JSON lines in."""
    from nq77tui.exchange.importing import import_file, problem_texts

    arguments = session.arguments
    with session.repository() as repository, session.waiting() as watch:
        result = import_file(
            repository,
            Path(arguments.file),
            arguments.record,
            dry_run=arguments.dry_run,
            watch=watch,
        )
    for found in (*result.warnings, *result.refused):
        for sentence in problem_texts(found, session.catalogue):
            print(sentence, file=sys.stderr)
    session.say("cli.import_preview" if arguments.dry_run else "cli.import_done")
    for name, count in (
        ("in", result.rows_in),
        ("kept", result.added + result.changed + result.unchanged),
        ("added", result.added),
        ("changed", result.changed),
        ("unchanged", result.unchanged),
        ("refused", len(result.refused)),
    ):
        print(f"{name}\t{count}")
    return 1 if result.refused else 0


def export_records(session: Session) -> int:
    """Write records out, to a file, a folder or stdout."""
    from nq77tui.exchange.exporting import ALL, export_all_csv, save_export, write_export

    arguments = session.arguments
    record, output = arguments.record, arguments.output
    form = arguments.format or ("json" if record == ALL else "csv")
    is_shown = output is not None or not sys.stdout.isatty()
    try:
        with session.repository() as repository, session.waiting(is_shown=is_shown) as watch:
            if record == ALL and form == "csv" and output is not None:
                results = export_all_csv(repository, Path(output), watch)
            elif output is not None:
                results = (
                    save_export(
                        Path(output),
                        lambda stream: write_export(repository, record, form, stream, watch),
                    ),
                )
            else:
                results = (write_export(repository, record, form, sys.stdout.buffer, watch),)
                sys.stdout.buffer.flush()
    except StoppedError:
        if output is not None:
            raise  # nothing was written
        session.say("progress.output_cut")
        return INTERRUPTED
    for result in results:
        for notice in result.notices:
            session.say_problem(notice)
    if output is not None:
        session.say("cli.exported", file=output, records=sum(r.rows for r in results))
    return 0
