"""Cards and the conditions on them."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from lmrs_plugins import Card, Port, Pull
from lmrs_plugins.families import FAMILIES
from lmrs_plugins.hookspecs import Offers
from lmrs_plugins.ports import holds

GOOD: dict[str, Any] = {
    "family": "encoder",
    "name": "item-id",
    "summary": "a vector for each item",
    "load": "plugin.item_id:ItemId",
    "gives": {"": Port("item", "vectors")},
    "evaluation": "lookup",
}


def test_a_good_card_has_no_problem_and_can_be_pickled() -> None:
    card = Card(**GOOD)
    assert card.problem() == ""
    assert pickle.loads(pickle.dumps(card)) == card


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": "ItemId"}, "lower-case words joined by hyphens"),
        ({"name": "item-"}, "lower-case words joined by hyphens"),
        ({"summary": ""}, "the summary is one line"),
        ({"summary": "two\nlines"}, "the summary is one line"),
        ({"load": "plugin.item_id"}, "not of the form module:attribute"),
        ({"load": ""}, "`load` says where the component is"),
        ({"options": "Options"}, "not of the form module:attribute"),
        ({"evaluation": "sometimes"}, "evaluation is one of lookup, rows, table, view"),
        ({"gives": {}}, "a node gives at least one port"),
        ({"pulls": (Pull("history", "input"),)}, "it pulls 'history', which it does not take"),
    ],
)
def test_a_bad_card_says_what_is_wrong(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said) as raised:
        Card(**{**GOOD, **change})
    assert str(raised.value).startswith("card of encoder ")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("when", "options", "expected"),
    [
        ("", {}, True),
        ("negatives", {"negatives": 1}, True),
        ("negatives", {"negatives": 0}, False),
        ("negatives", {}, False),
        ("loss=bce", {"loss": "bce"}, True),
        ("loss=bce", {"loss": "ce"}, False),
        ("causal=True", {"causal": True}, True),
        ("causal=True", {"causal": False}, False),
    ],
)
def test_conditions(when: str, options: dict[str, object], expected: bool) -> None:
    assert holds(when, options) is expected


def test_every_family_has_its_hook() -> None:
    hooks = {name for name in vars(Offers) if name.startswith("lmrs_")}
    assert hooks == {family.hook for family in FAMILIES} | {"lmrs_families"}
