"""Next items and negatives."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest

from lmrs_plugins import Env, ExampleRandom, InputError
from lmrs_sequence.transforms.next import Next
from lmrs_sequence.transforms.options import Next as Options


def views_of(transform, examples, seed=0):
    return transform.views(examples, ExampleRandom(seed, examples.keys))


def test_the_target_is_the_item_after_each_position(many, examples_of) -> None:
    views = views_of(Next(many[0], Options()), examples_of([[1, 2, 3, 4], [5, 6], [7], []]))
    assert views["input"]["item"].tolist() == [[1, 2, 3], [5, 0, 0], [0, 0, 0], [0, 0, 0]]
    assert views["input"].mask.sum(1).tolist() == [3, 1, 0, 0]
    assert views["target"]["item"].tolist() == [2, 3, 4, 6]
    assert views["target"]["at"].tolist() == [0, 1, 2, 3]
    assert set(views) == {"input", "target"}


def test_long_histories_keep_their_end(many, examples_of) -> None:
    transform, examples = Next(many[0], Options(length=3)), examples_of([[1, 2, 3, 4, 5, 6], [7, 8]])
    views = views_of(transform, examples)
    assert views["input"]["item"].tolist() == [[3, 4, 5], [7, 0, 0]]
    assert views["target"]["item"].tolist() == [4, 5, 6, 8]
    assert transform.views(examples, None)["input"]["item"].tolist() == [[4, 5, 6], [7, 8, 0]]
    assert list(transform.views(examples, None)) == ["input"]


def test_whose_a_history_is_stands_at_every_position(many, examples_of) -> None:
    examples = examples_of([[1, 2, 3], [5, 6]])
    examples = replace(examples, columns={**examples.columns, "user": np.array([4, -1])})
    transform = Next(many[0], Options(also=["user"]))
    trained, asked = views_of(transform, examples)["input"], transform.views(examples, None)["input"]
    assert trained["user"].tolist() == [[4, 4], [-1, 0]]
    assert trained.subjects["user"] == "user"
    assert asked["user"].tolist() == [[4, 4, 4], [-1, -1, -1]], "-1 is nobody, and has no vector"


def test_last_only(many, examples_of) -> None:
    views = views_of(Next(many[0], Options(last_only=True)), examples_of([[1, 2, 3, 4], [5, 6], [7]]))
    assert views["target"]["item"].tolist() == [4, 6]
    assert views["target"]["at"].tolist() == [2, 3]
    assert views["input"].mask.sum(1).tolist() == [3, 1, 0]


def test_empty_batches_have_a_position_and_no_target(many, examples_of) -> None:
    transform = Next(many[0], Options(negatives=2, shared=3))
    views = views_of(transform, examples_of([[], [4]]))
    assert views["input"]["item"].shape == (2, 1)
    assert views["target"]["item"].shape == (0,)
    assert views["negative"]["item"].shape == (0, 2)
    assert transform.views(examples_of([[]]), None)["input"].mask.tolist() == [[False]]


def test_negatives_are_never_of_the_examples_own_list(bundle_of, examples_of) -> None:
    """Longer lists than `length`, items twice, almost nothing left to draw."""
    lists = [[0, 3, 0, 5, 7, 2], [9, 8, 7, 6, 5, 4, 3, 2, 1], [4, 4]]
    transform = Next(Env(bundle_of(lists, 10)), Options(length=3, negatives=50))
    views = views_of(transform, examples_of(lists))
    owner = views["target"]["at"] // 3
    for target, row in zip(views["negative"]["item"], owner, strict=True):
        assert not set(target.tolist()) & set(lists[row])
    assert (views["negative"]["item"][owner == 1] == 0).all()
    assert set(views["negative"]["item"][owner == 2].ravel().tolist()) == set(range(10)) - {4}


def test_negatives_are_even_over_what_is_left(bundle_of, examples_of) -> None:
    own = [0, 2, 3, 9]
    transform = Next(Env(bundle_of([own], 10)), Options(negatives=4000))
    counts = np.bincount(views_of(transform, examples_of([own]))["negative"]["item"].ravel(), minlength=10)
    assert counts[own].tolist() == [0, 0, 0, 0]
    assert np.allclose(counts[[1, 4, 5, 6, 7, 8]] / counts.sum(), 1 / 6, atol=0.02)


def test_negatives_do_not_depend_on_the_batch(many, examples_of) -> None:
    env, examples = many
    transform = Next(env, Options(negatives=3))
    whole = views_of(transform, examples)
    owner = whole["target"]["at"] // whole["input"]["item"].shape[1]
    for row in (3, 20, 39):
        one = examples_of([examples.lists("item")[row]], keys=[row])
        assert np.array_equal(views_of(transform, one)["negative"]["item"], whole["negative"]["item"][owner == row])
    assert not np.array_equal(views_of(transform, examples, seed=1)["negative"]["item"], whole["negative"]["item"])


def test_a_list_of_everything_leaves_no_negatives(bundle_of, examples_of) -> None:
    transform = Next(Env(bundle_of([[0, 1, 2]], 3)), Options(negatives=1))
    with pytest.raises(InputError, match=r"all 3 items.*loss: ce"):
        views_of(transform, examples_of([[0, 1, 2]]))


@pytest.mark.parametrize("by", ["uniform", "popularity"])
def test_shared_items_come_with_the_logarithm_of_their_chance(bundle_of, examples_of, by) -> None:
    history = [0] * 6 + [1] * 2 + [2]
    transform = Next(Env(bundle_of([history], 4)), Options(shared=40_000, shared_by=by))
    views = views_of(transform, examples_of([[0, 1, 2, 0]]))
    chance = np.array([7, 3, 2, 1]) / 13 if by == "popularity" else np.full(4, 0.25)
    rows = views["shared"]["item"]
    assert np.allclose(np.bincount(rows, minlength=4) / len(rows), chance, atol=0.015)
    assert np.allclose(views["shared"]["logq"], np.log(chance)[rows])
    assert np.allclose(views["shared"]["target_logq"], np.log(chance)[[1, 2, 0]])


def test_it_is_pickled_to_workers(many) -> None:
    env, examples = many
    transform = Next(env, Options(negatives=2, shared=9))
    again = pickle.loads(pickle.dumps(transform))
    for name, view in views_of(transform, examples).items():
        assert np.array_equal(view["item"], views_of(again, examples)[name]["item"])
