"""S3-Rec's four objectives, against cases worked by hand."""

from __future__ import annotations

from dataclasses import replace
from math import exp, log

import numpy as np
import pyarrow as pa
import pytest
import torch

from lmrs_plugins import Bundle, Encoding, Env, InputError, View
from lmrs_sequence.encoders.attribute_id import AttributeId
from lmrs_sequence.encoders.options import AttributeId as AttributeIdOptions
from lmrs_sequence.objectives.item_attribute import ItemAttribute
from lmrs_sequence.objectives.masked_attribute import MaskedAttribute
from lmrs_sequence.objectives.masked_item_contrast import MaskedItemContrast
from lmrs_sequence.objectives.options import Attribute as Options
from lmrs_sequence.objectives.segment import Segment

KINDS = [["b", "a", "b"], ["c"], [], ["a"]]
"""Of the items 0 to 3; numbers of the values: a 0, b 1, c 2."""
ITEMS = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [2.0, 0.0]])
ATTRIBUTES = torch.tensor([[1.0, 0.0], [0.0, 2.0], [-1.0, 1.0]])
STATES = torch.tensor([[[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]], [[2.0, 1.0], [1.0, 1.0], [7.0, 7.0]]])
SHOWN = np.array([[0, 0, 1], [2, 3, 0]])
MASK = np.array([[True, True, True], [True, True, False]])
AT, TARGET = np.array([1]), np.array([3])
"""Shown: items 0 and 1 of the first history, 2 and 3 of the second; hidden: item 3 at place 1 of the first."""
PROJECT = torch.tensor([[0.0, 1.0], [1.0, 0.0]])
"""W turns the two axes round."""


class Step:
    """What the objectives ask for: given states, whatever view is looked at, or those of a view by its name."""

    def __init__(self, states: dict[str, torch.Tensor] | None = None, known: torch.Tensor | None = None) -> None:
        special = np.zeros_like(SHOWN)
        special.flat[AT] = View.MASK
        views = {
            "input": View.of(item=SHOWN, mask=MASK, special=special),
            "target": View.of(item=TARGET, values={"at": AT}),
            "negative": View.of(item=np.array([[0, 1]])),
        }
        self.views = {name: view.map(torch.as_tensor) for name, view in views.items()}
        self.states = states or {"input": STATES}
        self.known, self.attributes = known, ATTRIBUTES

    def view(self, name: str) -> View:
        return self.views[name]

    def get(self, port: str, name: str = "") -> Encoding:
        if port == "history":
            return Encoding(states=self.states[name], mask=self.views["input"].mask)
        if port == "attribute":
            return Encoding(vectors=self.attributes, mask=self.known)
        rows = self.views[name]["item"]
        return Encoding(vectors=ITEMS[rows], mask=None if self.known is None else self.known[rows])


@pytest.fixture
def described(bundle_of) -> Bundle:
    bundle: Bundle = bundle_of([[0, 3, 1], [2, 3]], 4)
    return replace(bundle, tables={"item": pa.table({"categories": pa.array(KINDS)})})


def built(kind, bundle, *options):
    objective = kind(Env(bundle, widths={"history": 2, "item": 2, "attribute": 2}), *options)
    project = objective.head.project if hasattr(objective, "head") else objective.project
    with torch.no_grad():
        project.weight.copy_(PROJECT)
        project.bias.zero_()
    return objective


def value(objective, step) -> tuple[float, int]:
    total, count = objective.terms(step)["loss"]
    assert objective.counts(step) == {"loss": count}
    return total.item(), count


def softplus(x: float) -> float:
    return log(1 + exp(x))


def sigmoid(x: float) -> float:
    return 1 / (1 + exp(-x))


def test_attributes_of_what_is_shown(described) -> None:
    """Scores of a, b, c from the turned states (y, x): y, 2 x, x - y."""
    first = (softplus(0) - 0) + (softplus(2) - 2) + softplus(1)  # state (1, 0): item 0 has a and b, b counts once
    third = softplus(0.5) + softplus(1) + (softplus(0) - 0)  # state (.5, .5): item 1 has c
    fifth = (softplus(1) - 1) + softplus(2) + softplus(0)  # state (1, 1): item 3 has a; item 2 has none
    found = value(built(ItemAttribute, described, Options()), Step())
    assert found == (pytest.approx(first + third + fifth, rel=1e-6), 2)


def test_attributes_of_what_is_hidden(described) -> None:
    """From the state of the hidden place, (0, 1): scores 1, 0, -1 of a, b, c; item 3 has a."""
    right = (softplus(1) - 1) + softplus(0) + softplus(-1)
    assert value(built(MaskedAttribute, described, Options()), Step()) == (pytest.approx(right, rel=1e-6), 2)


def test_a_prior_starts_at_how_common_an_attribute_is(described) -> None:
    """Of the three items that have any, a stands at two, b and c at one."""
    prior = [log(2.5 / 1.5), log(1.5 / 2.5), log(1.5 / 2.5)]
    objective = built(MaskedAttribute, described, Options(prior=True))
    assert objective.head.prior.tolist() == pytest.approx(prior)
    scores = [score + bias for score, bias in zip((1, 0, -1), prior, strict=True)]
    right = sum(softplus(score) for score in scores) - scores[0]
    assert value(objective, Step())[0] == pytest.approx(right, rel=1e-6)


def test_attributes_without_a_vector_do_not_count(described) -> None:
    step = Step(known=torch.tensor([False, True, True]))
    right = softplus(0) + softplus(-1)
    assert value(built(MaskedAttribute, described, Options()), step)[0] == pytest.approx(right, rel=1e-6)


def test_a_history_of_items_without_attributes_says_nothing(described) -> None:
    step = Step()
    step.views["target"] = View.of(item=torch.tensor([2]), values={"at": torch.tensor([1])})
    total, _ = built(MaskedAttribute, described, Options()).terms(step)["loss"]
    assert total.item() == 0.0
    total.backward()


def test_the_hidden_item_against_two_others(described) -> None:
    """From (1, 0), the state turned: scores 2 of item 3, 1 and 0 of the negatives 0 and 1."""
    right = (softplus(sigmoid(1) - sigmoid(2)) + softplus(sigmoid(0) - sigmoid(2))) / 2
    assert value(built(MaskedItemContrast, described), Step()) == (pytest.approx(right, rel=1e-6), 2)


def test_items_without_a_vector_are_nothing_to_tell_apart(described) -> None:
    objective = built(MaskedItemContrast, described)
    alone = softplus(sigmoid(0) - sigmoid(2))
    assert value(objective, Step(known=torch.tensor([False, True, True, True])))[0] == pytest.approx(alone, rel=1e-6)
    for known in ([True, True, True, False], [False, False, True, True]):
        assert value(objective, Step(known=torch.tensor(known)))[0] == 0.0


def test_a_segment_against_another(described) -> None:
    """Read at the last places, 2 of the first history and 1 of the second."""
    blank = torch.full((2, 3, 2), 9.0)
    around, segment, other = blank.clone(), blank.clone(), blank.clone()
    around[0, 2], segment[0, 2], other[0, 2] = torch.tensor([[1.0, 2.0], [1.0, 0.0], [0.0, 3.0]])
    around[1, 1], segment[1, 1], other[1, 1] = torch.tensor([[0.0, 1.0], [0.0, 2.0], [-1.0, 0.0]])
    step = Step({"input": around, "segment": segment, "other": other})
    right = softplus(sigmoid(3) - sigmoid(2)) + softplus(sigmoid(-1) - sigmoid(0))
    assert value(built(Segment, described), step) == (pytest.approx(right, rel=1e-6), 2)


def test_empty_histories_are_not_counted(described) -> None:
    objective, step = built(Segment, described), Step(dict.fromkeys(("input", "segment", "other"), STATES))
    both = value(objective, step)
    step.views["input"] = replace(step.views["input"], mask=torch.tensor([[True] * 3, [False] * 3]))
    assert both[1] == 2
    alone = value(objective, step)
    assert alone[1] == 1
    assert alone[0] < both[0]


def test_a_vector_for_each_attribute(described) -> None:
    table = AttributeId(Env(described), AttributeIdOptions(width=5))
    assert table().main.shape == (3, 5)
    assert table.width == 5


def test_node_and_objective_name_one_field(described) -> None:
    items = described.tables["item"].append_column("brand", pa.array(["x", "y", "x", None]))
    two = replace(described, tables={"item": items})
    with pytest.raises(InputError, match=r"item\.brand of 'small' has 2 values and the attributes have 3 vectors"):
        built(MaskedAttribute, two, Options(field="brand")).terms(Step())


def test_a_field_without_a_value_is_refused(described) -> None:
    nothing = pa.array([[], None, [], []], pa.list_(pa.string()))
    empty = replace(described, tables={"item": pa.table({"categories": nothing})})
    with pytest.raises(InputError, match=r"attribute-id: item\.categories of 'small' has no value at all"):
        AttributeId(Env(empty), AttributeIdOptions())
