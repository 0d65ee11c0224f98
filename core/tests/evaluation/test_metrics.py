"""Metrics, worked by hand; `test_oracles` has those of others."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lmrs.evaluation.build import build_metrics, deepest
from lmrs.evaluation.ranking import rank
from lmrs_plugins.errors import LmrsError
from lmrs_plugins.metric import Ranked
from lmrs_plugins.ragged import Ragged

NAMES = ["ndcg", "recall", "hr", "precision", "mrr", "map", "auc", "coverage", "gini"]


def worked(name: str, scores, positives, seen=None) -> list[float]:
    """The values of one metric for lists of scores."""
    (metric,) = build_metrics([name])
    ranked = rank(
        torch.tensor(scores),
        Ragged.of(positives),
        rows=len(scores[0]),
        seen=None if seen is None else Ragged.of(seen),
        top=deepest([metric]),
    )
    return np.round(metric.values(ranked), 6).tolist()


def random_question(seed: int, cases: int = 40, rows: int = 30):
    """Untied scores, none to eight positives a case, up to six rows seen, some of them positives."""
    random = np.random.default_rng(seed)
    scores = torch.from_numpy(random.permuted(np.tile(np.arange(rows), (cases, 1)), axis=1)).float()
    lists = [
        Ragged.of([random.choice(rows, random.integers(0, most), replace=False) for _ in range(cases)])
        for most in (9, 7)
    ]
    return scores, lists[0], lists[1]


SCORES = [[0.9, 0.8, 0.7, 0.6, 0.5]]


@pytest.mark.parametrize(
    ("name", "positives", "expected"),
    [
        ("ndcg@3", [[0]], 1.0),
        ("ndcg@3", [[1]], 0.63093),  # 1 / log2(3)
        ("ndcg@3", [[3]], 0.0),
        ("ndcg@2", [[0, 2, 4]], 0.613147),  # 1 / (1 + 1 / log2(3)): the ideal list has two
        ("recall@2", [[0, 2, 4]], 0.333333),
        ("hr@2", [[0, 2, 4]], 1.0),
        ("precision@2", [[0, 2, 4]], 0.5),
        ("precision@10", [[0]], 0.1),
        ("mrr", [[4, 2]], 0.333333),
        ("mrr@2", [[4, 2]], 0.0),
        ("map@5", [[0, 2]], 0.833333),  # (1 / 1 + 2 / 3) / 2
        ("map@2", [[0, 2, 4]], 0.5),
        ("auc", [[1, 4]], 0.333333),  # of 2 x 3 pairs, row 1 stands before rows 2 and 3
    ],
)
def test_worked_by_hand(name, positives, expected):
    assert worked(name, SCORES, positives) == [expected]


def test_ties_share_their_expected_rank():
    tied = [[1.0, 1.0, 1.0, 0.0]]
    assert worked("mrr", tied, [[0]]) == [0.5]
    assert worked("hr@1", tied, [[0]]) == [0.0]
    assert worked("hr@2", tied, [[0]]) == [1.0]
    assert worked("auc", tied, [[0]]) == [0.666667]


@pytest.mark.fault("G: no recommendations and no right answers: {id}")
@pytest.mark.parametrize("name", [f"{name}@10" for name in ("ndcg", "recall", "hr", "map")] + ["mrr", "auc"])
def test_a_case_without_positives_does_not_count_and_an_empty_list_is_a_miss(name):
    values = worked(name, [[3.0, 2.0, 1.0], [-np.inf] * 3, [3.0, 2.0, 1.0]], [[], [1], [0]])
    assert np.isnan(values[0])
    assert np.isnan(values[1]) if name == "auc" else values[1] == 0
    assert values[2] == 1


@pytest.mark.parametrize("name", ["ndcg@2", "map@2", "recall@5", "ndcg@5", "map@5"])
def test_a_perfect_list_is_1_however_many_positives_there_are(name):
    assert worked(name, SCORES, [[0, 1, 2]]) == [1.0]


def test_an_excluded_positive_weighs_as_a_miss():
    assert worked("recall@5", SCORES, [[0, 1]], seen=[[0]]) == [0.5]
    assert worked("auc", SCORES, [[0, 1]], seen=[[0]]) == [0.5]
    assert worked("ndcg@1", SCORES, [[0, 1]], seen=[[0]]) == [1.0]


def test_coverage_and_concentration():
    scores = [[3.0, 2.0, 1.0, 0.0], [3.0, 2.0, 1.0, 0.0], [0.0, 2.0, 3.0, 0.0]]
    assert worked("coverage@1", scores, [[0], [], [1]]) == [0.5]
    assert worked("coverage@4", scores, [[0], [], [1]]) == [1.0]
    assert worked("gini@4", scores, [[0], [], [1]]) == [0.0]
    # Places: 2, 0, 1, 0; mean of |x_i - x_j| over all pairs, halved and divided by the mean.
    places = np.array([2, 0, 1, 0])
    wanted = abs(places[:, None] - places).mean() / 2 / places.mean()
    assert worked("gini@1", scores, [[0], [], [1]]) == [round(wanted, 6)]


def test_lists_that_were_kept_too_short_are_refused():
    (coverage,) = build_metrics(["coverage@5"])
    with pytest.raises(LmrsError, match="best 3 of each case were kept, not the best 5"):
        coverage.values(rank(torch.zeros(1, 9), Ragged.of([[0]]), rows=9, top=3))


@pytest.mark.parametrize("metric", build_metrics(NAMES, [1, 3]), ids=lambda metric: metric.name)
@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_values_lie_between_0_and_1_and_follow_their_cases(metric, seed):
    scores, positives, seen = random_question(seed, cases=12, rows=9)
    scores = (scores / 2).floor()
    ranked = rank(scores, positives, rows=9, seen=seen, top=3)
    values = metric.values(ranked)
    assert values.dtype == np.float64
    known = values[~np.isnan(values)]
    assert ((known >= -1e-12) & (known <= 1 + 1e-12)).all()
    back = np.arange(12)[::-1]
    turned = rank(scores[back.copy()], positives.take(back), rows=9, seen=seen.take(back), top=3)
    assert metric.values(turned) == pytest.approx(values[::-1] if len(values) > 1 else values, nan_ok=True)


@pytest.mark.fault("G: no case: {id}")
@pytest.mark.parametrize("metric", build_metrics(NAMES, [3]), ids=lambda metric: metric.name)
def test_no_case_gives_no_value(metric):
    none = Ranked(np.empty(0), np.zeros(1, np.int64), np.empty((0, 3), np.int64), np.empty(0, np.int64), 5)
    values = metric.values(none)
    assert len(values) == 0 or values[0] == 0 or np.isnan(values[0])


@pytest.mark.parametrize("metric", build_metrics(NAMES, [3]), ids=lambda metric: metric.name)
def test_a_definition_is_one_sentence_that_says_what_libraries_disagree_on(metric):
    assert "\n" not in metric.definition
    assert "tie" in metric.definition
    assert "without positives" in metric.definition or "all cases" in metric.definition
