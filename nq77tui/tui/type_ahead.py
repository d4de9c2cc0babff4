"""Keys that come faster than they are worked off, in the order in which they were typed.

Textual hands each key to the field that has the focus at that moment, and looks for a binding only
when the key has come back from there. When a slow line brings twenty keys at once, those that
follow "save and next" are in the old form before it is saved. Here a key waits until the one
before has done its work: until the view in front is mounted and nothing is on the way in it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TypeVar

from textual import events
from textual.app import App

Returned = TypeVar("Returned")

_PATIENCE = 1_000
"""Rounds of the event loop after which a key is typed all the same."""


class TypeAheadApp(App[Returned], inherit_bindings=False):
    """An app that takes keys one after the other."""

    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, **options)  # type: ignore[arg-type]
        self._ahead: deque[events.Key | events.Paste] = deque()
        self._rounds = 0

    @property
    def is_behind(self) -> bool:
        """Whether keys wait."""
        return bool(self._ahead)

    async def on_event(self, event: events.Event) -> None:
        """Take a key or a paste, or let it wait for the one before."""
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().on_event(event)
        elif self._ahead or not self._is_settled:
            self._ahead.append(event)
            if len(self._ahead) == 1:
                self.call_later(self._type_on)
        else:
            await super().on_event(event)

    async def _type_on(self) -> None:
        await asyncio.sleep(0)  # the others' turn
        self._rounds += 1
        # What stands in the app's own queue may be the key before, on its way to a binding.
        is_settled = self._is_settled and not self.message_queue_size
        if is_settled or self._rounds > _PATIENCE:
            self._rounds = 0
            await super().on_event(self._ahead.popleft())
        if self._ahead:
            self.call_later(self._type_on)

    @property
    def _is_settled(self) -> bool:
        """Whether the view in front stands, and nothing is on its way in it."""
        if not self._screen_stack:
            return True
        view = self.screen
        pumps = [view] if view.focused is None else [view, view.focused]
        return view.is_mounted and not any(pump.message_queue_size for pump in pumps)
