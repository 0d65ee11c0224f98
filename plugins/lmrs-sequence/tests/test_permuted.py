"""Permutation language modelling: what is hidden, in which order, and who sees what."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import torch

from lmrs_plugins import Encoding, Env, ExampleRandom, Examples, View
from lmrs_sequence.encoders.options import Transformer as TransformerOptions
from lmrs_sequence.encoders.transformer import Transformer
from lmrs_sequence.transforms.options import Permuted as Options
from lmrs_sequence.transforms.permuted import Permuted


@pytest.fixture
def drawn(many):
    env, examples = many
    permuted = Permuted(env, Options(length=20, rate=0.5, span=3))
    return permuted.views(examples, ExampleRandom(5, examples.keys)), examples


def targets_of(views):
    """For each example: places, ranks and items of its targets."""
    shown, target = views["input"], views["target"]
    width = shown["item"].shape[1]
    owner, column = np.divmod(target["at"], width)
    found: dict[int, list[tuple[int, int, int]]] = {row: [] for row in range(len(shown["item"]))}
    for row, place, item in zip(owner, column, target["item"], strict=True):
        found[row].append((shown["position"][row, place], shown["order"][row, place], item))
    return found


def test_queries_stand_for_places_of_the_history_and_show_nothing(drawn) -> None:
    views, examples = drawn
    shown = views["input"]
    history = (shown.special == 0) & shown.mask
    for row, targets in targets_of(views).items():
        items = examples.lists("item")[row][-20:]
        assert shown["item"][row][history[row]].tolist() == items.tolist(), "the content stream is the history"
        assert targets, "each list has a target"
        assert len({place for place, *_ in targets}) == len(targets)
        for place, rank, item in targets:
            assert item == items[place]
            assert rank == shown["order"][row][place] > 0
        queries = shown.special[row] == View.MASK
        assert queries.sum() == len(targets)
        assert not shown["item"][row][queries].any()


def test_targets_have_an_order_of_their_own_behind_all_others(drawn) -> None:
    views, _ = drawn
    sorted_already = 0
    for row, targets in targets_of(views).items():
        ranks = [rank for _, rank, _ in sorted(targets)]
        assert sorted(ranks) == list(range(1, len(ranks) + 1))
        sorted_already += ranks == sorted(ranks)
        content = (views["input"].special[row] == 0) & views["input"].mask[row]
        assert (views["input"]["order"][row][content] > 0).sum() == len(ranks)
    assert sorted_already < len(targets_of(views)), "the order is not that of the history"


def test_spans_cover_the_share_that_was_asked_for(bundle_of, examples_of) -> None:
    env, examples = Env(bundle_of([list(range(200))], 200)), examples_of([list(range(60))] * 400)
    for rate in (1 / 6, 0.5):
        permuted = Permuted(env, Options(length=60, rate=rate, span=5))
        share = len(permuted.views(examples, ExampleRandom(1, examples.keys))["target"]["item"]) / (400 * 60)
        assert share == pytest.approx(rate, rel=0.1)


def test_no_span_is_longer_than_asked(bundle_of, examples_of) -> None:
    env, examples = Env(bundle_of([list(range(200))], 200)), examples_of([list(range(50))] * 50)
    views = Permuted(env, Options(length=50, rate=0.1, span=2)).views(examples, ExampleRandom(1, examples.keys))
    for targets in targets_of(views).values():
        places = sorted(place for place, *_ in targets)
        runs = np.split(places, np.flatnonzero(np.diff(places) > 1) + 1)
        assert max(map(len, runs)) <= 4, "two spans may touch, and three cannot"


def test_an_example_draws_the_same_in_any_batch(many) -> None:
    env, examples = many
    permuted = pickle.loads(pickle.dumps(Permuted(env, Options(length=20))))
    whole = targets_of(permuted.views(examples, ExampleRandom(5, examples.keys)))
    few = Examples(examples.keys[3:5], {"item": examples.lists("item").take(np.arange(3, 5))})
    alone = targets_of(permuted.views(few, ExampleRandom(5, few.keys)))
    assert [whole[3], whole[4]] == [alone[0], alone[1]]


def test_evaluation_asks_for_the_place_behind_the_history(many, examples_of) -> None:
    permuted = Permuted(many[0], Options(length=4))
    views = permuted.views(examples_of([[1, 2, 3, 4, 5], [6], []]), None)
    assert list(views) == ["input"]
    shown = views["input"]
    assert shown["item"].tolist() == [[3, 4, 5, 0], [6, 0, 0, 0], [0, 0, 0, 0]]
    assert shown.special.tolist() == [[0, 0, 0, 1]] * 3
    assert shown.mask.tolist() == [[True] * 4, [True, False, False, True], [False, False, False, True]]
    assert shown["position"][:, 3].tolist() == [3, 1, 0]
    assert shown["order"].tolist() == [[0, 0, 0, 1]] * 3


@pytest.fixture
def encoder(many):
    torch.manual_seed(0)
    options = TransformerOptions(length=20, layers=2, heads=2, dropout=0)
    return Transformer(Env(many[0].bundle, widths={"over": 8}), options).eval()


def states(encoder, view: View, table: torch.Tensor) -> torch.Tensor:
    shown = view.map(torch.as_tensor)
    over = Encoding(vectors=table[shown["item"]])
    found: torch.Tensor = encoder(over, shown.mask, shown.special, shown["position"], shown["order"]).states.detach()
    return found


def test_a_state_changes_with_what_comes_before_it_in_the_order_and_with_nothing_else(drawn, encoder) -> None:
    views, _ = drawn
    shown, table = views["input"], torch.randn(500, 8)
    before = states(encoder, shown, table)
    width = shown["item"].shape[1]
    content = (shown.special == 0) & shown.mask
    for row in (10, 25, 39):
        for place in np.flatnonzero(content[row])[:8]:
            items = shown["item"].copy()
            items[row, place] = (items[row, place] + 1) % 500
            after = states(encoder, shown.replace(item=items), table)
            moved = (after - before).abs().amax(-1)[row].numpy() > 1e-6
            rank = shown["order"][row]
            sees = (rank[place] == 0) | (rank > rank[place])
            sees[place] = True
            assert np.array_equal(moved & shown.mask[row], sees & shown.mask[row])
            own = np.flatnonzero((shown.special[row] > 0) & shown.mask[row] & (shown["position"][row] == place))
            if rank[place] > 0:
                assert len(own) == 1, "a target has one query"
                assert not moved[own[0]], "and that does not see it"
            assert width == len(moved)


def test_a_query_asks_about_its_place(drawn, encoder) -> None:
    views, _ = drawn
    shown, table = views["input"], torch.randn(500, 8)
    query = tuple(np.argwhere((shown.special > 0) & shown.mask)[0])
    moved = shown["position"].copy()
    moved[query] = (moved[query] + 1) % 20
    before, after = states(encoder, shown, table), states(encoder, shown.replace(position=moved), table)
    assert not torch.allclose(before[query], after[query])
