"""Tells when the hands rest; without a key before it, nothing runs that could wake the process."""

from __future__ import annotations

import asyncio

from textual.message import Message
from textual.widget import Widget

LONG_ENOUGH = 0.4
"""Seconds without a key: whoever knows the form is in the next field by then, or types."""


class Rest:
    """Waits for a rest after the last key, on behalf of a widget."""

    class Begun(Message, bubble=False):
        """No key has come for a moment."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._timer: asyncio.TimerHandle | None = None

    def await_next(self) -> None:
        """A key has come: count anew."""
        self.cancel()
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(LONG_ENOUGH, self._widget.post_message, self.Begun())

    def cancel(self) -> None:
        """Wait no longer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
