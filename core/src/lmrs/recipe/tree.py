"""Plain values that know where each of them was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Mark:
    """A place: `file:line`, or whatever else set a value (`--set a.b=c`), where `line` is 0. Lines count from 1."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True)
class Tree:
    """A value and its mark: a mapping or a tuple of trees, or a scalar.

    The mark of a mapping's entry is that of its key. `loose` marks what was written for another component than the one
    that now stands there: it stays where it fits and is left out where it does not.
    """

    value: Mapping[str, Tree] | tuple[Tree, ...] | str | int | float | bool | None
    mark: Mark
    loose: bool = False

    @staticmethod
    def of(value: Any, mark: Mark) -> Tree:
        """A tree of plain data, all of it from one place."""
        if isinstance(value, Mapping):
            return Tree({str(key): Tree.of(one, mark) for key, one in value.items()}, mark)
        if isinstance(value, list | tuple):
            return Tree(tuple(Tree.of(one, mark) for one in value), mark)
        return Tree(value, mark)

    def plain(self) -> Any:
        """Without the marks."""
        if isinstance(self.value, Mapping):
            return {key: one.plain() for key, one in self.value.items()}
        if isinstance(self.value, tuple):
            return [one.plain() for one in self.value]
        return self.value

    def child(self, key: str | int) -> Tree | None:
        """What stands under a key or index; None where nothing does."""
        if isinstance(self.value, Mapping):
            return self.value.get(str(key))
        if isinstance(self.value, tuple) and isinstance(key, int) and 0 <= key < len(self.value):
            return self.value[key]
        return None

    def at(self, path: Path) -> Tree | None:
        """What stands at a key path; None where nothing does."""
        found: Tree | None = self
        for key in path:
            found = found.child(key) if found is not None else None
        return found

    def near(self, path: Path) -> Tree:
        """What stands at a key path, or the nearest above it."""
        found = self
        for key in path:
            below = found.child(key)
            if below is None:
                break
            found = below
        return found

    def where(self, path: Path) -> str:
        """`file:line` of a key path, or of the nearest above it."""
        return str(self.near(path).mark)


def dotted(path: Path) -> str:
    """`stages.0.epochs`."""
    return ".".join(str(key) for key in path)
