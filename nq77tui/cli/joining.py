"""``join``, ``different``."""

from __future__ import annotations

from nq77tui.cli.session import Session
from nq77tui.core.base32 import as_typed
from nq77tui.store.joining import join_records, set_apart


def join(session: Session) -> int:
    """Make one of two records and print the id that stays."""
    arguments = session.arguments
    with session.repository() as repository:
        joined = join_records(repository, as_typed(arguments.id), as_typed(arguments.other))
        print(joined.stays)
        title = repository.title(joined.stays)
        session.say(
            "joining.done", stays=joined.stays, gone=joined.gone, count=joined.moved, title=title
        )
    return 0


def different(session: Session) -> int:
    """Remember that two records that look like one are two."""
    arguments = session.arguments
    with session.repository() as repository:
        set_apart(repository, as_typed(arguments.id), as_typed(arguments.other))
        session.say("joining.set_apart", id=arguments.id, other=arguments.other)
    return 0
