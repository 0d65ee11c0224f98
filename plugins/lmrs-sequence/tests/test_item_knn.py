"""Item-kNN against a dense computation."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lmrs_plugins import Env, View
from lmrs_sequence.scorers import item_knn
from lmrs_sequence.scorers.item_knn import ItemKnn
from lmrs_sequence.scorers.options import ItemKnn as Options

ITEMS = 30


@pytest.fixture
def histories():
    random = np.random.default_rng(5)
    lists = [random.integers(0, ITEMS - 2, random.integers(2, 12)).tolist() for _ in range(40)]
    return [one + one[:1] for one in lists]  # an item twice counts once


def dense(histories, neighbours, shrink=0.0):
    chose = np.zeros((len(histories), ITEMS))
    for user, items in enumerate(histories):
        chose[user, items] = 1
    common, size = chose.T @ chose, np.sqrt(chose.sum(0))
    similarity = common / np.maximum(np.outer(size, size) + shrink, 1e-12)
    np.fill_diagonal(similarity, 0)
    for row in similarity:
        order = np.argsort(-row.astype(np.float32), kind="stable")
        row[order[neighbours:]] = 0
    return similarity


def score(scorer, step_of, lists, candidates=None):
    longest = max(map(len, lists))
    rows = np.array([[*one, *[7] * (longest - len(one))] for one in lists])  # rubbish under the mask
    mask = np.arange(longest) < np.array([[len(one)] for one in lists])
    return scorer.score(step_of({"input": View.of(item=rows, mask=mask)}, candidates))


@pytest.mark.parametrize(("neighbours", "shrink"), [(100, 0.0), (4, 0.0), (4, 3.5)])
def test_scores_sum_similarities(bundle_of, step_of, histories, monkeypatch, neighbours, shrink) -> None:
    monkeypatch.setattr(item_knn, "_COLUMNS", 7)
    scorer = ItemKnn(Env(bundle_of(histories, ITEMS)), Options(neighbours=neighbours, shrink=shrink))
    similarity = dense(histories, neighbours, shrink)
    lists = [[0, 3, 3], [5], [29, 28], [1, 2, 3, 4, 5, 6, 7]]
    right = np.array([similarity[:, sorted(set(one))].sum(1) for one in lists])
    found = score(scorer, step_of, lists)
    assert np.allclose(found.numpy(), right, atol=1e-5)
    assert (right > 0).any(1).tolist() == [True, True, False, True]
    candidates = torch.tensor([[4, 9], [0, 1], [2, 3], [8, 8]])
    assert np.allclose(score(scorer, step_of, lists, candidates), np.take_along_axis(right, candidates.numpy(), 1))


def test_recent_items_and_decay(bundle_of, step_of, histories) -> None:
    similarity = dense(histories, 100)
    recent = ItemKnn(Env(bundle_of(histories, ITEMS)), Options(recent=2))
    found = score(recent, step_of, [[0, 3, 5, 9], [4]])
    assert np.allclose(found[0].numpy(), similarity[:, [5, 9]].sum(1), atol=1e-5)
    assert np.allclose(found[1].numpy(), similarity[:, 4], atol=1e-5)
    faded = ItemKnn(Env(bundle_of(histories, ITEMS)), Options(decay=0.5))
    found = score(faded, step_of, [[0, 3, 5], [4]])
    assert np.allclose(found[0].numpy(), similarity[:, [5, 3, 0]] @ [1, 0.5, 0.25], atol=1e-5)


def test_it_loads_what_it_saved(bundle_of, step_of, histories) -> None:
    env = Env(bundle_of(histories, ITEMS))
    scorer, again = ItemKnn(env, Options()), ItemKnn(env, Options())
    again.similarity.zero_()
    assert not score(again, step_of, [[1, 2]]).any()
    again.load_state_dict(scorer.state_dict())
    assert torch.equal(score(scorer, step_of, [[1, 2]]), score(again, step_of, [[1, 2]]))
