"""Pairs: every event once, negatives that nobody took, losses as they are written."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional

from lmrs_graph.objectives.options import Pair as PairOptions
from lmrs_graph.objectives.pair import Pair
from lmrs_graph.samplers.options import Pairs as SamplerOptions
from lmrs_graph.samplers.pairs import Pairs
from lmrs_graph.transforms.negatives import Negatives
from lmrs_graph.transforms.options import Negatives as Options
from lmrs_plugins import Encoding, Env, ExampleRandom, Examples, InputError
from lmrs_plugins.testing import generated_bundle


class Step:
    """Vectors by port and view."""

    index, training = 0, True

    def __init__(self, **found: Encoding) -> None:
        self._found = found

    def get(self, port: str, view: str = "") -> Encoding:
        return self._found[f"{port}_{view}"]


def test_an_epoch_has_every_training_event_once() -> None:
    bundle = generated_bundle().training()
    sampler = Pairs(Env(bundle), SamplerOptions(batch=7))
    batches = sampler.epoch(3, 1)
    assert [len(keys) for keys in batches[:-1]] == [7] * (len(batches) - 1)
    examples = sampler.examples(np.concatenate(batches))
    drawn = sorted(zip(examples.array("user").tolist(), examples.array("target").tolist(), strict=True))
    assert drawn == sorted(zip(bundle.users.tolist(), bundle.items.tolist(), strict=True))


def test_negatives_are_all_items_that_the_user_did_not_take_evenly(bundle_of) -> None:
    env = Env(bundle_of([(0, 0), (0, 3), (1, 4), (1, 2), (1, 0), (3, 1)]))
    transform = Negatives(env, Options(negatives=4000))
    users = np.array([0, 1, 2, 3])
    examples = Examples(np.arange(4), {"user": users, "target": np.zeros(4, dtype=np.int64)})
    drawn = transform.views(examples, ExampleRandom(0, examples.keys))["negative"]["item"]
    free = [{1, 2, 4}, {1, 3}, {0, 1, 2, 3, 4}, {0, 2, 3, 4}]
    for row, wanted in zip(drawn, free, strict=True):
        items, counts = np.unique(row, return_counts=True)
        assert set(items.tolist()) == wanted
        assert np.allclose(counts / 4000, 1 / len(wanted), atol=0.04)


def test_an_answer_looks_at_users_alone(bundle_of) -> None:
    transform = Negatives(Env(bundle_of()), Options())
    views = transform.views(Examples(np.arange(2), {"user": np.array([3, 1])}), None)
    assert list(views) == ["input"]
    assert views["input"]["user"].tolist() == [3, 1]


@pytest.mark.fault("F: graph: a user who took every item")
def test_a_user_who_took_everything_is_named(bundle_of) -> None:
    with pytest.raises(InputError, match="user 'u2' of 'small' took all 5 items"):
        Negatives(Env(bundle_of([(0, 0), *((2, item) for item in range(5))])), Options())


@pytest.fixture
def step() -> Step:
    generator = torch.Generator().manual_seed(0)
    user, right, wrong = (torch.randn(*shape, 4, generator=generator) for shape in ((3,), (3,), (3, 2)))
    there = torch.tensor([[True, True], [True, False], [True, True]])
    return Step(
        user_input=Encoding(vectors=user, mask=torch.tensor([True, True, False])),
        item_target=Encoding(vectors=right),
        item_negative=Encoding(vectors=wrong, mask=there),
        user_start_input=Encoding(vectors=user * 2),
        item_start_target=Encoding(vectors=right * 2),
        item_start_negative=Encoding(vectors=wrong * 2),
    )


def scores(step: Step) -> tuple[torch.Tensor, torch.Tensor]:
    user = step.get("user", "input").main
    return (user * step.get("item", "target").main).sum(-1), torch.einsum(
        "bd,bkd->bk", user, step.get("item", "negative").main
    )


def test_bpr_is_rendles(step: Step) -> None:
    total, count = Pair(Env(generated_bundle()), PairOptions()).terms(step)["bpr"]
    near, far = scores(step)
    gaps = torch.stack([near[0] - far[0, 0], near[0] - far[0, 1], near[1] - far[1, 0]])
    assert int(count) == 3, "what is absent does not count"
    assert torch.allclose(total, -gaps.sigmoid().log().sum())


def test_bce_tells_each_pair_by_itself(step: Step) -> None:
    total, count = Pair(Env(generated_bundle()), PairOptions(loss="bce")).terms(step)["bce"]
    near, far = scores(step)
    logits = torch.stack([near[0], near[1], far[0, 0], far[0, 1], far[1, 0]])
    labels = torch.tensor([1.0, 1, 0, 0, 0])
    assert int(count) == 5
    assert torch.allclose(total, functional.binary_cross_entropy_with_logits(logits, labels, reduction="sum"))


def test_decay_is_of_what_pairs_start_from(step: Step) -> None:
    alone = Pair(Env(generated_bundle()), PairOptions(decay=0.5)).terms(step)["decay"][0]
    shared = ("user_input", "item_target", "item_negative")
    wanted = sum(
        (
            step._found[name].main.square().sum(-1)
            * (True if step._found[name].mask is None else step._found[name].mask)
        ).sum()
        for name in shared
    )
    assert torch.allclose(alone, wanted / 4)
    widths = {"user": 4, "item": 4, "user_start": 4, "item_start": 4}
    started = Pair(Env(generated_bundle(), widths=widths), PairOptions(decay=0.5)).terms(step)["decay"][0]
    starts = ("user_start_input", "item_start_target", "item_start_negative")
    assert torch.allclose(started, sum(step._found[name].main.square().sum() for name in starts) / 4)


@pytest.mark.parametrize("loss", ["bpr", "bce"])
def test_biases_are_added_to_every_score(step: Step, loss: str) -> None:
    user, item = torch.tensor([[0.5], [-1.0], [2.0]]), torch.tensor([[3.0], [0.25], [1.0]])
    wrong = torch.tensor([[[0.1], [9.0]], [[-2.0], [9.0]], [[1.0], [1.0]]])
    step._found["user_bias_input"] = Encoding(vectors=user)
    step._found["item_bias_target"] = Encoding(vectors=item, mask=torch.tensor([True, False, True]))
    step._found["item_bias_negative"] = Encoding(vectors=wrong)
    widths = dict.fromkeys(("user", "item", "user_bias", "item_bias"), 1)
    total, count = Pair(Env(generated_bundle(), widths=widths), PairOptions(loss=loss)).terms(step)[loss]
    near, far = scores(step)
    near = near + user[:, 0] + torch.tensor([3.0, 0.0, 1.0])
    far = far + user + wrong[..., 0]
    if loss == "bpr":
        gaps = torch.stack([near[0] - far[0, 0], near[0] - far[0, 1], near[1] - far[1, 0]])
        assert torch.allclose(total, -gaps.sigmoid().log().sum())
    else:
        logits = torch.stack([near[0], near[1], far[0, 0], far[0, 1], far[1, 0]])
        labels = torch.tensor([1.0, 1, 0, 0, 0])
        assert torch.allclose(total, functional.binary_cross_entropy_with_logits(logits, labels, reduction="sum"))
    assert int(count) == (3 if loss == "bpr" else 5)
