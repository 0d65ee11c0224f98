"""Clicks among what was shown: what the sampler makes of impressions, what is drawn of them, and the loss."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
import torch

from lmrs_plugins import Bundle, Encoding, Env, ExampleRandom, Examples, InputError, Ragged, View
from lmrs_plugins.bundle import IMPRESSION
from lmrs_sequence.objectives.impression_ce import ImpressionCe
from lmrs_sequence.objectives.options import ImpressionCe as LossOptions
from lmrs_sequence.samplers.impressions import Impressions as Sampler
from lmrs_sequence.samplers.options import Impressions as SamplerOptions
from lmrs_sequence.transforms.impressions import Impressions as Transform
from lmrs_sequence.transforms.options import Impressions as Options


def with_impressions(bundle: Bundle, *rows: tuple[int, list[int], list[int], list[int]]) -> Bundle:
    """The bundle with these impressions: user, history, candidates, clicks."""
    lists = pa.list_(pa.int64())
    columns = list(zip(*rows, strict=True))
    table = pa.table(
        {
            "user": pa.array(columns[0], pa.int64()),
            **{name: pa.array(columns[at], lists) for at, name in ((1, "history"), (2, "candidates"), (3, "clicks"))},
            "part": pa.array([0] * len(rows), pa.int8()),
        }
    )
    return replace(bundle, tables={IMPRESSION: table})


@pytest.fixture
def shown(bundle_of) -> Bundle:
    """Two users; the second has no history; one clicked twice, one clicked all."""
    return with_impressions(
        bundle_of([[0, 1], [2]], 10),
        (0, [0, 1], [3, 4, 5, 6], [5]),
        (1, [], [7, 8, 9], [7, 9]),
        (0, [0, 1, 2], [3, 4], [3, 4]),
    )


def lists(ragged: Ragged) -> list[list[int]]:
    return [ragged[place].tolist() for place in range(len(ragged))]


def test_an_example_a_click_with_what_was_not_clicked_behind_it(shown) -> None:
    sampler = Sampler(Env(shown), SamplerOptions())
    (keys,) = sampler.epoch(0, 0)
    examples = sampler.examples(np.sort(keys))
    assert examples.array("user").tolist() == [0, 1, 1]
    assert lists(examples.lists("item")) == [[0, 1], [], []]
    assert lists(examples.lists("candidates")) == [[5, 3, 4, 6], [7, 8], [9, 8]]


def test_impressions_that_teach_nothing_are_refused(bundle_of) -> None:
    bundle = with_impressions(bundle_of([[0]], 5), (0, [0], [1, 2], [1, 2]), (0, [0], [3], []))
    with pytest.raises(InputError, match="no training impression"):
        Sampler(Env(bundle), SamplerOptions())


def make(candidates: list[list[int]], history: list[list[int]] | None = None) -> Examples:
    some = history or [[0]] * len(candidates)
    return Examples(np.arange(len(candidates)), {"item": Ragged.of(some), "candidates": Ragged.of(candidates)})


def test_the_clicked_one_stands_first_among_distinct_others_of_its_impression(many) -> None:
    candidates = [[50, *range(100, 130)], [60, 200, 201], [70]]
    seen: set[int] = set()
    for seed in range(20):
        examples = make(candidates)
        shown = Transform(many[0], Options(negatives=4)).views(examples, ExampleRandom(seed, examples.keys))["shown"]
        assert shown["item"][:, 0].tolist() == [50, 60, 70]
        assert shown.mask.sum(1).tolist() == [5, 3, 1]
        others = shown["item"][0, 1:].tolist()
        assert len(set(others)) == 4
        assert set(others) <= set(candidates[0][1:])
        assert set(shown["item"][1, 1:3].tolist()) == {200, 201}
        seen |= set(others)
    assert len(seen) > 20, "all that was not clicked is drawn in turn"


def test_histories_keep_their_end_and_may_be_empty(many) -> None:
    transform = Transform(many[0], Options(length=2))
    examples = make([[5, 6]] * 3, [[1, 2, 3], [], [4]])
    for views in (transform.views(examples, ExampleRandom(0, examples.keys)), transform.views(examples, None)):
        assert views["input"]["item"].tolist() == [[2, 3], [0, 0], [4, 0]]
        assert views["input"].mask.sum(1).tolist() == [2, 0, 1]
    assert list(transform.views(examples, None)) == ["input"]


def test_the_loss_is_the_cross_entropy_of_the_clicked_one(step_of) -> None:
    torch.manual_seed(0)
    table = torch.randn(10, 4, requires_grad=True)
    rows, mask = torch.tensor([[1, 2, 3], [4, 5, 0]]), torch.tensor([[True, True, True], [True, True, False]])
    input_ = View.of(item=torch.tensor([[6, 7], [8, 0]]), mask=torch.tensor([[True, True], [True, False]]))
    nodes = {"item": lambda rows: Encoding(vectors=table[rows]), "history": _states}
    step = step_of({"input": input_, "shown": View.of(item=rows, mask=mask)}, **nodes)
    loss, count = ImpressionCe(Env(None), LossOptions(temperature=0.5)).terms(step)["loss"]
    wanted = sum(
        torch.nn.functional.cross_entropy(2 * table[list(others)] @ table[last], torch.tensor(0))
        for last, others in ((7, (1, 2, 3)), (8, (4, 5)))
    )
    assert loss.item() == pytest.approx(wanted.item(), rel=1e-5)
    assert count == 2


def _states(items: Encoding, mask: torch.Tensor, special: torch.Tensor | None) -> Encoding:
    return Encoding(states=items.vectors, mask=mask)


def test_who_has_no_history_teaches_nothing_and_counts(step_of) -> None:
    table = torch.randn(10, 4, requires_grad=True)
    empty = View.of(item=torch.zeros(1, 1, dtype=torch.long), mask=torch.zeros(1, 1, dtype=torch.bool))
    shown = View.of(item=torch.tensor([[1, 2]]), mask=torch.ones(1, 2, dtype=torch.bool))
    nodes = {"item": lambda rows: Encoding(vectors=table[rows]), "history": _states}
    loss, count = ImpressionCe(Env(None), LossOptions()).terms(step_of({"input": empty, "shown": shown}, **nodes))[
        "loss"
    ]
    assert (loss.item(), count) == (0.0, 1)
