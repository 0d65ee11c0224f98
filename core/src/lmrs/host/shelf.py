"""Things by `plugin/name`, and by short name where only one plugin has it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from lmrs.host.plugins import PluginStatus
from lmrs_plugins.card import Card
from lmrs_plugins.errors import InputError, PluginError
from lmrs_plugins.index import home
from lmrs_plugins.recipe import RecipeCard

C = TypeVar("C", Card, RecipeCard)


@dataclass(frozen=True, slots=True)
class Entry(Generic[C]):
    """A card, and the plugin that it comes from."""

    card: C
    plugin: str
    distribution: str
    version: str

    @property
    def name(self) -> str:
        """`plugin/name`."""
        return f"{self.plugin}/{self.card.name}"


class Shelf(Generic[C]):
    """Entries of one family. Iterates in the order of qualified names."""

    def __init__(self, family: str, entries: Iterable[Entry[C]], plugins: Mapping[str, PluginStatus]) -> None:
        self.family = family
        self._entries: dict[str, Entry[C]] = {entry.name: entry for entry in sorted(entries, key=lambda one: one.name)}
        self._plugins = plugins

    def __iter__(self) -> Iterator[Entry[C]]:
        return iter(self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def lookup(self, name: str) -> Entry[C]:
        """The entry of a name, qualified or short.

        Raises
        ------
        InputError
            There is none (the message has the nearest), or several plugins have the short name (it has them all).
        PluginError
            The plugin of a qualified name is not installed, or not loaded.
        """
        if name in self._entries:
            return self._entries[name]
        found = [entry for entry in self if entry.card.name == name]
        if len(found) == 1:
            return found[0]
        if found:
            names = " or ".join(f"{entry.name!r} (from {entry.distribution})" for entry in found)
            raise InputError(f"{self.family} {name!r} is offered by {len(found)} plugins: write {names}")
        plugin, slash, _ = name.partition("/")
        if slash and (plugin not in self._plugins or self._plugins[plugin].state != "loaded"):
            raise self._missing(plugin, name)
        known = home(self.family, name)
        if known and (known.plugin not in self._plugins or self._plugins[known.plugin].state != "loaded"):
            raise self._missing(known.plugin, f"{known.plugin}/{name}")
        raise InputError(f"unknown {self.family} {name!r}{self._suggestion(name)}")

    def _missing(self, plugin: str, name: str) -> InputError | PluginError:
        """Why a whole plugin is not there, for a person who needs it."""
        if plugin in self._plugins:
            return PluginError(f"{self.family} {name!r} is not available: {self._plugins[plugin].line()}")
        near = difflib.get_close_matches(name, self._entries, 1, 0.8)
        if near:
            return InputError(f"unknown {self.family} {name!r}: did you mean {near[0]!r}?")
        close = difflib.get_close_matches(plugin, self._plugins, 1)
        known = home(self.family, name)
        cure = (
            f"pip install {known.distribution}" if known else f"pip install lmrs-{plugin}, if it is one of LMRS's own"
        )
        if close and not known:
            cure = f"did you mean {close[0]!r}?"
        return PluginError(
            f"{self.family} {name!r} is not available: plugin {plugin!r} is not installed: {cure} "
            "(`lmrs plugins` lists those that are)"
        )

    def _suggestion(self, name: str) -> str:
        """The nearest name; else all of a few, and which plugins might have had it."""
        names: list[str] = [*self._entries, *(full.partition("/")[2] for full in self._entries)]
        near = difflib.get_close_matches(name, names, 1)
        if near:
            return f": did you mean {near[0]!r}?"
        broken = sorted({status.name for status in self._plugins.values() if status.broken})
        said = f": `lmrs components --family {self.family}` lists all {len(self)}"
        if self.family == "recipe":
            said = f": `lmrs recipes` lists all {len(self)}"
        if not self._entries:
            said = f": no installed plugin offers any {self.family}"
        return said + (f"; not loaded: {', '.join(broken)} (see `lmrs plugins`)" if broken else "")
