"""Sampled candidates."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lmrs.evaluation.candidates import ALL, GIVEN, Sampled, label, padded
from lmrs.evaluation.ranking import rank
from lmrs_plugins.errors import InputError
from lmrs_plugins.ragged import Ragged

POPULARITY = np.array([0, 50, 1, 1, 30, 0, 9, 9, 0, 100, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
CASES = 60


def cases(seed: int = 1) -> tuple[np.ndarray, Ragged, Ragged]:
    random = np.random.default_rng(seed)
    keys = random.permutation(10_000)[:CASES]
    positives = Ragged.of([random.choice(20, random.integers(0, 3), replace=False) for _ in range(CASES)])
    seen = Ragged.of([random.choice(20, random.integers(0, 6), replace=False) for _ in range(CASES)])
    return keys, positives, seen


@pytest.mark.fault("G: sampled candidates are neither right nor seen: {id}")
@pytest.mark.parametrize("by", ["uniform", "popularity"])
@settings(max_examples=30, deadline=None)
@given(count=st.integers(1, 25), seed=st.integers(0, 1000), exclude=st.booleans())
def test_negatives_are_distinct_and_neither_positive_nor_seen(by, count, seed, exclude):
    keys, positives, seen = cases(seed)
    drawn = Sampled(20, count, by, seed, POPULARITY).draw(keys, positives, seen if exclude else None)
    for case in range(CASES):
        right = positives[case].tolist()
        negatives = drawn[case].tolist()[: len(drawn[case]) - len(right)]
        assert drawn[case].tolist()[len(negatives) :] == right
        barred = set(right) | (set(seen[case].tolist()) if exclude else set())
        allowed = {row for row in range(20) if row not in barred and (by == "uniform" or POPULARITY[row] > 0)}
        assert len(set(negatives)) == len(negatives) == min(count, len(allowed))
        assert set(negatives) <= allowed


@pytest.mark.fault("G: sampled candidates in any batch: {id}")
@pytest.mark.parametrize("by", ["uniform", "popularity"])
@pytest.mark.parametrize("size", [1, 7, 60])
def test_a_case_has_the_same_negatives_in_any_batch(by, size):
    keys, positives, seen = cases()
    sampled = Sampled(20, 6, by, 3, POPULARITY)
    whole = sampled.draw(keys, positives, seen)
    order = np.random.default_rng(0).permutation(CASES)
    for start in range(0, CASES, size):
        part = order[start : start + size]
        batch = sampled.draw(keys[part], positives.take(part), seen.take(part))
        for place, case in enumerate(part):
            assert batch[place].tolist() == whole[case].tolist()


@pytest.mark.fault("G: sampled candidates: by the seed alone")
def test_the_seed_decides():
    keys, positives, seen = cases()
    one, again, other = (Sampled(20, 6, "uniform", seed).draw(keys, positives, seen) for seed in (3, 3, 4))
    assert np.array_equal(one.values, again.values)
    assert not np.array_equal(one.values, other.values)


def drawn_shares(count: int, by: str, weights: np.ndarray) -> np.ndarray:
    """How often each row is drawn for 20,000 cases without positives."""
    nothing = Ragged(np.empty(0, np.int64), np.zeros(20_001, np.int64))
    drawn = Sampled(len(weights), count, by, 5, weights).draw(np.arange(20_000), nothing, None)
    return np.bincount(drawn.values, minlength=len(weights)) / 20_000


def test_uniform_draws_are_uniform():
    # Some four standard errors: sqrt(.3 x .7 / 20,000) = .0032.
    assert drawn_shares(3, "uniform", np.ones(10)) == pytest.approx(np.full(10, 0.3), abs=0.014)


def test_popular_rows_are_drawn_as_if_one_by_one():
    weights = np.array([0, 1, 2, 5])
    p = weights / 8
    # Two draws without replacement: first i, then j out of the rest.
    pairs = np.array([[0 if i == j else p[i] * p[j] / (1 - p[i]) for j in range(4)] for i in range(4)])
    wanted = pairs.sum(0) + pairs.sum(1)
    assert drawn_shares(1, "popularity", weights) == pytest.approx(p, abs=0.014)
    assert drawn_shares(2, "popularity", weights) == pytest.approx(wanted, abs=0.014)


def test_sampled_candidates_are_ranked_with_the_positives_among_them():
    keys, positives, seen = cases()
    candidates = padded(Sampled(20, 5, "uniform", 1).draw(keys, positives, seen))
    scores = torch.from_numpy(np.random.default_rng(2).normal(size=(CASES, 20)))
    chosen = scores.gather(1, torch.from_numpy(np.maximum(candidates, 0)))
    ranked = rank(chosen, positives, rows=20, seen=seen, candidates=candidates, top=3)
    reachable = [len(set(positives[case]) - set(seen[case])) for case in range(CASES)]
    assert ranked.candidates.tolist() == [5 + number for number in reachable]
    assert int(np.isfinite(ranked.ranks).sum()) == sum(reachable)
    assert ranked.ranks[np.isfinite(ranked.ranks)].max() <= 7


@pytest.mark.fault("G: sampled candidates are labelled: words")
def test_labels_say_what_the_numbers_rest_on():
    assert Sampled(20, 100, "popularity", 1, POPULARITY).label("exclude") == (
        "100 sampled by popularity, excluding seen, + positives"
    )
    assert Sampled(20, 9, "uniform", 1).label("include") == "9 sampled uniformly, seen ones too, + positives"
    assert label(ALL, "exclude") == "all rows, excluding seen"
    assert label(GIVEN, "include") == "rows given by the data, seen ones too"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((20, 0, "uniform", 1), "a number from 1"),
        ((20, 5, "popularity", 1), "need the training events"),
        ((3, 5, "popularity", 1, np.zeros(3)), "none stands in a training event"),
    ],
)
def test_what_cannot_be_drawn_is_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        Sampled(*arguments)
