"""What the values of a column are, whether a row has one or several."""

from __future__ import annotations

from collections.abc import Iterable

from lmrs_plugins import Bundle, InputError


def values_of(bundle: Bundle, subject: str, field: str) -> list[list[str]]:
    """The values of each row as texts; what is empty or missing is none."""
    found = []
    for value in bundle.values(subject, field).to_pylist():
        several = value if isinstance(value, list) else [value]
        found.append([str(one) for one in several if one is not None and one != ""])
    return found


def known_values(lists: Iterable[list[str]], what: str) -> tuple[str, ...]:
    """Each value once, in order of their texts: the place of a value is its number.

    Raises
    ------
    InputError
        There is none; the message begins with `what`.
    """
    known = tuple(sorted({one for row in lists for one in row}))
    if not known:
        raise InputError(f"{what} has no value at all")
    return known
