"""What the recipe room asks of the registry of components."""

from __future__ import annotations

from typing import Protocol

from lmrs_plugins.card import Card
from lmrs_plugins.options import Options
from lmrs_plugins.recipe import RecipeCard


class Entry(Protocol):
    """An installed component: its card, and the plugin that it comes from."""

    @property
    def card(self) -> Card: ...

    @property
    def plugin(self) -> str: ...


class Catalogue(Protocol):
    """Everything that is installed, by family and name."""

    def lookup(self, family: str, name: str) -> Entry:
        """The component of a name, `plugin/name` or short.

        Raises
        ------
        InputError, PluginError
            There is none, or two plugins claim the short name; the message says what to do.
        """
        ...

    def options(self, entry: Entry) -> type[Options] | None:
        """Its options model; None where it takes none."""
        ...

    def recipe(self, name: str) -> RecipeCard:
        """An installed recipe; raises as `lookup` does."""
        ...


def full_name(entry: Entry) -> str:
    """`plugin/name`."""
    return f"{entry.plugin}/{entry.card.name}"
