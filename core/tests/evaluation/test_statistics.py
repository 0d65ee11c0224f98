"""Intervals, paired tests and corrections: known answers, scipy, and simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from lmrs.evaluation.correction import benjamini_hochberg, holm
from lmrs.evaluation.interval import interval
from lmrs.evaluation.measure import measure
from lmrs.evaluation.paired import paired_t, randomisation
from lmrs.evaluation.report import Result, Setting
from lmrs.evaluation.statistics import compare, compare_results
from lmrs_plugins.errors import InputError
from lmrs_plugins.metric import Ranked

NAN = float("nan")


def test_an_interval_is_scipys():
    values = np.random.default_rng(0).normal(3, 2, 50)
    found = interval(np.append(values, [NAN, NAN]))
    low, high = stats.t.interval(0.95, 49, values.mean(), stats.sem(values))
    assert (found.low, found.mean, found.high) == pytest.approx((low, values.mean(), high))
    assert (found.cases, found.groups) == (50, 50)


def test_groups_of_one_are_no_groups_and_copies_of_a_case_add_nothing():
    values = np.random.default_rng(1).normal(size=30)
    alone = interval(values)
    assert interval(values, np.arange(30)) == alone
    copied = interval(np.repeat(values, 4), np.repeat(np.arange(30), 4))
    assert (copied.low, copied.high) == pytest.approx((alone.low, alone.high))
    assert interval(np.repeat(values, 4)).high < alone.high


def test_too_few_values_have_no_interval():
    one = interval(np.array([0.5]))
    assert one.mean == 0.5
    assert np.isnan([one.low, one.high, one.error]).all()
    assert np.isnan(interval(np.array([0.5, 0.6]), np.array([1, 1])).low)
    assert np.isnan(interval(np.array([NAN])).mean)


@pytest.mark.fault("G: intervals hold the truth as often as they say, of {id} users")
@pytest.mark.parametrize("users", [400, 60])
def test_intervals_hold_the_truth_as_often_as_they_say(users):
    """A hit rate of .3 whose cases depend on their user; 1,000 seeded evaluations."""
    random = np.random.default_rng(7)
    held, naive = 0, 0
    for _ in range(1000):
        sizes = random.integers(1, 8, users)
        groups = np.repeat(np.arange(users), sizes)
        hits = (random.random(len(groups)) < np.repeat(random.beta(0.6, 1.4, users), sizes)).astype(float)
        found, plain = interval(hits, groups), interval(hits)
        held += found.low <= 0.3 <= found.high
        naive += plain.low <= 0.3 <= plain.high
    # Three standard errors of a share of .95 in 1,000 are .021; a cluster-robust error is a little small for few users.
    assert 0.92 <= held / 1000 <= 0.975
    assert naive / 1000 < 0.9


def test_the_t_test_is_scipys():
    random = np.random.default_rng(2)
    one, other = random.normal(size=40), random.normal(0.2, 1, 40)
    assert paired_t(one - other) == pytest.approx(stats.ttest_rel(one, other).pvalue)


def test_the_randomisation_test_enumerates_small_samples():
    differences = np.array([1.2, -0.4, 2.2, 0.3, 1.1, -0.1, 0.9])
    theirs = stats.permutation_test(
        (differences,), lambda x, axis: x.mean(axis=axis), permutation_type="samples", n_resamples=np.inf
    )
    assert randomisation(differences) == pytest.approx(theirs.pvalue)
    # All of n alike: only the two tables with one sign throughout are as extreme.
    assert randomisation(np.full(8, 0.5)) == 2 / 2**8


def test_the_randomisation_test_agrees_with_t_on_many_cases_and_is_seeded():
    differences = np.random.default_rng(3).normal(0.06, 1, 1000)
    found = randomisation(differences)
    assert found == pytest.approx(paired_t(differences), abs=0.01)
    assert found == randomisation(differences)


def test_the_smallest_p_of_drawn_tables_is_not_0():
    assert randomisation(np.ones(100), draws=999) == 1 / 1000


def test_no_difference_is_no_evidence():
    assert randomisation(np.zeros(30)) == 1
    assert paired_t(np.zeros(30)) == 1
    assert np.isnan(randomisation(np.array([0.4])))
    assert np.isnan(paired_t(np.array([0.4])))


def test_cases_of_one_group_change_sign_together():
    # Two groups: four tables, of which two are as extreme. As single cases, it would be 2 of 2^12.
    differences, groups = np.ones(12), np.repeat([0, 1], 6)
    assert randomisation(differences, groups) == 0.5
    assert randomisation(differences) == 2 / 2**12


@pytest.mark.fault("G: p under the null hypothesis is uniform")
def test_under_the_null_hypothesis_p_is_uniform():
    random = np.random.default_rng(4)
    found = [randomisation(random.exponential(size=40) - random.exponential(size=40), draws=400) for _ in range(500)]
    # Three standard errors: sqrt(.05 x .95 / 500) x 3 = .029.
    assert np.mean(np.array(found) <= 0.05) == pytest.approx(0.05, abs=0.03)
    assert np.mean(np.array(found) <= 0.5) == pytest.approx(0.5, abs=0.07)


@pytest.mark.fault("G: Holm: known answers")
def test_holm_by_hand():
    # 3 x .01, 2 x .02, then .04 but not less than what is before it.
    assert holm(np.array([0.04, 0.01, 0.02])).tolist() == pytest.approx([0.04, 0.03, 0.04])
    # R: p.adjust(c(.01, .02, .03, .04, .05), "holm")
    assert holm(np.array([0.01, 0.02, 0.03, 0.04, 0.05])).tolist() == pytest.approx([0.05, 0.08, 0.09, 0.09, 0.09])
    assert holm(np.array([0.6, 0.7])).tolist() == [1.0, 1.0]


@pytest.mark.fault("G: Benjamini and Hochberg: known answers")
def test_benjamini_hochberg_by_hand_and_scipys():
    assert benjamini_hochberg(np.array([0.04, 0.01, 0.02])).tolist() == pytest.approx([0.04, 0.03, 0.03])
    p = np.random.default_rng(5).random(20) ** 3
    assert benjamini_hochberg(p) == pytest.approx(stats.false_discovery_control(p))


@pytest.mark.parametrize("correct", [holm, benjamini_hochberg])
def test_a_test_that_was_not_made_corrects_nothing(correct):
    assert correct(np.array([0.02, NAN])).tolist() == pytest.approx([0.02, NAN], nan_ok=True)
    assert correct(np.array([])).tolist() == []


def runs(count: int = 200) -> dict[str, dict[str, np.ndarray]]:
    random = np.random.default_rng(6)
    base = random.random(count)
    base[3] = NAN
    return {
        "a": {"NDCG@10": base, "MRR": base**2},
        "b": {"NDCG@10": base + random.normal(0.1, 0.1, count), "MRR": base**2},
        "c": {"NDCG@10": base + random.normal(0, 0.1, count), "MRR": base**2 + random.normal(0, 0.1, count)},
    }


def test_every_two_runs_on_every_metric_corrected_together():
    rows = compare(runs())
    assert [(row.metric, row.first, row.second) for row in rows] == [
        (metric, *both) for metric in ("NDCG@10", "MRR") for both in (("a", "b"), ("a", "c"), ("b", "c"))
    ]
    better = rows[0]
    assert better.difference == pytest.approx(better.second_mean - better.first_mean)
    assert 0 < better.low < better.difference < better.high
    assert (better.cases, better.p, better.p_holm) == (199, pytest.approx(1 / 10_001), pytest.approx(6 / 10_001))
    assert [row.p_holm for row in rows] == pytest.approx(holm(np.array([row.p for row in rows])))
    assert rows[3].difference == 0
    assert rows[3].p == 1
    assert all(set(row.to_json()) == set(rows[0].to_json()) for row in rows)


def test_two_cases_of_one_user_say_nothing_of_a_difference():
    (row,) = compare({"a": {"M": np.zeros(2)}, "b": {"M": np.array([0.1, 0.3])}}, groups=np.array([4, 4]))
    assert row.difference == pytest.approx(0.2)
    assert (row.low, row.p, row.p_holm, row.p_t) == (None, None, None, None)


def test_what_cannot_be_compared_is_refused():
    both = runs()
    with pytest.raises(InputError, match="two runs or more"):
        compare({"a": both["a"]})
    with pytest.raises(InputError, match="not every run has values of MAP@5"):
        compare(both, metrics=["MAP@5"])
    with pytest.raises(InputError, match="200 cases and c on 2"):
        compare({"a": both["a"], "c": {"MRR": np.zeros(2)}})
    with pytest.raises(InputError, match="any one metric"):
        compare({"a": both["a"], "c": {"R": np.zeros(2)}})


class First:
    """1 where the first positive is ranked first."""

    name, definition, higher_is_better = "First", "", True

    def values(self, ranked: Ranked) -> np.ndarray:
        return (ranked.ranks[ranked.offsets[:-1]] == 1).astype(float)


def result(keys, ranks, **setting) -> Result:
    count = len(keys)
    ranked = Ranked(np.array(ranks, float), np.arange(count + 1), np.zeros((count, 0), int), np.full(count, 9), 9)
    return measure(ranked, [First()], Setting(part="test", **setting), keys=np.array(keys), groups=np.array(keys) % 2)


def test_results_are_paired_by_the_keys_of_their_cases():
    one, other = result([5, 2, 9, 4], [1, 1, 2, 2]), result([9, 5, 4, 2], [2, 1, 2, 1])
    (row,) = compare_results({"one": one, "other": other})
    assert (row.difference, row.low, row.high) == (0, 0, 0)
    (row,) = compare_results({"one": one, "other": result([9, 5, 4, 2], [1, 1, 2, 1])})
    assert (row.first_mean, row.second_mean) == (0.5, 0.75)


@pytest.mark.fault("G: results of another question are not compared: {id}")
@pytest.mark.parametrize(
    ("other", "message"),
    [
        (result([1, 2], [1, 1], candidates="100 sampled"), "one and other differ in candidates: 'all rows' and '100"),
        (result([1, 2], [1, 1], seen="include"), "differ in seen"),
        (result([1, 2], [1, 1], data="abc"), "differ in data"),
        (result([1, 3], [1, 1]), "other cases"),
        (result([1], [1]), "other cases"),
    ],
    ids=["candidates", "seen", "data", "other cases", "fewer cases"],
)
def test_results_that_answer_another_question_are_not_compared(other, message):
    with pytest.raises(InputError, match=message):
        compare_results({"one": result([1, 2], [1, 1]), "other": other})
