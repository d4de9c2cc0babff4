"""How a store fails, by name, so that callers can tell a full disk from a broken one."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from nq77tui.core.problem import Problem, RefusedError, cause_of

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class JournalDamagedError(RefusedError):
    """Acknowledged commits cannot be read back."""


class StoreFullError(RefusedError):
    """There was no room for the write; nothing was changed."""


class SyncFailedError(RefusedError):
    """The system could not say that the write reached the disk: final for this handle.

    After a failed fsync the kernel may have dropped the pages and will call the next fsync a
    success, so it is never repeated: the store is opened again from disk.
    """


@contextmanager
def named_failures(file: str) -> Iterator[None]:
    """Turn a full disk and a failed write into their own errors; others pass as they are."""
    try:
        yield
    except OSError as error:
        failure = named_failure(error, file)
        if failure is None:
            raise
        raise failure from error


def named_failure(error: OSError, file: str) -> RefusedError | None:
    """The own error of a full disk or a failed write; None for any other."""
    if error.errno in _FULL:
        params = {"file": file, "detail": cause_of(error)}
        return StoreFullError(Problem("journal.full", params))
    if error.errno == errno.EIO:
        return SyncFailedError(Problem("journal.sync_failed", {"file": file}))
    return None
