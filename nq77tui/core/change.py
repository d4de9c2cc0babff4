"""How the fields of a record type changed from one version of its schema to the next: data.

A change is declared once, in ``[[changes]]`` of the schema, and stays there for good: records of
any older version are brought up by the changes behind it, one after the other. `upgrade.py`
carries them out. All names in a change are those from before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Split:
    """One text comes apart into several fields.

    Attributes:
        into: the new fields, as many as there are parts.
        at: what stands between the parts.
        from_end: cut at the last places where that stands, not at the first.
    """

    into: tuple[str, ...]
    at: str = " "
    from_end: bool = False


@dataclass(frozen=True, slots=True)
class SchemaChange:
    """What a version changed in the fields that were there before it.

    Attributes:
        version: of the schema, which this change made.
        rename: the new name by the old one.
        split: fields that came apart, by the old name.
        choices: by field, the new code by the old one; an empty text for one without a successor.
        types: the new type by field.
        removed: fields that are not asked any more; records carry their values along.
    """

    version: int
    rename: Mapping[str, str] = field(default_factory=dict)
    split: Mapping[str, Split] = field(default_factory=dict)
    choices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)
    removed: tuple[str, ...] = ()

    @property
    def moves_values(self) -> bool:
        """Whether a value stands elsewhere, or is written otherwise, than before.

        A field that was only removed or added does not need that: whoever does not know it
        carries it along, and both versions go on merging field by field.
        """
        return bool(self.rename or self.split or self.choices or self.types)

    @property
    def made(self) -> frozenset[str]:
        """The names that it gives to fields."""
        return frozenset(
            (*self.rename.values(), *(name for one in self.split.values() for name in one.into))
        )
