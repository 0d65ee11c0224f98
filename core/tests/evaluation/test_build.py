"""Metrics by name."""

from __future__ import annotations

import subprocess
import sys

import pytest

from lmrs.evaluation.build import build_metrics, deepest
from lmrs.evaluation.cards import METRICS
from lmrs_plugins.errors import InputError


def names(*asked, at=(10,)):
    return [metric.name for metric in build_metrics(list(asked), list(at))]


def test_names_times_cut_offs():
    assert names("ndcg", "recall", at=[5, 10]) == ["NDCG@5", "NDCG@10", "Recall@5", "Recall@10"]


def test_a_name_may_bring_its_own_cut_off_and_whole_lists_have_none():
    assert names("ndcg@7", "NDCG@7", "mrr", "mrr@10", "auc", at=[5, 20]) == ["NDCG@7", "MRR", "MRR@10", "AUC"]


def test_as_many_are_kept_as_the_deepest_metric_looks_at():
    assert deepest(build_metrics(["ndcg", "coverage", "mrr"], [5, 20])) == 20
    assert deepest(build_metrics(["mrr"])) == 0


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("ndgc", "did you mean 'ndcg'"),
        ("xyz", "there are ndcg, recall"),
        ("ndcg@0", "a number from 1"),
        ("ndcg@ten", "a number from 1"),
        ("auc@5", "auc has no cut-off"),
    ],
)
def test_what_is_wrong_with_a_name(name, message):
    with pytest.raises(InputError, match=message):
        build_metrics([name])


@pytest.mark.parametrize("card", METRICS, ids=lambda card: card.name)
def test_every_card_leads_to_its_metric(card):
    (metric,) = build_metrics([card.name], [3])
    assert metric.name.lower().startswith(card.name)


def test_cards_cost_neither_torch_nor_numpy():
    code = "import sys, lmrs.evaluation.cards; print(sorted({'torch', 'numpy', 'scipy'} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
