"""Losses against cases worked by hand."""

from __future__ import annotations

from math import exp, log

import numpy as np
import pytest
import torch

from lmrs_plugins import Encoding, Env, View
from lmrs_sequence.objectives.item_loss import ItemLoss
from lmrs_sequence.objectives.options import ItemLoss as Options

TABLE = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [2.0, 0.0]])
STATES = torch.tensor([[[1.0, 0.0], [0.0, 2.0]], [[9.0, 9.0], [1.0, 1.0]]])
"""Scores of the four items: at position 0: 1 0 1 2; at 1: 0 2 2 0; at 3: 1 1 2 2."""


class Table(torch.nn.Module):
    def __init__(self, mask=None) -> None:
        super().__init__()
        self.table, self.mask = torch.nn.Parameter(TABLE.clone()), mask

    def forward(self, rows):
        mask = self.mask if self.mask is None or rows is None else self.mask[rows]
        return Encoding(vectors=self.table if rows is None else self.table[rows], mask=mask)


def value(bundle_of, step_of, loss, mask=None, more=None, target=(3, 2, 0), at=(0, 1, 3), **options):
    objective = ItemLoss(Env(bundle_of([[0, 1, 2, 3]], 4)), Options(loss=loss, **options))
    views = {
        "input": View.of(item=np.zeros((2, 2), dtype=np.int64)),
        "target": View.of(item=np.array(target), values={"at": np.array(at)}),
        **(more or {}),
    }
    step = step_of(views, item=Table(mask), history=lambda over, mask, special: Encoding(states=STATES))
    total, count = objective.terms(step)["loss"]
    assert objective.counts(step) == {"loss": count}
    return total.item(), count


def log_sum(*scores: float) -> float:
    return log(sum(exp(score) for score in scores))


def test_cross_entropy_over_all_items(bundle_of, step_of) -> None:
    right = (log_sum(1, 0, 1, 2) - 2) + (log_sum(0, 2, 2, 0) - 2) + (log_sum(1, 1, 2, 2) - 1)
    assert value(bundle_of, step_of, "ce") == (pytest.approx(right, rel=1e-6), 3)


def test_temperature_and_smoothing(bundle_of, step_of) -> None:
    scores = [[0.5, 0, 0.5, 1], [0, 1, 1, 0], [0.5, 0.5, 1, 1]]
    right = sum(
        log_sum(*row) - 0.8 * row[wanted] - 0.2 * sum(row) / 4 for row, wanted in zip(scores, (3, 2, 0), strict=True)
    )
    found, _ = value(bundle_of, step_of, "ce", temperature=2.0, label_smoothing=0.2)
    assert found == pytest.approx(right, rel=1e-6)


def test_unknown_items_are_no_alternatives_and_no_targets(bundle_of, step_of) -> None:
    mask = torch.tensor([True, True, True, False])
    right = (log_sum(0, 2, 2) - 2) + (log_sum(1, 1, 2) - 1)
    assert value(bundle_of, step_of, "ce", mask) == (pytest.approx(right, rel=1e-6), 3)


def test_items_that_are_yet_to_come_are_no_alternatives(bundle_of, step_of) -> None:
    objective = ItemLoss(Env(bundle_of([[0, 1, 2]], 4)), Options(among="seen"))
    views = {
        "input": View.of(item=np.zeros((2, 2), dtype=np.int64)),
        "target": View.of(item=np.array([2, 0]), values={"at": np.array([1, 3])}),
    }
    step = step_of(views, item=Table(), history=lambda over, mask, special: Encoding(states=STATES))
    total, count = objective.terms(step)["loss"]
    right = (log_sum(0, 2, 2) - 2) + (log_sum(1, 1, 2) - 1)
    assert (total.item(), count) == (pytest.approx(right, rel=1e-6), 2)


def softplus(x: float) -> float:
    return log(1 + exp(x))


NEGATIVE = {"negative": View.of(item=np.array([[0, 1], [0, 3], [1, 2]]))}


def test_binary_cross_entropy(bundle_of, step_of) -> None:
    right = softplus(-2) + softplus(1) + softplus(0)
    right += softplus(-2) + softplus(0) + softplus(0)
    right += softplus(-1) + softplus(1) + softplus(2)
    assert value(bundle_of, step_of, "bce", more=NEGATIVE) == (pytest.approx(right, rel=1e-6), 3)


def test_bpr(bundle_of, step_of) -> None:
    right = (softplus(1 - 2) + softplus(0 - 2)) / 2
    right += (softplus(0 - 2) + softplus(0 - 2)) / 2
    right += (softplus(1 - 1) + softplus(2 - 1)) / 2
    assert value(bundle_of, step_of, "bpr", more=NEGATIVE) == (pytest.approx(right, rel=1e-6), 3)


def test_negatives_without_a_vector_do_not_count(bundle_of, step_of) -> None:
    mask = torch.tensor([True, False, True, True])
    bpr = softplus(1 - 2) + (softplus(-2) + softplus(-2)) / 2 + softplus(2 - 1)
    assert value(bundle_of, step_of, "bpr", mask, NEGATIVE)[0] == pytest.approx(bpr, rel=1e-6)
    bce = softplus(-2) + softplus(1) + softplus(-2) + 2 * softplus(0) + softplus(-1) + softplus(2)
    assert value(bundle_of, step_of, "bce", mask, NEGATIVE)[0] == pytest.approx(bce, rel=1e-6)


def shared(rows, chance, target):
    logs = np.log(np.array(chance, dtype=np.float32))
    rows = np.array(rows)
    return {"shared": View.of(item=rows, values={"logq": logs[rows], "target_logq": logs[np.array(target)]})}


def test_sampled_softmax_corrects_for_the_draw_and_drops_the_target(bundle_of, step_of) -> None:
    chance, rows, target = [0.1, 0.2, 0.3, 0.4], [1, 3, 1], (3, 2, 0)
    scores = [[1, 0, 1, 2], [0, 2, 2, 0], [1, 1, 2, 2]]
    right = 0.0
    for row, wanted in zip(scores, target, strict=True):
        corrected = [score - log(q) for score, q in zip(row, chance, strict=True)]
        others = [corrected[item] for item in rows if item != wanted]
        right += log_sum(corrected[wanted], *others) - corrected[wanted]
    found = value(bundle_of, step_of, "sampled", more=shared(rows, chance, target))
    assert found == (pytest.approx(right, rel=1e-6), 3)


def test_sampled_softmax_of_every_item_once_is_the_full_one(bundle_of, step_of) -> None:
    even = shared([0, 1, 2, 3], [0.25] * 4, (3, 2, 0))
    assert value(bundle_of, step_of, "sampled", more=even)[0] == pytest.approx(value(bundle_of, step_of, "ce")[0])


@pytest.mark.parametrize("loss", ["ce", "sampled", "bce", "bpr"])
def test_no_target_is_zero_of_zero(bundle_of, step_of, loss) -> None:
    none = np.empty(0, dtype=np.int64)
    more = {"negative": View.of(item=none.reshape(0, 1)), **shared([1, 2], [0.25] * 4, none)}
    assert value(bundle_of, step_of, loss, more=more, target=none, at=none) == (0.0, 0)
