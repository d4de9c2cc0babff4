"""Personal numbers as whoever looks over a shoulder may read them: but for their last signs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from nq77tui.core.record import Json

_LEFT_OPEN = 4
_SHORT = 2 * _LEFT_OPEN
"""Of fewer signs than this nothing is left open: half of them would be no secret."""


def masked(shown: str) -> str:
    """A text with a star for each letter and digit but the last four: ``********0001``."""
    if len(shown) >= _SHORT and shown.isalnum():
        return "*" * (len(shown) - _LEFT_OPEN) + shown[-_LEFT_OPEN:]
    places = [at for at, sign in enumerate(shown) if sign.isalnum()]
    is_short = len(places) < _SHORT
    hidden = set(places if is_short else places[:-_LEFT_OPEN])
    return "".join("*" if at in hidden else sign for at, sign in enumerate(shown))


def masked_value(value: Json) -> Json:
    """A value of a sensitive field, masked; of a confirmation, in all its parts."""
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, dict):
        return {name: masked_value(part) for name, part in value.items()}
    if isinstance(value, list):
        return [masked_value(part) for part in value]
    return value


def masked_field(name: str, value: Json, sensitive: Collection[str]) -> Json:
    """A field's value, masked where the field is sensitive.

    What was confirmed about a field, or keyed a second time, may repeat the values of others, by
    their names.
    """
    if name.partition(".")[0] in sensitive:
        return masked_value(value)
    if isinstance(value, dict):
        return {about: masked_field(about, one, sensitive) for about, one in value.items()}
    return value


class MaskedValues(Mapping[str, Json]):
    """Values of a record of which the sensitive ones are masked when they are read."""

    __slots__ = ("_concerned", "_sensitive", "_values")

    def __init__(
        self, values: Mapping[str, Json], sensitive: Collection[str], concerned: Collection[str]
    ) -> None:
        """Lay a mask over values, without copying them.

        Args:
            concerned: the sensitive fields, and all that may hold what was confirmed of a field.
        """
        self._values = values
        self._sensitive = sensitive
        self._concerned = concerned

    def __getitem__(self, name: str) -> Json:
        value = self._values[name]
        return masked_field(name, value, self._sensitive) if name in self._concerned else value

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)
