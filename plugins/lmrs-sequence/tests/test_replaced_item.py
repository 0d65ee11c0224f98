"""Replaced items: the generator's loss, what it puts in, and the discriminator's loss, by hand."""

from __future__ import annotations

from math import exp, log

import numpy as np
import pytest
import torch

from lmrs_plugins import Encoding, Env, View
from lmrs_sequence.objectives.item_loss import ItemLoss
from lmrs_sequence.objectives.options import ItemLoss as MaskedOptions
from lmrs_sequence.objectives.options import ReplacedItem as Options
from lmrs_sequence.objectives.replaced_item import ReplacedItem

TABLE = torch.tensor([[4.0, 0.0], [0.0, 3.0], [-2.0, -2.0], [1.0, 1.0]])
ORIGINAL = np.array([[0, 1, 2], [3, 3, 0]])
MASK = np.array([[True, True, True], [True, True, False]])
AT = np.array([1, 3])
"""Hidden: item 1 of the first list, item 3 of the second."""


class Step:
    """A step whose states are the vectors of the items that are looked at, 0 where one is hidden."""

    index, training = 0, True

    def __init__(self, seed: int = 0, known: torch.Tensor | None = None) -> None:
        self.table, self.known = torch.nn.Parameter(TABLE.clone()), known
        self.generator = torch.Generator().manual_seed(seed)
        shown, special = ORIGINAL.copy(), np.zeros_like(ORIGINAL)
        shown.flat[AT], special.flat[AT] = 0, View.MASK
        views = {
            "input": View.of(item=shown, mask=MASK, special=special),
            "original": View.of(item=ORIGINAL, mask=MASK),
            "target": View.of(item=ORIGINAL.flat[AT], values={"at": AT}),
        }
        self.views = {name: view.map(torch.as_tensor) for name, view in views.items()}
        self.looked: list[View] = []

    def view(self, name: str) -> View:
        return self.views[name]

    def get(self, port: str, view: str | View = "") -> Encoding:
        if port == "item":
            return Encoding(vectors=self.table, mask=self.known)
        through = self.views[view] if isinstance(view, str) else view
        if isinstance(view, View):
            self.looked.append(view)
        hidden = torch.zeros_like(through["item"]) if through.special is None else through.special
        states = self.table[through["item"]] * (hidden == 0)[..., None] + 0.5 * (hidden > 0)[..., None]
        return Encoding(states=states, mask=through.mask)


@pytest.fixture
def objective(bundle_of):
    def make(**options: object) -> ReplacedItem:
        torch.manual_seed(1)
        return ReplacedItem(Env(bundle_of([[0, 1, 2, 3]], 4), widths={"history": 2, "item": 2}), Options(**options))

    return make


def test_the_generators_term_is_that_of_masked_items(objective, bundle_of) -> None:
    total, count = objective().terms(Step())["masked"]
    masked = ItemLoss(Env(bundle_of([[0, 1, 2, 3]], 4)), MaskedOptions())
    assert (total.item(), count) == (pytest.approx(masked.terms(Step())["loss"][0].item()), 2)
    scores = [2.0, 1.5, -2.0, 1.0]
    assert total.item() == pytest.approx(2 * log(sum(map(exp, scores))) - 1.5 - 1.0, rel=1e-6)


def test_the_discriminators_term_by_hand(objective) -> None:
    found, step = objective(rate=3.0), Step()
    total, count = found.terms(step)["replaced"]
    (looked,) = step.looked
    now = looked["item"].numpy()
    kept = np.ones(6, dtype=bool)
    kept[AT] = False
    assert np.array_equal(now.flat[kept], ORIGINAL.flat[kept]), "only hidden places get another item"
    assert looked.special is None
    logits = found.judge(torch.nn.functional.gelu(found.project(TABLE[now])))[..., 0]
    each = [
        log(1 + exp(-logit)) if replaced else log(1 + exp(logit))
        for logit, replaced in zip(logits.flatten().tolist(), (now != ORIGINAL).flat, strict=True)
    ]
    assert count == 5
    assert total.item() == pytest.approx(3.0 * sum(np.array(each)[MASK.flat]), rel=1e-5)


def test_samples_follow_the_generator_and_a_hit_is_not_replaced(objective) -> None:
    found, drawn = objective(), []
    for seed in range(600):
        step = Step(seed)
        found.terms(step)
        drawn.append(step.looked[0]["item"].numpy().flat[AT])
    chances = np.exp([2.0, 1.5, -2.0, 1.0]) / np.exp([2.0, 1.5, -2.0, 1.0]).sum()
    shares = np.bincount(np.concatenate(drawn), minlength=4) / 1200
    assert shares == pytest.approx(chances, abs=0.05)


def test_only_known_items_are_put_in(objective) -> None:
    known = torch.tensor([False, True, True, True])
    for seed in range(30):
        step = Step(seed, known)
        objective().terms(step)
        assert (step.looked[0]["item"].flatten()[AT] != 0).all()


def test_no_gradient_goes_through_the_sample(objective) -> None:
    found, step = objective(), Step()
    found.terms(step)["replaced"][0].backward()
    alone = step.table.grad.clone()
    now = step.looked[0]["item"]
    other = Step()
    logits = found.judge(torch.nn.functional.gelu(found.project(other.table[now])))[..., 0]
    labels = (now != torch.as_tensor(ORIGINAL)).float()
    each = torch.nn.functional.binary_cross_entropy_with_logits(logits, labels, reduction="none")
    each[torch.as_tensor(MASK)].sum().backward()
    torch.testing.assert_close(alone, other.table.grad)  # as if the sampled items had been given


def test_the_discriminator_reads_the_encoder_where_there_is_one(bundle_of) -> None:
    env = Env(bundle_of([[0, 1, 2, 3]], 4), widths={"history": 2, "item": 2, "encoder": 2})
    asked = []

    class Asked(Step):
        def get(self, port: str, view: str | View = "") -> Encoding:
            asked.append((port, isinstance(view, View)))
            return super().get(port, view)

    ReplacedItem(env, Options()).terms(Asked())
    assert ("encoder", True) in asked
    assert ("history", True) not in asked
