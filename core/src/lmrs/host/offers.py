"""Asks one plugin for what it offers, and takes nothing but cards for an answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TypeVar

import pluggy

from lmrs.host.plugins import Rejection
from lmrs_plugins.card import Card
from lmrs_plugins.families import FAMILIES, Family
from lmrs_plugins.hookspecs import LifeCycle, Offers
from lmrs_plugins.recipe import RecipeCard

T = TypeVar("T")
RECIPE = "recipe"
_FAMILY = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_HOOK = re.compile(r"lmrs_[a-z][a-z0-9_]*")


def families(implementations: Iterable[pluggy.HookImpl]) -> list[Family]:
    """The families that one plugin declares."""
    found = _answers(implementations, "lmrs_families", Family)
    names = {family.name for family in FAMILIES}
    hooks = {name for specification in (Offers, LifeCycle) for name in vars(specification)}
    for family in found:
        if not _FAMILY.fullmatch(family.name) or not _HOOK.fullmatch(family.hook):
            raise Rejection(
                "refused",
                f"family {family.name!r} with the hook {family.hook!r}",
                "a family is lower-case words joined by hyphens, its hook starts with lmrs_",
            )
        if family.name in names or family.hook in hooks:
            raise Rejection("refused", f"the family {family.name!r} or its hook {family.hook!r} is the host's own")
    _refuse_twice((family.name for family in found), "family")
    _refuse_twice((family.hook for family in found), "hook")
    return found


def cards(implementations: Iterable[pluggy.HookImpl], family: Family) -> list[Card]:
    """The cards that one plugin has in one family."""
    found = _answers(implementations, family.hook, Card)
    for card in found:
        if card.family != family.name:
            raise Rejection("refused", f"{family.hook} returned {card.name!r}, a card of the family {card.family!r}")
    _refuse_twice((card.name for card in found), family.name)
    return found


def recipes(implementations: Iterable[pluggy.HookImpl], family: Family) -> list[RecipeCard]:
    """The recipes that one plugin has."""
    found = _answers(implementations, family.hook, RecipeCard)
    _refuse_twice((card.name for card in found), family.name)
    return found


def _answers(implementations: Iterable[pluggy.HookImpl], hook: str, wanted: type[T]) -> list[T]:
    return [one for implementation in implementations for one in _answer(implementation, hook, wanted)]


def _answer(implementation: pluggy.HookImpl, hook: str, wanted: type[T]) -> Iterator[T]:
    try:
        answer: object = implementation.function()
    except (Exception, SystemExit) as error:
        raise Rejection.of(error, f"calling {hook}") from error
    cure = f"{hook} returns a list of {wanted.__name__}, an empty one where there is nothing"
    if not isinstance(answer, list):
        said = "None" if answer is None else f"a {type(answer).__name__}"
        raise Rejection("refused", f"{hook} returned {said}", cure)
    for one in answer:
        if not isinstance(one, wanted):
            raise Rejection("refused", f"{hook} returned a list with a {type(one).__name__} in it", cure)
        yield one


def _refuse_twice(names: Iterable[str], what: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise Rejection("refused", f"it offers the {what} {name!r} twice")
        seen.add(name)
