"""Registers plugins with pluggy until all that are registered keep the contract.

An attempt never mends itself: whoever breaks something is named and left out, and a fresh manager is built of the
others. So nothing of a refused plugin is left anywhere, and what depended on it is judged again.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field

import pluggy

from lmrs.host import offers
from lmrs.host.plugins import Rejection, one_line
from lmrs.host.selection import OWN
from lmrs_plugins.card import Card
from lmrs_plugins.families import FAMILIES, Family
from lmrs_plugins.hookspecs import GROUP, LifeCycle, Offers, hookspec
from lmrs_plugins.recipe import RecipeCard


@dataclass
class Assembly:
    """Registered plugins and what they offer, by plugin. `hooked` are those with a hook at all."""

    manager: pluggy.PluginManager
    families: dict[str, Family] = field(default_factory=dict)
    cards: dict[str, list[Card]] = field(default_factory=dict)
    recipes: dict[str, list[RecipeCard]] = field(default_factory=dict)
    rejected: dict[str, Rejection] = field(default_factory=dict)
    hooked: set[str] = field(default_factory=set)

    def of(self, hook: str) -> dict[str, list[pluggy.HookImpl]]:
        """Implementations of a hook by plugin, in the order in which they are called."""
        caller: pluggy.HookCaller | None = getattr(self.manager.hook, hook, None)
        found: dict[str, list[pluggy.HookImpl]] = {}
        for implementation in reversed(caller.get_hookimpls() if caller else []):
            found.setdefault(implementation.plugin_name, []).append(implementation)
        return found

    def name_of(self, plugin: object) -> str:
        """The name that a plugin is registered under."""
        return self.manager.get_name(plugin) or "?"


def assemble(plugins: Mapping[str, object], origins: Mapping[str, str]) -> tuple[Assembly, dict[str, Rejection]]:
    """All of `plugins` (by name) that keep the contract, and what is wrong with each of the others.

    `origins` says which distribution a name is from, for messages about two of them.
    """
    left, rejected = dict(plugins), dict[str, Rejection]()
    while True:
        assembly = Assembly(pluggy.PluginManager(GROUP))
        for attempt in (_register, _declare, _check_hooks, _collect):
            attempt(assembly, left, origins)
            if assembly.rejected:
                break
        else:
            return assembly, rejected
        rejected |= assembly.rejected
        left = {name: plugin for name, plugin in left.items() if name not in rejected}


def _register(assembly: Assembly, plugins: Mapping[str, object], origins: Mapping[str, str]) -> None:
    assembly.manager.add_hookspecs(Offers)
    assembly.manager.add_hookspecs(LifeCycle)
    # pluggy calls the last registered first: names in falling order are called in rising order, ours before all
    for name in sorted(plugins, key=lambda one: (one != OWN, one), reverse=True):
        try:
            assembly.manager.register(plugins[name], name)
        except pluggy.PluginValidationError as error:
            assembly.rejected[name] = Rejection(
                "refused", str(error), "take arguments only as lmrs_plugins.hookspecs names them"
            )
        except ValueError:
            other = assembly.name_of(plugins[name])
            assembly.rejected[name] = Rejection("refused", f"it is the same object as the plugin {other!r}")
        except (Exception, SystemExit) as error:
            assembly.rejected[name] = Rejection.of(error, "registering its hooks")


def _declare(assembly: Assembly, plugins: Mapping[str, object], origins: Mapping[str, str]) -> None:
    """Families that plugins add, and a hook for each."""
    declared: dict[str, list[tuple[str, Family]]] = {}
    for plugin, implementations in assembly.of("lmrs_families").items():
        try:
            for family in offers.families(implementations):
                for key in (f"family {family.name}", f"hook {family.hook}"):
                    declared.setdefault(key, []).append((plugin, family))
        except Rejection as rejection:
            assembly.rejected[plugin] = rejection
    for key, claims in declared.items():
        if len(claims) > 1:
            cause = f"the {key} is declared by {_both(origins, [plugin for plugin, _ in claims])}"
            for plugin, _ in claims:
                assembly.rejected[plugin] = Rejection("refused", cause, "disable or uninstall one of them")
    if assembly.rejected:
        return
    assembly.families = {family.name: family for family in FAMILIES}
    assembly.families |= {family.name: family for claims in declared.values() for _, family in claims}
    for family in assembly.families.values():
        if family not in FAMILIES:
            _add_hook(assembly, family)


def _add_hook(assembly: Assembly, family: Family) -> None:
    def returns_cards() -> list[Card]:
        return []

    try:
        assembly.manager.add_hookspecs(type("Added", (), {family.hook: staticmethod(hookspec(returns_cards))}))
    except pluggy.PluginValidationError as error:
        assembly.rejected[assembly.name_of(error.plugin)] = Rejection(
            "refused", str(error), "the hook has no arguments"
        )


def _check_hooks(assembly: Assembly, plugins: Mapping[str, object], origins: Mapping[str, str]) -> None:
    callers = [caller for caller in vars(assembly.manager.hook).values() if isinstance(caller, pluggy.HookCaller)]
    known = [caller.name for caller in callers if caller.has_spec()]
    for caller in callers:
        for one in caller.get_hookimpls():
            assembly.hooked.add(one.plugin_name)
            _check_hook(assembly, caller, one, known)
    if not assembly.rejected:
        assembly.manager.check_pending()


def _check_hook(assembly: Assembly, caller: pluggy.HookCaller, one: pluggy.HookImpl, known: list[str]) -> None:
    if one.wrapper or one.hookwrapper:
        cause = f"{caller.name} is a wrapper"
        assembly.rejected[one.plugin_name] = Rejection("refused", cause, "hooks of LMRS are not wrapped")
    if not caller.has_spec() and not one.optionalhook:
        near = difflib.get_close_matches(caller.name, known, 1)
        cause = f"unknown hook {caller.name!r}" + (f": did you mean {near[0]!r}?" if near else "")
        cure = "correct the name, or install the plugin whose family it is (optionalhook=True does without)"
        assembly.rejected[one.plugin_name] = Rejection("refused", cause, cure)


def _collect(assembly: Assembly, plugins: Mapping[str, object], origins: Mapping[str, str]) -> None:
    for family in assembly.families.values():
        for plugin, implementations in assembly.of(family.hook).items():
            try:
                if family.name == offers.RECIPE:
                    assembly.recipes[plugin] = offers.recipes(implementations, family)
                else:
                    assembly.cards.setdefault(plugin, []).extend(offers.cards(implementations, family))
            except Rejection as rejection:
                assembly.rejected.setdefault(plugin, rejection)


def _both(origins: Mapping[str, str], plugins: list[str]) -> str:
    return one_line(" and ".join(f"{plugin!r} ({origins.get(plugin, '?')})" for plugin in sorted(set(plugins))))
