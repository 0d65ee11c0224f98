"""A family that only the plugin knows: listed, named in a recipe, swapped, and checked by its own conformance check."""

from __future__ import annotations

import pytest
from demands.trials import RECIPES, Trials

from lmrs.recipe.resolve import resolve
from lmrs_plugins import PluginError
from lmrs_plugins.errors import LmrsError

RECIPE = RECIPES / "own-family.yaml"


def test_the_family_and_its_members_are_listed(trials: Trials) -> None:
    assert trials.host.families["bucketer"].summary == "sorts counts into a few groups"
    assert {entry.name for entry in trials.host.registry.entries("bucketer")} == {
        "own-family/powers",
        "own-family/halves",
    }


def test_a_member_is_an_option_of_a_node_and_swapped_like_one(trials: Trials) -> None:
    sizes = {}
    for name in ("powers", "halves"):
        resolved = resolve(RECIPE, trials.host.registry, [f"model.group.bucketer.use={name}"])
        graph = trials.pipeline("own-family").setting.builder(0).graph(resolved.model)
        sizes[name] = len(graph.nodes["group"].module.table.weight)
    assert sizes["halves"] == 2 < sizes["powers"]


def test_a_misspelt_member_is_refused_with_the_nearest_name(trials: Trials) -> None:
    with pytest.raises(LmrsError, match=r"model\.group\.bucketer.*power.*powers"):
        resolve(RECIPE, trials.host.registry, ["model.group.bucketer.use=power"])


def test_a_node_cannot_be_a_member(trials: Trials) -> None:
    with pytest.raises((LmrsError, PluginError), match="bucketer"):
        resolve(RECIPE, trials.host.registry, ["model.group.bucketer.use=sequence/item-id"])
