"""Hidden items."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import torch

from lmrs_plugins import Encoding, Env, ExampleRandom, View
from lmrs_sequence.encoders.item_id import ItemId
from lmrs_sequence.encoders.options import ItemId as ItemOptions
from lmrs_sequence.encoders.options import Transformer as TransformerOptions
from lmrs_sequence.encoders.transformer import Transformer
from lmrs_sequence.transforms.cloze import Cloze
from lmrs_sequence.transforms.options import Cloze as Options


def drawn(many, seed=3, **options):
    env, examples = many
    return Cloze(env, Options(**options)).views(examples, ExampleRandom(seed, examples.keys))


def test_at_points_to_the_hidden_positions_and_nothing_else_changes(many) -> None:
    views = drawn(many)
    seen, target = views["input"], views["target"]
    full, mask = many[1].lists("item").padded(seen["item"].shape[1])
    hidden = seen.special == View.MASK
    assert np.array_equal(seen.mask, mask)
    assert np.array_equal(np.flatnonzero(hidden), target["at"])
    assert np.array_equal(full[hidden], target["item"])
    assert np.array_equal(seen["item"], np.where(hidden, 0, full))
    assert not (hidden & ~mask).any()
    assert set(np.unique(seen.special)) == {0, View.MASK}


def test_every_list_hides_something_even_at_a_low_rate(many) -> None:
    views = drawn(many, rate=0.001, last=0.0)
    assert (views["input"].special > 0).sum(1).tolist() == [1] * 60


def test_the_hidden_item_cannot_be_read_from_the_input(many) -> None:
    """States are the same whatever the hidden items were, and whatever row stands under the code."""
    views = drawn(many)
    view = views["input"].map(torch.as_tensor)
    item = ItemId(many[0], ItemOptions(width=8))
    history = Transformer(Env(many[0].bundle, widths={"over": 8}), TransformerOptions(dropout=0.0))
    known = item(view["item"])
    other = torch.where(view.special > 0, (view["item"] + 123) % 500, view["item"])
    states = [
        history(Encoding(vectors=item(rows).vectors, mask=known.mask | (view.special > 0)), view.mask, view.special)
        for rows in (view["item"], other)
    ]
    assert not torch.equal(view["item"], other)
    assert torch.equal(states[0].states, states[1].states)


def test_share_of_hidden_positions_and_of_last_only(bundle_of, examples_of) -> None:
    lists = [list(range(40))] * 3000
    cloze = Cloze(Env(bundle_of([list(range(40))], 40)), Options(rate=0.3, last=0.25, length=40))
    examples = examples_of(lists)
    hidden = cloze.views(examples, ExampleRandom(1, examples.keys))["input"].special > 0
    alone = (hidden.sum(1) == 1) & hidden[:, -1]
    assert alone.mean() == pytest.approx(0.25, abs=0.04)  # five deviations of 3,000 coins
    assert hidden[~alone].mean() == pytest.approx(0.3, abs=0.01)
    assert np.allclose(hidden[~alone].mean(0), 0.3, atol=0.055)


def test_prefixes_ask_for_every_item_of_a_history_in_turn(bundle_of, examples_of) -> None:
    items = list(range(10, 16))
    cloze = Cloze(Env(bundle_of([items], 20)), Options(last=1.0, prefixes=0.8, length=10))
    examples = examples_of([items] * 4000)
    views = cloze.views(examples, ExampleRandom(1, examples.keys))
    seen, target = views["input"], views["target"]["item"]
    lengths = seen.mask.sum(1)
    place = np.flatnonzero(seen.special > 0) % seen.mask.shape[1]
    assert np.array_equal(place, lengths - 1)  # what follows the hidden item is gone
    assert np.array_equal(target, 10 + place)
    shares = np.bincount(target, minlength=16)[11:] / 4000
    assert np.allclose(shares, [0.16, 0.16, 0.16, 0.16, 0.36], atol=0.03)  # four deviations; 0.2 are whole
    assert np.bincount(target)[10] == 0  # the first has nothing to be guessed from


def test_a_history_of_one_survives_prefixes(bundle_of, examples_of) -> None:
    cloze = Cloze(Env(bundle_of([[3]], 5)), Options(last=1.0, prefixes=1.0))
    examples = examples_of([[3], [1, 2]])
    assert cloze.views(examples, ExampleRandom(1, examples.keys))["target"]["item"].tolist() == [3, 2]


def test_no_more_than_max_masked_and_those_evenly(bundle_of, examples_of) -> None:
    examples = examples_of([list(range(20))] * 4000)
    cloze = Cloze(Env(bundle_of([list(range(20))], 20)), Options(rate=0.9, last=0.0, max_masked=4, length=20))
    hidden = cloze.views(examples, ExampleRandom(1, examples.keys))["input"].special > 0
    assert hidden.sum(1).max() == 4
    assert np.allclose(hidden.mean(0), 0.2, atol=0.035)


@pytest.mark.parametrize("options", [{}, {"negatives": 3}, {"max_masked": 3, "rate": 0.8}, {"prefixes": 0.7}], ids=str)
def test_an_example_is_masked_the_same_in_any_batch(many, examples_of, options) -> None:
    env, examples = many
    cloze = Cloze(env, Options(**options))
    whole = cloze.views(examples, ExampleRandom(3, examples.keys))
    owner = whole["target"]["at"] // whole["input"]["item"].shape[1]
    for row in (5, 17, 39):
        one = examples_of([examples.lists("item")[row]], keys=[row])
        alone = cloze.views(one, ExampleRandom(3, one.keys))
        width = alone["input"]["item"].shape[1]
        assert np.array_equal(alone["input"].special[0], whole["input"].special[row, :width])
        assert np.array_equal(alone["target"]["item"], whole["target"]["item"][owner == row])
        if "negatives" in options:
            assert np.array_equal(alone["negative"]["item"], whole["negative"]["item"][owner == row])


def test_seeds_differ(many) -> None:
    assert not np.array_equal(drawn(many, seed=1)["input"].special, drawn(many, seed=2)["input"].special)


def test_long_histories_keep_their_end_and_short_batches_are_narrow(many, examples_of) -> None:
    env, _ = many
    cloze = Cloze(env, Options(length=5, last=1.0))
    examples = examples_of([[1, 2, 3, 4, 5, 6, 7], [8, 9]])
    views = cloze.views(examples, ExampleRandom(0, examples.keys))
    assert views["input"]["item"].tolist() == [[3, 4, 5, 6, 0], [8, 0, 0, 0, 0]]
    assert views["target"]["item"].tolist() == [7, 9]
    assert views["target"]["at"].tolist() == [4, 6]
    short = examples_of([[8, 9], []])
    assert cloze.views(short, ExampleRandom(0, short.keys))["input"]["item"].shape == (2, 2)


def test_evaluation_appends_a_mask_to_the_last_items(many, examples_of) -> None:
    cloze = Cloze(many[0], Options(length=4))
    views = cloze.views(examples_of([[1, 2, 3, 4, 5], [6], []]), None)
    assert list(views) == ["input"]
    assert views["input"]["item"].tolist() == [[3, 4, 5, 0], [6, 0, 0, 0], [0, 0, 0, 0]]
    assert views["input"].special.tolist() == [[0, 0, 0, 1], [0, 1, 0, 0], [1, 0, 0, 0]]
    assert views["input"].mask.tolist() == [[True] * 4, [True, True, False, False], [True, False, False, False]]


def test_it_is_pickled_to_workers(many) -> None:
    env, examples = many
    for cloze in (Cloze(env, Options(negatives=2, shared=9)), Cloze(env, Options())):
        again = pickle.loads(pickle.dumps(cloze))
        first, second = (one.views(examples, ExampleRandom(4, examples.keys)) for one in (cloze, again))
        for name, view in first.items():
            assert np.array_equal(view["item"], second[name]["item"])
        assert len(pickle.dumps(cloze)) < 20_000  # counts of items at most, not the data


def test_the_last_item_is_hidden_beside_the_others(bundle_of, examples_of) -> None:
    examples = examples_of([list(range(10))] * 2000)
    cloze = Cloze(Env(bundle_of([list(range(10))], 10)), Options(rate=0.2, last=0.0, end=True, max_masked=3))
    hidden = cloze.views(examples, ExampleRandom(1, examples.keys))["input"].special > 0
    assert hidden[:, -1].all()
    assert np.allclose(hidden[:, :-1].mean(0), 0.2, atol=0.04)
    assert hidden[:, :-1].any(1).mean() < 0.9, "nothing is hidden in its stead where the others all show"
