"""Segments: what shows where, how long they are, and whose they are."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from lmrs_plugins import Env, ExampleRandom, View
from lmrs_sequence.transforms.options import Segments as Options
from lmrs_sequence.transforms.segments import Segments

LENGTH = 8


def lists_of(count: int, length: int = LENGTH) -> list[list[int]]:
    """Histories of their own items: those of list i are i * 10 … i * 10 + length - 1."""
    return [list(range(10 * row, 10 * row + length)) for row in range(count)]


def drawn(bundle_of, examples_of, lists, seed=1, items=20_000, **options):
    examples = examples_of(lists)
    segments = Segments(Env(bundle_of(lists, items)), Options(**options))
    return segments.views(examples, ExampleRandom(seed, examples.keys))


def test_three_views_of_one_history_fit_together(bundle_of, examples_of) -> None:
    lists = lists_of(500)
    views = drawn(bundle_of, examples_of, lists)
    around, segment, other = (views[name] for name in ("input", "segment", "other"))
    inside = around.special == View.MASK
    assert np.array_equal(around["item"], np.array(lists) * ~inside)
    assert np.array_equal(segment["item"], np.array(lists) * inside)
    for view in (segment, other):
        assert np.array_equal(view.special == View.MASK, ~inside)
        assert view.mask.all()
    places = [np.flatnonzero(row) for row in inside]
    assert all(np.array_equal(at, np.arange(at[0], at[-1] + 1)) for at in places), "a segment has no gap"


def test_lengths_and_places_are_even(bundle_of, examples_of) -> None:
    inside = drawn(bundle_of, examples_of, lists_of(2000))["input"].special > 0
    lengths = inside.sum(1)
    assert np.allclose(np.bincount(lengths)[1:] / 2000, [0.25] * 4, atol=0.04)
    starts = inside.argmax(1)[lengths == 4]
    assert np.allclose(np.bincount(starts) / len(starts), [0.2] * 5, atol=0.08)


def test_another_segment_is_a_stretch_of_the_other_histories(bundle_of, examples_of) -> None:
    lists = lists_of(300)
    views = drawn(bundle_of, examples_of, lists)
    flat = np.concatenate(lists)
    following = dict(zip(flat.tolist(), np.roll(flat, -1).tolist(), strict=True))
    owners = []
    for row, (items, special) in enumerate(zip(views["other"]["item"], views["other"].special, strict=True)):
        shown = items[special == 0].tolist()
        assert all(following[one] == two for one, two in pairwise(shown))
        assert row not in {item // 10 for item in shown}, "none of its own"
        owners.append(shown[0] // 10)
    assert len(set(owners)) > 100


def test_alone_it_is_told_from_items_of_anywhere(bundle_of, examples_of) -> None:
    lists = lists_of(1)
    found = np.concatenate(
        [drawn(bundle_of, examples_of, lists, seed, items=50)["other"]["item"].ravel() for seed in range(200)]
    )
    assert found.max() < 50
    assert len(set(found.tolist())) > 40


def test_short_and_long_histories(bundle_of, examples_of) -> None:
    lists = [[], [3], [4, 5], list(range(6, 18))]
    views = drawn(bundle_of, examples_of, lists, length=10)
    assert views["input"].mask.sum(1).tolist() == [0, 1, 2, 10]
    assert (views["input"].special > 0).sum(1).tolist()[:3] == [0, 1, 1]
    assert views["segment"]["item"][1, 0] == 3
    assert not (views["other"].special[0]).any()
    shown = views["input"]["item"][3] + views["segment"]["item"][3]
    assert shown.tolist() == list(range(8, 18)), "a long one keeps its end"


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_prefixes_end_anywhere(bundle_of, examples_of, share) -> None:
    lengths = drawn(bundle_of, examples_of, lists_of(700), prefixes=share)["input"].mask.sum(1)
    assert lengths.min() == (2 if share else LENGTH)
    assert lengths.max() == LENGTH
    assert not share or np.allclose(np.bincount(lengths)[2:] / 700, [1 / 7] * 7, atol=0.06)


def test_nothing_is_hidden_where_it_is_looked_at(bundle_of, examples_of) -> None:
    views = Segments(Env(bundle_of([[1, 2]], 9)), Options(length=3)).views(examples_of([[1, 2, 3, 4], [5]]), None)
    assert list(views) == ["input"]
    assert views["input"].special is None
    assert views["input"]["item"].tolist() == [[2, 3, 4], [5, 0, 0]]
