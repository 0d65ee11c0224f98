"""Where each value of a resolved recipe came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lmrs.recipe.tree import Path, Tree, dotted

DEFAULT = "default"


def provenance(plain: Mapping[str, Any], tree: Tree, aliases: Mapping[Path, Path]) -> dict[str, str]:
    """Key path, joined by dots, to `file:line`, an override, or `default`."""
    return {dotted(path): _origin(path, tree, aliases) for path in leaves(plain)}


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    """Paths of all single values, empty lists and empty mappings."""
    if isinstance(value, Mapping) and value:
        for key, below in value.items():
            yield from leaves(below, (*path, str(key)))
    elif isinstance(value, list | tuple) and value:
        for number, below in enumerate(value):
            yield from leaves(below, (*path, number))
    else:
        yield path


def _origin(path: Path, tree: Tree, aliases: Mapping[Path, Path]) -> str:
    for length in range(len(path), 0, -1):
        if path[:length] in aliases:
            path = (*aliases[path[:length]], *path[length:])
            break
    here = tree
    for key in path:
        below = here.child(key)
        if below is None:
            # A single value stands for a mapping or list of one: `strategy: pretrain` says `strategy.use`.
            short = not isinstance(here.value, Mapping) and here.value is not None and key in ("use", 0)
            return str(here.mark) if short else DEFAULT
        here = below
    return str(here.mark)
