"""Components by family and name, loaded when somebody needs them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Protocol

from lmrs.host.plugins import PluginStatus, described
from lmrs.host.shelf import Entry, Shelf
from lmrs_plugins.card import Card
from lmrs_plugins.errors import InputError, PluginError
from lmrs_plugins.families import Family
from lmrs_plugins.recipe import RecipeCard

if TYPE_CHECKING:
    from lmrs_plugins.options import Options


class Component(Protocol):
    """What `load` and `options` need to know."""

    @property
    def card(self) -> Card: ...

    @property
    def plugin(self) -> str: ...


class Registry:
    """Everything that the loaded plugins offer."""

    def __init__(
        self,
        families: Mapping[str, Family],
        entries: Iterable[Entry[Card]],
        recipes: Iterable[Entry[RecipeCard]],
        plugins: Mapping[str, PluginStatus],
    ) -> None:
        self.families = dict(families)
        self.recipes: Shelf[RecipeCard] = Shelf("recipe", recipes, plugins)
        self._plugins = plugins
        by_family: dict[str, list[Entry[Card]]] = {name: [] for name in families if name != "recipe"}
        for entry in entries:
            by_family[entry.card.family].append(entry)
        self._shelves = {name: Shelf(name, found, plugins) for name, found in by_family.items()}

    def shelf(self, family: str) -> Shelf[Card]:
        """The components of a family; an `InputError` with the nearest name where there is no such family."""
        if family in self._shelves:
            return self._shelves[family]
        near = difflib.get_close_matches(family, self._shelves, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(self._shelves)}"
        raise InputError(f"unknown family {family!r}: {hint}")

    def entries(self, family: str = "") -> Iterator[Entry[Card]]:
        """The components of one family, or of all in the order of families."""
        for shelf in [self.shelf(family)] if family else self._shelves.values():
            yield from shelf

    def lookup(self, family: str, name: str) -> Entry[Card]:
        """The component of a name, `plugin/name` or short; raises as `Shelf.lookup` does."""
        return self.shelf(family).lookup(name)

    def recipe(self, name: str) -> RecipeCard:
        """The recipe of a name, `plugin/name` or short; raises as `Shelf.lookup` does."""
        return self.recipes.lookup(name).card

    def load(self, entry: Component) -> type:
        """Import a component and give its class.

        Raises
        ------
        PluginError
            It cannot be imported, or is no class; the message names plugin, distribution, cause and cure.
        """
        found = self._resolve(entry, entry.card.load)
        if not isinstance(found, type):
            raise self._error(entry, f"{entry.card.load} is a {type(found).__name__}, not a class")
        return found

    def options(self, entry: Component) -> type[Options] | None:
        """Import a component's options model; None where it takes none. Raises as `load` does."""
        if not entry.card.options:
            return None
        from lmrs_plugins.options import Options  # late: pydantic is dear, and listing components does without

        found = self._resolve(entry, entry.card.options)
        if not isinstance(found, type) or not issubclass(found, Options):
            raise self._error(entry, f"{entry.card.options} is not a subclass of lmrs_plugins.Options")
        return found

    def _resolve(self, entry: Component, path: str) -> object:
        module, _, attribute = path.partition(":")
        try:
            found: object = import_module(module)
        except ModuleNotFoundError as error:
            cure = ""
            if error.name and not f"{module}.".startswith(f"{error.name}."):
                cure = f"install {error.name!r}, which {self._origin(entry)} depends on"
            raise self._error(entry, f"importing {module}: {described(error)}", cure) from error
        except (Exception, SystemExit) as error:
            raise self._error(entry, f"importing {module}: {described(error)}") from error
        for part in attribute.split("."):
            if not hasattr(found, part):
                near = difflib.get_close_matches(part, dir(found), 1)
                raise self._error(entry, f"{module} has no {attribute!r}" + (f", only {near[0]!r}" if near else ""))
            found = getattr(found, part)
        return found

    def _error(self, entry: Component, cause: str, cure: str = "") -> PluginError:
        origin = self._origin(entry)
        cure = cure or f"reinstall or upgrade {origin.partition(' ')[0]}"
        return PluginError(
            f"{entry.card.family} '{entry.plugin}/{entry.card.name}' of {origin} cannot be loaded: {cause}; {cure}"
        )

    def _origin(self, entry: Component) -> str:
        return self._plugins[entry.plugin].origin if entry.plugin in self._plugins else entry.plugin
