"""What is looked at in a step: rows of one or more subjects, other fields, a mask and special codes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class View:
    """Typed fields of one batch. Arrays are numpy in the loader's workers and tensors in a step.

    Parameters
    ----------
    rows
        Field name to integer array of rows, of any shape; what stands under a false `mask` or a special code means
        nothing. Padding is a matter of the mask, never of a row. -1 is a row that the data do not have, as the event of
        a history that was typed in: whatever is encoded there is absent.
    subjects
        Field name in `rows` to the subject whose rows it holds. Usually the field is named after its subject.
    values
        Any other arrays: positions, numbers, token ids.
    mask
        (B, L) true where a position is part of the sequence; None where every position is.
    special
        (B, L) small integers, 0 for an ordinary row, otherwise the number of a special symbol that the sequence node
        keeps a vector for: `MASK` = 1, further ones as the node says.
    """

    rows: Mapping[str, Any] = field(default_factory=dict)
    subjects: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    mask: Any = None
    special: Any = None

    MASK = 1

    @staticmethod
    def of(mask: Any = None, special: Any = None, values: Mapping[str, Any] | None = None, **rows: Any) -> View:
        """A view whose fields are named after their subjects: `View.of(item=rows, mask=mask)`."""
        return View(rows, {name: name for name in rows}, dict(values or {}), mask, special)

    def __getitem__(self, name: str) -> Any:
        """A field by name: rows or values, `mask` or `special`."""
        if name in self.rows:
            return self.rows[name]
        if name in self.values:
            return self.values[name]
        if name in ("mask", "special"):
            return getattr(self, name)
        raise KeyError(f"no field {name!r}: the view has {', '.join(self.names())}")

    def __contains__(self, name: str) -> bool:
        return name in self.names()

    def names(self) -> list[str]:
        """Every field that can be read."""
        extra = [name for name in ("mask", "special") if getattr(self, name) is not None]
        return [*self.rows, *self.values, *extra]

    def field_of(self, subject: str, at: str = "") -> str:
        """Name of a field that holds rows of `subject`: `at` if given, else the only one, else the one of its name."""
        if at:
            return at
        found = [name for name, of in self.subjects.items() if of == subject]
        if len(found) == 1 or subject in found:
            return subject if subject in found else found[0]
        raise KeyError(f"{'several fields hold' if found else 'no field holds'} rows of {subject!r}: {self.subjects}")

    def map(self, function: Callable[[Any], Any]) -> View:
        """This view with every array passed through `function`."""
        return View(
            {name: function(array) for name, array in self.rows.items()},
            self.subjects,
            {name: function(array) for name, array in self.values.items()},
            None if self.mask is None else function(self.mask),
            None if self.special is None else function(self.special),
        )

    def replace(self, **changes: Any) -> View:
        """A copy with other fields: rows and values by their names, `mask` and `special` too."""
        rows = {name: changes.pop(name, array) for name, array in self.rows.items()}
        values = {name: changes.pop(name, array) for name, array in self.values.items()}
        return replace(self, rows=rows, values=values, **changes)
