"""The Vietnamese language: typing it, finding it, putting it in order.

    compose("Nguyeenx Vawn Hoaf")    # Nguyễn Văn Hòa: Telex or VNI, whole texts
    Composition()                    # the same key by key, for a line editor
    fold("Hòa"), matches("nvh", …)   # finding without marks, or with those that were typed
    sort_key, name_sort_key          # the order of the alphabet; people by given name

Each is fetched from its module when it is first asked for: the tables behind the keys take some
milliseconds to build, and most commands only find and sort.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nq77tui.core.vietnamese.collation import name_sort_key as name_sort_key
    from nq77tui.core.vietnamese.collation import sort_key as sort_key
    from nq77tui.core.vietnamese.composition import Composition as Composition
    from nq77tui.core.vietnamese.composition import compose as compose
    from nq77tui.core.vietnamese.folding import fold as fold
    from nq77tui.core.vietnamese.folding import matches as matches

_MODULE_OF = {
    "compose": "composition",
    "Composition": "composition",
    "fold": "folding",
    "matches": "folding",
    "sort_key": "collation",
    "name_sort_key": "collation",
}


def __getattr__(name: str) -> object:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
