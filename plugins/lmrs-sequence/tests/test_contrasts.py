"""The two contrasts and the views that they stand on, against cases worked by hand."""

from __future__ import annotations

from math import exp, log

import numpy as np
import pytest
import torch

from lmrs_plugins import Encoding, Env, ExampleRandom, View
from lmrs_sequence.objectives.item_contrast import ItemContrast
from lmrs_sequence.objectives.options import Contrast
from lmrs_sequence.objectives.options import ViewContrast as ViewOptions
from lmrs_sequence.objectives.view_contrast import ViewContrast
from lmrs_sequence.transforms.options import TwoViews as Options
from lmrs_sequence.transforms.two_views import TwoViews

ENV = None
ITEMS = torch.tensor([[1.0, 0.0], [0.0, 3.0], [2.0, 2.0]])
STATES = {
    "input": torch.tensor([[[9.0, 9.0], [2.0, 0.0]], [[0.0, 5.0], [8.0, 8.0]], [[7.0, 7.0], [0.0, 1.0]]]),
    "other": torch.tensor([[[1.0, 0.0], [6.0, 6.0]], [[6.0, 6.0], [0.0, 2.0]], [[3.0, 0.0], [6.0, 6.0]]]),
}
MASKS = {
    "input": torch.tensor([[True, True], [True, False], [True, True]]),
    "other": torch.tensor([[True, False], [True, True], [True, False]]),
}
LAST = {"input": [[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]], "other": [[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]]}
"""The directions of the last states that show."""


class Step:
    """Three histories that ask for the items of `target`."""

    def __init__(self, target: list[int], known: torch.Tensor | None = None) -> None:
        rows = torch.tensor(target)
        self.views = {name: View.of(mask=mask, item=torch.zeros_like(mask).long()) for name, mask in MASKS.items()}
        self.views["target"] = View.of(item=rows, values={"at": torch.tensor([1, 2, 5])})
        self.known = known

    def view(self, name: str) -> View:
        return self.views[name]

    def get(self, port: str, name: str) -> Encoding:
        if port == "history":
            return Encoding(states=STATES[name], mask=MASKS[name])
        rows = self.views[name]["item"]
        return Encoding(vectors=ITEMS[rows], mask=None if self.known is None else self.known[rows])


def nce(own: float, *others: float) -> float:
    return -log(exp(own) / (exp(own) + sum(exp(other) for other in others)))


def test_a_history_is_told_from_the_items_of_others() -> None:
    half = 0.5**0.5
    loss, count = ItemContrast(ENV, Contrast(temperature=0.5)).terms(Step([0, 1, 2]))["loss"]
    worked = nce(2, 0, 2 * half) + nce(2, 0, 2 * half) + nce(2 * half, 0, 2)
    assert count == 3
    assert float(loss) == pytest.approx(worked, rel=1e-6)


def test_an_item_that_two_histories_ask_for_is_no_negative() -> None:
    loss, count = ItemContrast(ENV, Contrast(temperature=1.0)).terms(Step([0, 1, 1]))["loss"]
    assert count == 3
    assert float(loss) == pytest.approx(nce(1, 0, 0) + 2 * nce(1, 0), rel=1e-6)


def test_a_target_without_a_vector_asks_nothing_and_counts() -> None:
    known = torch.tensor([True, False, True])
    loss, count = ItemContrast(ENV, Contrast(temperature=1.0)).terms(Step([0, 1, 2], known))["loss"]
    half = 0.5**0.5
    assert count == 3
    assert float(loss) == pytest.approx(nce(1, half) + nce(half, 0), rel=1e-6)


def test_a_view_is_told_from_those_of_other_histories() -> None:
    objective = ViewContrast(ENV, ViewOptions(temperature=1.0))
    loss, count = objective.terms(Step([0, 1, 2]))["loss"]
    assert count == 3
    assert float(loss) == pytest.approx(nce(1, 0, 1) + nce(1, 0, 0) + nce(0, 0, 1), rel=1e-6)
    assert objective.counts(Step([0, 1, 2])) == {"loss": 3}


def test_every_vector_among_all_others() -> None:
    objective = ViewContrast(ENV, ViewOptions(temperature=1.0, negatives="both"))
    loss, count = objective.terms(Step([0, 1, 1]))["loss"]
    # Histories 1 and 2 ask for one item: neither view of one stands against the other.
    worked = nce(1, 0, 0, 0, 1) + nce(1, 0, 0) + nce(0, 0, 0)
    worked += nce(1, 0, 0, 0, 1) + nce(1, 0, 0) + nce(0, 1, 1)
    assert count == 6
    assert float(loss) == pytest.approx(worked, rel=1e-6)


def test_the_other_view_lacks_a_share_and_keeps_the_first(bundle_of, examples_of) -> None:
    lists = [list(range(10 * row, 10 * row + 6)) for row in range(400)]
    examples = examples_of(lists)
    views = TwoViews(Env(bundle_of(lists, 4000)), Options(length=4, drop=0.5)).views(
        examples, ExampleRandom(3, examples.keys)
    )
    given, other, target = (views[name] for name in ("input", "other", "target"))
    assert np.array_equal(given["item"], np.array(lists)[:, 1:5])
    assert np.array_equal(target["item"], np.array(lists)[:, 5])
    assert np.array_equal(target["at"], 4 * np.arange(400) + 3)
    assert np.array_equal(other["item"][:, 0], given["item"][:, 0])
    for row, mask, whole in zip(other["item"], other.mask, given["item"], strict=True):
        kept = row[mask].tolist()
        assert kept == [item for item in whole if item in kept], "what is kept stands in order"
    assert other.mask[:, 1:].sum() / (400 * 3) == pytest.approx(0.5, abs=0.05)


def test_histories_of_one_item_ask_nothing(bundle_of, examples_of) -> None:
    examples = examples_of([[5], [], [1, 2]])
    views = TwoViews(Env(bundle_of([[5], [], [1, 2]], 9)), Options()).views(examples, ExampleRandom(1, examples.keys))
    assert views["target"]["item"].tolist() == [2]
    assert views["input"].mask.any(1).tolist() == [False, False, True]
    assert views["target"]["at"].tolist() == [2 * views["input"].mask.shape[1]]


def test_evaluation_shows_the_whole_end(bundle_of, examples_of) -> None:
    views = TwoViews(Env(bundle_of([[1, 2, 3]], 9)), Options(length=2, prefixes=1.0)).views(
        examples_of([[1, 2, 3]]), None
    )
    assert set(views) == {"input"}
    assert views["input"]["item"].tolist() == [[2, 3]]
