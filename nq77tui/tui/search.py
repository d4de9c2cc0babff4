"""Finding among thousands of prepared texts while a person types."""

from __future__ import annotations

from collections.abc import Callable

from nq77tui.core.vietnamese.folding import Finder, fold, initials


def searchable(text: str) -> str:
    """What a query is compared with: the text without marks, and the initials of its words."""
    folded = fold(text)
    return f"{folded}\n{initials(folded)}"


class Search:
    """One query; asks for a text's marks only where the bare letters are found and marks typed."""

    def __init__(self, query: str) -> None:
        self.start = fold(query.strip())
        self._words = [fold(word) for word in query.split()]
        self._finder = None if query.isascii() else Finder(query)

    def accepts(self, prepared: str, original: Callable[[], str]) -> bool:
        """Whether a text is found.

        Args:
            prepared: `searchable` of the text.
            original: gives the text itself.
        """
        if not all(word in prepared for word in self._words):
            return False
        return self._finder is None or self._finder.accepts(prepared, original())

    def finds(self, text: str) -> bool:
        """Whether a text is found that nobody has prepared."""
        return self.accepts(searchable(text), lambda: text)
