"""``history``, ``undo``, ``backup``, ``restore``."""

from __future__ import annotations

from pathlib import Path

from nq77tui.cli.session import Session
from nq77tui.cli.shape import moment, shown, write_json
from nq77tui.core.base32 import as_typed
from nq77tui.core.text import printable
from nq77tui.store.backup import restore_backup, write_backup
from nq77tui.store.way_back import changes_of, undo_last


def history(session: Session) -> int:
    """Print who changed what in a record, oldest first."""
    with session.repository() as repository:
        record = repository.require(as_typed(session.arguments.id))
        found = changes_of(repository, record.id)
        if session.arguments.json:
            write_json(
                [
                    {
                        "kind": change.kind,
                        "field": change.field,
                        "before": change.before,
                        "after": change.after,
                        "at": moment(change.stamp.at),
                        "by": change.stamp.by,
                        "replica": change.replica,
                    }
                    for change in found
                ]
            )
            return 0
        lang = session.catalogue.lang
        for change in found:
            before, after = (
                shown(repository, record.type, change.field, value, lang)
                if change.field and value is not None
                else ""
                for value in (change.before, change.after)
            )
            who = f"{moment(change.stamp.at)}\t{printable(change.stamp.by)}\t{change.replica}"
            kind = session.catalogue.text(f"history.{change.kind}")
            print(f"{who}\t{kind}\t{change.field}\t{before}\t{after}")
    return 0


def undo(session: Session) -> int:
    """Take my last commit back."""
    with session.repository() as repository:
        for record in undo_last(repository):
            session.say(
                "history.undone_delete" if record.is_dead else "history.undone",
                id=record.id,
                title=repository.title(record.id),
            )
    return 0


def backup(session: Session) -> int:
    """Write the whole store into one file."""
    with session.repository() as repository:
        # A copy of the files, past all rights; closing folds the journal into the snapshot.
        repository.rights.refuse_unless_whole("backup")
    path = Path(session.arguments.file)
    with session.waiting() as watch:
        size = write_backup(session.store_folder, path, watch)
    session.say("backup.done", file=path, bytes=size)
    return 0


def restore(session: Session) -> int:
    """Make a store from a backup."""
    folder = Path(session.arguments.dir)
    with session.waiting() as watch:
        restore_backup(Path(session.arguments.file), folder, watch)
    session.say("backup.restored", folder=folder)
    return 0
