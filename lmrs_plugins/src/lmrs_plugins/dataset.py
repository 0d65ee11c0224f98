"""Readers of data sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from lmrs_plugins.options import Options

Policy = Literal["strict", "quarantine", "coerce"]


@dataclass(frozen=True)
class Problem:
    """One row, or file, that could not be read as it stands. `row` counts lines from 1; 0 is the file itself."""

    file: str
    row: int
    message: str


@dataclass(frozen=True)
class Tables:
    """A data set as its files have it: ids are strings, nothing is filtered, nothing is sorted.

    Parameters
    ----------
    name
        For people.
    interactions
        `user` and `item` (string); where there are any, `timestamp` (float64, seconds), `rating` (float64) and
        further columns. Rows stand in the order of the file: the order of events where there is no time.
    tables
        By subject, a column `id` (string) and any others.
        `impression` is of no subject: a row is what one user was shown together. Columns `id` and `user` (string),
        `timestamp` (float64, seconds, NaN where unknown), `history`, `candidates` and `clicks` (lists of ids of items;
        clicks are candidates), and where the files say it `part` (string): `train`, `valid` or `test`.
    triples
        Named graphs over entities: `head`, `relation`, `tail` (string). A graph whose ends are users or items says so
        in `ends`.
    ends
        Graph name to the subjects of head and tail; `("entity", "entity")` where it is not given.
    links
        Subject to a table `id`, `entity` (string).
    images
        Subject to a table `id` (string), `image` (binary): encoded files.
    problems
        What was set right or left out.
    """

    name: str
    interactions: pa.Table
    tables: Mapping[str, pa.Table] = field(default_factory=dict)
    triples: Mapping[str, pa.Table] = field(default_factory=dict)
    ends: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    links: Mapping[str, pa.Table] = field(default_factory=dict)
    images: Mapping[str, pa.Table] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


class Dataset(Protocol):
    """A named data set (`ml-100k`), or a file format (trait `format` on the card) that is read from a path."""

    def __init__(self, options: Options) -> None: ...

    @staticmethod
    def recognises(path: Path) -> bool:
        """Formats: whether this file or folder looks like one of its own, from names and first bytes."""
        ...

    def read(self, path: Path | None, policy: Policy) -> Tables:
        """Read it. `path` is None for a named data set.

        `strict` raises an `InputError` at the first bad row, `quarantine` leaves bad rows out, `coerce` makes the
        best of them (an unreadable number is missing); the last two list them in `problems`.
        """
        ...
