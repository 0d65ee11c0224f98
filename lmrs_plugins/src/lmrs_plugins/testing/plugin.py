"""Every check of a plugin, from one call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lmrs_plugins.bundle import Bundle
from lmrs_plugins.card import Card
from lmrs_plugins.families import Family
from lmrs_plugins.testing import cards as card_checks
from lmrs_plugins.testing.case import Case
from lmrs_plugins.testing.exemptions import Exemptions
from lmrs_plugins.testing.generated import generated_bundle
from lmrs_plugins.testing.offers import Offered, offered
from lmrs_plugins.testing.probe import probe
from lmrs_plugins.testing.surroundings import attribute


@dataclass(frozen=True)
class Report:
    """What was checked, and what was not.

    Parameters
    ----------
    passed
        `FAMILY/NAME` to the names of the checks that it passed.
    exempt
        What was exempted, with the author's reasons.
    """

    passed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    exempt: Mapping[str, str] = field(default_factory=dict)


def check_plugin(
    plugin: str,
    *,
    options: Mapping[str, Mapping[str, Any]] | None = None,
    exempt: Mapping[str, str] | None = None,
    bundle: Bundle | None = None,
    inputs: Mapping[str, Any] | None = None,
    parts: Mapping[str, Mapping[str, Any]] | None = None,
    families: Sequence[Family] = (),
) -> Report:
    """Check everything that a plugin offers.

    Parameters
    ----------
    plugin
        What its entry point names: `my_plugin.plugin`, or `my_plugin.plugin:Plugin`.
    options
        Options by component, where defaults will not do: `{"bag": {"width": 8}}`.
    exempt
        What need not hold, with a reason each: a component, a check of one (`bag.padding`), or a parameter without a
        gradient (`bag.gradient.pooler`). An exemption that nothing needs is an error. Where two families have a
        component of one name, write `FAMILY/NAME`, here and below.
    bundle
        Data in place of the generated, for cards that need what those lack; split into parts.
    inputs
        What a component is looked at with, where it cannot be generated: a `View` for a node in context, a mapping of
        view names to views (of one batch) for an objective or scorer, `Examples` for a transform, a path for a dataset.
    parts
        Components that stand in options (`uses` on the card), by component and option, built.
    families
        Families that other plugins declare and that this one has cards of.

    Raises
    ------
    AssertionError
        One line for each component that fails: its first broken check, what was expected, what to do.
    """
    found = offered(plugin, families)
    components = [card for cards in found.cards.values() for card in cards]
    exemptions = Exemptions(dict(exempt or {}))
    problems = _import_problems(plugin, components, exemptions)
    passed: dict[str, tuple[str, ...]] = {}
    data = generated_bundle() if bundle is None else bundle
    for card in components:
        if exemptions.excuses(card):
            continue
        case = Case(plugin, card, data, options or {}, inputs or {}, parts or {}, components, exemptions)
        try:
            _check(case, found.families[card.family])
        except Exception as error:
            problems.append(str(case.fail(error)))
        passed[f"{card.family}/{card.name}"] = tuple(case.passed)
    problems += [problem for recipe in found.recipes for problem in card_checks.recipe_problems(plugin, recipe)]
    if not problems:
        problems = _stale(plugin, found, exemptions, {**(options or {}), **(inputs or {}), **(parts or {})}, passed)
    if problems:
        raise AssertionError("\n".join(problems))
    return Report(passed, {key: exemptions.reasons[key] for key in sorted(exemptions.met)})


def _check(case: Case, family: Family) -> None:
    card_checks.check(case)
    if family.checks:
        attribute(family.checks)(case)


def _import_problems(plugin: str, cards: Sequence[Card], exempt: Exemptions) -> list[str]:
    modules = sorted({card.options.partition(":")[0] for card in cards if card.options})
    try:
        entry, options = probe(plugin, modules)
    except AssertionError as error:
        return [str(error)]
    problems = []
    if entry and "imports" not in exempt.reasons:
        problems.append(
            f"{plugin}: listing it imports {', '.join(entry)}: name components as `module:attribute` on their cards, "
            f"and "
            "move other imports of the entry point's module into functions"
        )
    if "imports" in exempt.reasons and entry:
        exempt.met.add("imports")
    if "torch" in options:
        problems.append(
            f"{plugin}: its options import torch ({', '.join(modules)}): keep options in a module of their own, and "
            f"do not "
            "import torch in the package's `__init__`"
        )
    return problems


def _stale(
    plugin: str,
    found: Offered,
    exempt: Exemptions,
    given: Iterable[str],
    passed: Mapping[str, tuple[str, ...]],
) -> list[str]:
    """Exemptions that nothing needs, and what is given for a component that is not there."""
    problems = []
    for key in sorted(set(exempt.reasons) - exempt.met):
        name = key.partition(".")[0]
        of = next((f"{name} has {', '.join(checks)}" for one, checks in passed.items() if one.endswith(name)), "")
        problems.append(
            f"{plugin}: exempt[{key!r}] exempts nothing, since that holds or is never checked{f' ({of})' * bool(of)}: "
            "drop it"
        )
    names = {name for card in found.components() for name in (card.name, f"{card.family}/{card.name}")}
    problems += [
        f"{plugin}: something is given for {name!r}, and it offers no component of that name: it has "
        f"{', '.join(sorted(card.name for card in found.components()))}"
        for name in sorted(set(given) - names)
    ]
    return problems
