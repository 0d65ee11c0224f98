"""Randomness by example."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmrs_plugins import ExampleRandom

KEYS = np.arange(2000, dtype=np.int64)


@given(st.integers(0, 2**64), st.lists(st.integers(0, 2**40), min_size=1, max_size=20, unique=True), st.data())
def test_an_example_draws_the_same_numbers_in_any_batch(seed: int, keys: list[int], data: st.DataObject) -> None:
    chosen = data.draw(st.permutations(range(len(keys))))[: data.draw(st.integers(1, len(keys)))]
    whole = ExampleRandom(seed, np.asarray(keys, dtype=np.int64))
    part = ExampleRandom(seed, np.asarray([keys[place] for place in chosen], dtype=np.int64))
    for shape in ((), (3,), (2, 2)):
        assert (part.uniform(*shape) == whole.uniform(*shape)[list(chosen)]).all()


def test_uniform_is_uniform_within_and_across_examples() -> None:
    draws = ExampleRandom(7, KEYS).uniform(50)
    assert draws.min() >= 0
    assert draws.max() < 1
    counts = np.histogram(draws, bins=20, range=(0, 1))[0]
    expected = draws.size / 20
    assert ((counts - expected) ** 2 / expected).sum() < 43.8  # chi-square with 19 degrees of freedom, p = 0.001
    assert abs(draws.mean(1) - 0.5).max() < 5 * 12**-0.5 / 50**0.5
    neighbours = np.corrcoef(draws[:-1].ravel(), draws[1:].ravel())[0, 1]
    assert abs(neighbours) < 0.02
    assert abs(np.corrcoef(draws[:, :-1].ravel(), draws[:, 1:].ravel())[0, 1]) < 0.02


@pytest.mark.parametrize("bound", [1, 2, 7])
def test_integers_stay_below_their_bound_and_reach_it(bound: int) -> None:
    draws = ExampleRandom(3, KEYS).integers(bound, 4)
    assert set(np.unique(draws).tolist()) == set(range(bound))


def test_calls_go_on_and_seeds_differ() -> None:
    random = ExampleRandom(1, KEYS[:10])
    first, second = random.uniform(5), random.uniform(5)
    assert not np.intersect1d(first, second).size
    assert not np.intersect1d(first, ExampleRandom(2, KEYS[:10]).uniform(5)).size
    assert (first == ExampleRandom(1, KEYS[:10]).uniform(5)).all()


def test_what_a_batch_shares_depends_on_seed_and_keys_and_not_on_their_order() -> None:
    keys = KEYS[:6]
    shared = ExampleRandom(1, keys).generator().integers(0, 2**60, 3)
    assert (shared == ExampleRandom(1, keys[::-1].copy()).generator().integers(0, 2**60, 3)).all()
    assert (shared != ExampleRandom(1, keys + 1).generator().integers(0, 2**60, 3)).all()
    assert (shared != ExampleRandom(2, keys).generator().integers(0, 2**60, 3)).all()
