"""The data that a recipe, or a person, names: found among what is installed, and read. Imports no torch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from lmrs.data.load import Loaded, load, read
from lmrs.data.settings import DataSettings
from lmrs.host.host import Host
from lmrs.recipe.merge import Merge
from lmrs.recipe.overrides import Source, override, plain
from lmrs.recipe.problems import explained
from lmrs.recipe.tree import Path, Tree
from lmrs_plugins.dataset import Tables

DATA: Path = ("data",)
"""Where a recipe says its data."""


def section(source: str | list[str], changes: Iterable[str] = ()) -> Source:
    """A recipe of nothing but data: a name or path, or several, and keys of the `data` section, `policy=coerce`."""
    found = plain({"data": {"source": source}}, "the command line")
    tree, merge = found.tree, Merge(swaps=True)
    for text in changes:
        keys, given = override(text)
        for key in reversed(["data", *keys]):
            given = Tree({key: given}, given.mark)
        tree = merge.lay(tree, given)
    return replace(found, tree=tree)


def load_data(source: Source, host: Host, path: Path = DATA) -> Loaded:
    """The data of a section of a recipe, filtered and split: the recipe's, or that of a stage."""
    return load(_settings(source, path), datasets(host))


def read_tables(source: Source, host: Host) -> Tables:
    """The same as their files have them: neither filtered nor split."""
    return read(_settings(source, DATA), datasets(host))


def datasets(host: Host) -> dict[str, Any]:
    """Every installed data set and format, by full name."""
    registry = host.registry
    return {entry.name: (entry.card, lambda entry=entry: registry.load(entry)) for entry in registry.entries("dataset")}


def _settings(source: Source, path: Path) -> DataSettings:
    said = source.tree.at(path)
    try:
        return DataSettings(**((said.plain() if said is not None else None) or {}))
    except ValidationError as error:
        raise explained(error, source.tree, DataSettings, path) from None
