"""What is left of a fault in the program: a file for whoever maintains it, a sentence for people.

Textual would print every local variable on the terminal, and with them people's data.
"""

from __future__ import annotations

import os
import traceback
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from nq77tui.store.replica import default_state_folder


def keep_fault(error: BaseException, at: datetime) -> Path | None:
    """Write down where it happened, readable by this user alone; None where that fails too."""
    path = default_state_folder() / f"fault-{at:%Y%m%d-%H%M%S}.txt"
    text = "".join(traceback.format_exception(error))
    with suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
        return path
    return None
