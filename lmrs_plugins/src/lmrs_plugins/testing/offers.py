"""What a plugin offers, by its hooks."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pluggy

from lmrs_plugins.card import Card
from lmrs_plugins.families import FAMILIES, Family
from lmrs_plugins.hookspecs import GROUP, LifeCycle, Offers, hookspec
from lmrs_plugins.recipe import RecipeCard
from lmrs_plugins.testing.surroundings import attribute


@dataclass
class Offered:
    """Cards by family, recipes, and every family that is known."""

    families: dict[str, Family] = field(default_factory=dict)
    cards: dict[str, list[Card]] = field(default_factory=dict)
    recipes: list[RecipeCard] = field(default_factory=list)

    def components(self) -> list[Card]:
        """All cards."""
        return [card for cards in self.cards.values() for card in cards]


def offered(plugin: str, families: Sequence[Family] = ()) -> Offered:
    """Register the plugin as the host does and ask it for its cards.

    Raises
    ------
    AssertionError
        A hook is unknown or has a wrong signature, raises, or returns anything but a list of cards.
    """
    module, _, name = plugin.partition(":")
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(Offers)
    manager.add_hookspecs(LifeCycle)
    try:
        found: Any = attribute(f"{module}:{name}") if name else __import__(module, fromlist=["_"])
        manager.register(found, plugin)
        added: list[Family] = [*families, *_ask(plugin, manager, "lmrs_families", Family)]
        for family in added:
            manager.add_hookspecs(type("Added", (), {family.hook: staticmethod(hookspec(_returns_cards()))}))
    except pluggy.PluginValidationError as error:
        raise AssertionError(
            f"{plugin}: {' '.join(str(error).split())}: take arguments as hookspecs.py names them"
        ) from error
    except ImportError as error:
        raise AssertionError(f"{plugin}: it cannot be imported: {error}") from error
    _refuse_unknown(plugin, manager, found)
    everything = Offered({family.name: family for family in (*FAMILIES, *added)})
    for family in everything.families.values():
        if family.name == "recipe":
            everything.recipes = _ask(plugin, manager, family.hook, RecipeCard)
            continue
        cards: list[Card] = _ask(plugin, manager, family.hook, Card)
        for card in cards:
            if card.family != family.name:
                raise AssertionError(
                    f"{plugin}: {family.hook} returned {card.name!r}, a card of the family {card.family!r}: it "
                    f"belongs to "
                    f"the hook of that family"
                )
        names = [card.name for card in cards]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise AssertionError(f"{plugin}: {family.hook} offers {twice[0]!r} twice: give one of them another name")
        everything.cards[family.name] = cards
    if not everything.components() and not everything.recipes and not manager.get_hookcallers(found):
        raise AssertionError(f"{plugin}: it offers nothing: mark its functions with @hookimpl")
    return everything


def _returns_cards() -> Callable[[], list[Card]]:
    def hook() -> list[Card]:
        return []

    return hook


def _ask(plugin: str, manager: pluggy.PluginManager, hook: str, wanted: type[Any]) -> list[Any]:
    caller = getattr(manager.hook, hook, None)
    found: list[Any] = []
    for implementation in caller.get_hookimpls() if caller else []:
        try:
            answer = implementation.function()
        except Exception as error:
            raise AssertionError(f"{plugin}: {hook} raised {type(error).__name__}: {error}") from error
        if not isinstance(answer, list) or not all(isinstance(one, wanted) for one in answer):
            raise AssertionError(f"{plugin}: {hook} returns a list of {wanted.__name__}; it returned {answer!r:.80}")
        found += answer
    return found


def _refuse_unknown(plugin: str, manager: pluggy.PluginManager, found: object) -> None:
    known = [name for name, caller in vars(manager.hook).items() if caller.has_spec()]
    for caller in manager.get_hookcallers(found) or ():
        if not caller.has_spec() and not all(one.optionalhook for one in caller.get_hookimpls()):
            near = difflib.get_close_matches(caller.name, known, 1)
            cure = (
                f"did you mean {near[0]!r}?" if near else "mark it @hookimpl(optionalhook=True) if a plugin declares it"
            )
            raise AssertionError(f"{plugin}: there is no hook {caller.name!r}: {cure}")
    for name in dir(found):
        value = getattr(found, name, None)
        if name in known and callable(value) and manager.parse_hookimpl_opts(found, name) is None:
            raise AssertionError(f"{plugin}: {name} is never called: mark it with @hookimpl")
