"""Impressions from end to end: trained on one clicked among a few, ranked among all that was shown."""

from __future__ import annotations

import numpy as np
import pytest

from lmrs.answer.run import run
from lmrs.evaluation.stored import load
from lmrs_plugins.bundle import IMPRESSION

RECIPE = """
name: shown
data:
  source: synthetic
  options: {users: 150, items: 80, impressions: 2000}
  split: {by: impressions}
task: {use: impressions}
model:
  item: {use: sequence/category, field: categories, width: 32}
  history: {use: sequence/transformer, over: item, layers: 1, heads: 1, dropout: 0, length: 20, special: 0}
stages:
  - name: train
    strategy: pretrain
    sampler: {use: sequence/impressions, batch: 64}
    draws: {shown: {use: sequence/impressions, length: 20, negatives: 4}}
    objectives: [{use: sequence/impression-ce, on: shown}]
    epochs: 3
    optimizer: {use: adamw, rate: 0.003}
evaluate: {metrics: [auc, {use: mrr, every: true}, ndcg], at: [5, 10]}
answer: {use: dot, of: [history, item], on: shown}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("shown")
    (place / "shown.yaml").write_text(RECIPE, encoding="utf-8")
    run(place / "shown.yaml", out=place / "run", device="cpu")
    return place / "run"


def test_it_ranks_clicks_above_what_was_not_clicked(folder):
    found = load(folder / "results", "test")
    assert found.setting.candidates.startswith("rows given by the data")
    assert [one.name for one in found.measured] == ["AUC", "MRR-every", "NDCG@5", "NDCG@10"]
    assert found.cases == 200
    assert found["AUC"] > 0.55
    assert {one.name for one in found.groupings} == {"popularity", "history"}


def test_it_ranks_among_what_was_shown_alone(folder):
    from lmrs.data.store import load as bundle_of

    bundle = bundle_of(next(folder.rglob("bundle.json")).parent)
    tested = np.asarray(bundle.values(IMPRESSION, "part")) == 2
    assert load(folder / "results", "test").keys.tolist() == np.flatnonzero(tested).tolist()
