"""The task `impressions`, and metrics within an impression by MIND's definitions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from lmrs.builtin.options import Impressions as Options
from lmrs.builtin.tasks.impressions import Impressions
from lmrs.evaluation.build import build_metrics
from lmrs.evaluation.candidates import padded
from lmrs.evaluation.metrics.mrr import Mrr
from lmrs.evaluation.options import Reciprocal
from lmrs.evaluation.ranking import rank
from lmrs_plugins import Env
from lmrs_plugins.bundle import IMPRESSION, PARTS
from lmrs_plugins.ragged import Ragged
from lmrs_plugins.testing import generated_bundle


@pytest.mark.parametrize("part", ["valid", "test"])
def test_a_case_is_an_impression_of_the_part_with_its_own_candidates(part):
    bundle = generated_bundle()
    cases = Impressions(Env(bundle.training()), Options()).cases(bundle, part)
    table = bundle.tables[IMPRESSION].to_pylist()
    wanted = [row for row, one in enumerate(table) if one["part"] == PARTS.index(part)]
    assert cases.examples.keys.tolist() == wanted
    for place, row in enumerate(wanted):
        assert cases.candidates[place].tolist() == table[row]["candidates"]
        assert cases.positives[place].tolist() == table[row]["clicks"]
        assert cases.examples.lists("item")[place].tolist() == table[row]["history"]
        assert cases.examples.array("user")[place] == table[row]["user"]


def test_what_is_shown_again_may_be_clicked_again():
    """Nothing that an impression shows is left out as seen, though the history has it."""
    bundle = generated_bundle()
    table = bundle.tables[IMPRESSION]
    place = table.column_names.index("history")
    again = table.set_column(place, "history", table.column("candidates"))
    bundle = replace(bundle, tables={**bundle.tables, IMPRESSION: again})
    cases = Impressions(Env(bundle.training()), Options()).cases(bundle, "test")
    assert cases.examples.lists("item").lengths.min() == 4
    assert cases.seen.lengths.max() == 0


def _question(seed, cases=60, rows=40):
    """Scores with ties, 2 to 15 candidates a case, one to three of them clicked."""
    random = np.random.default_rng(seed)
    candidates = [random.choice(rows, random.integers(2, 16), replace=False) for _ in range(cases)]
    clicks = [one[: random.integers(1, min(4, len(one)))] for one in candidates]
    shown = padded(Ragged.of([random.permutation(one) for one in candidates]))
    scores = np.round(random.normal(size=shown.shape), 3)
    return shown, scores, clicks


def _by_definition(scores, clicked):
    """AUC, MRR and nDCG at 5 and 10 of one impression, untied, as MIND's leaderboard defines them."""
    order = np.argsort(-scores)
    hit = clicked[order].astype(float)
    places = np.arange(1, len(hit) + 1)

    def gain(values, at):
        return float(((2 ** values[:at] - 1) / np.log2(places[:at] + 1)).sum())

    pairs = scores[clicked][:, None] > scores[~clicked]
    ndcg = [gain(hit, at) / gain(np.sort(hit)[::-1], at) for at in (5, 10)]
    return [pairs.mean(), (hit / places).sum() / hit.sum(), *ndcg]


@pytest.mark.fault("G: metrics within an impression are those of MIND")
@pytest.mark.parametrize("seed", range(5))
def test_metrics_within_an_impression_are_those_of_mind(seed):
    shown, scores, clicks = _question(seed)
    ranked = rank(torch.from_numpy(scores), Ragged.of(clicks), rows=40, candidates=shown, top=10)
    metrics = [*build_metrics(["auc"]), Mrr(Reciprocal(every=True)), *build_metrics(["ndcg"], [5, 10])]
    found = np.stack([metric.values(ranked) for metric in metrics], axis=1)
    there = shown >= 0
    untied = [len(set(row[one])) == one.sum() for row, one in zip(scores, there, strict=True)]
    assert np.count_nonzero(untied) > 50
    for case in np.flatnonzero(untied):
        mine = scores[case][there[case]]
        clicked = np.isin(shown[case][there[case]], clicks[case])
        assert found[case] == pytest.approx(_by_definition(mine, clicked))


def test_the_mean_over_all_clicked_says_so():
    metric = Mrr(Reciprocal(every=True, cut=5))
    assert metric.name == "MRR-every@5"
    assert metric.definition.startswith("mean of 1 / rank over the case's positives, 0 if that is beyond 5")
    ranked = rank(torch.tensor([[5.0, 4.0, 3.0, 2.0]]), Ragged.of([[1, 3]]), rows=4)
    assert metric.values(ranked).tolist() == [(1 / 2 + 1 / 4) / 2]
