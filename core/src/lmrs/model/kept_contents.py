"""What is kept of computed rows, for people: how much of what, and away with it. Imports no torch."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lmrs.model import shards


@dataclass(frozen=True)
class Kept:
    """Rows of one component under its options, weights and versions. `use` is empty where its seals are damaged."""

    name: str
    use: str
    rows: int
    size: int
    options: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)


def contents(folder: Path) -> list[Kept]:
    """What a folder holds, the largest first."""
    places = [place for place in sorted(folder.iterdir()) if place.is_dir()] if folder.is_dir() else []
    return sorted((_kept(place) for place in places), key=lambda one: (-one.size, one.name))


def clear(folder: Path) -> int:
    """Remove everything; how many bytes it was. A process that reads some of it goes on with what it has."""
    size = _size(folder) if folder.is_dir() else 0
    if size or folder.is_dir():
        shutil.rmtree(folder)
    return size


def _kept(place: Path) -> Kept:
    rows, of = 0, {}
    for path in shards.names(place):
        try:
            seal = shards.about(path)
            rows, of = rows + int(seal["rows"]), dict(seal["of"])
        except (OSError, ValueError, LookupError, TypeError):
            continue  # said, and computed again, when somebody wants these rows
    options, versions = dict(of.get("options") or {}), dict(of.get("versions") or {})
    return Kept(place.name, str(of.get("use", "")), rows, _size(place), options, versions)


def _size(place: Path) -> int:
    return sum(file.stat().st_size for file in place.rglob("*") if file.is_file())
