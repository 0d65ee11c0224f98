"""Ranks, against the definition and against themselves in another order."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lmrs.evaluation import ranking, tally
from lmrs.evaluation.ranking import Ranking, rank
from lmrs_plugins.errors import LmrsError
from lmrs_plugins.ragged import Ragged


@st.composite
def questions(draw, cases=6, rows=9):
    """Scores with many ties and some -inf, positives (sometimes none) and seen rows."""
    count, width = draw(st.integers(1, cases)), draw(st.integers(1, rows))
    score = st.sampled_from([-np.inf, -1.0, -0.0, 0.0, 0.5, 2.0])
    scores = draw(st.lists(st.lists(score, min_size=width, max_size=width), min_size=count, max_size=count))
    some = st.lists(st.integers(0, width - 1), max_size=width)
    lists = [Ragged.of(draw(st.lists(some, min_size=count, max_size=count))) for _ in range(2)]
    return torch.tensor(scores), lists[0], lists[1]


def same(one, other):
    assert np.array_equal(one.offsets, other.offsets)
    assert np.allclose(one.ranks, other.ranks, rtol=1e-12)
    assert np.array_equal(one.top, other.top)
    assert np.array_equal(one.candidates, other.candidates)


def by_definition(scores, positives):
    """Ranks of the positives over all orders of equal scores, averaged place by place."""
    left = [row for row in range(len(scores)) if scores[row] > -np.inf]
    found = []
    for shuffle in permutations(left):
        order = sorted(shuffle, key=lambda row: -scores[row])
        found.append([place for place, row in enumerate(order, 1) if row in positives])
    return np.mean(found, axis=0)


@pytest.mark.fault("G: ties: ranks against all orders of equals")
@settings(max_examples=80, deadline=None)
@given(questions(rows=6))
def test_ranks_are_means_over_all_orders_of_ties(question):
    scores, positives, seen = question
    got = rank(scores, positives, rows=scores.shape[1], seen=seen)
    for case in range(len(scores)):
        own = scores[case].clone()
        own[seen[case]] = -np.inf
        ranks = got.ranks[got.offsets[case] : got.offsets[case + 1]]
        wanted = set(positives[case].tolist())
        expected = by_definition(own.tolist(), wanted)
        assert len(ranks) == len(wanted)
        assert np.allclose(ranks[: len(expected)], expected)
        assert np.isinf(ranks[len(expected) :]).all()


@pytest.mark.fault("G: lists against a stable sort, ties and seen rows")
@settings(max_examples=80, deadline=None)
@given(questions(), st.integers(0, 12))
def test_top_is_a_stable_sort_without_what_is_seen(question, top):
    scores, positives, seen = question
    got = rank(scores, positives, rows=scores.shape[1], seen=seen, top=top)
    for case in range(len(scores)):
        left = [row for row in range(scores.shape[1]) if scores[case, row] > -np.inf and row not in seen[case].tolist()]
        wanted = sorted(left, key=lambda row: (-float(scores[case, row]), row))[:top]
        assert got.top[case].tolist() == wanted + [-1] * (top - len(wanted))
        assert got.candidates[case] == len(left)


@pytest.mark.fault("G: batch size and order of cases")
@settings(max_examples=80, deadline=None)
@given(questions(), st.randoms(use_true_random=False))
def test_batches_and_the_order_of_cases_change_nothing(question, random):
    scores, positives, seen = question
    whole = rank(scores, positives, rows=scores.shape[1], seen=seen, top=3)
    order = list(range(len(scores)))
    random.shuffle(order)
    collected = Ranking(scores.shape[1], 3)
    while order:
        size = random.randint(1, len(order))
        places, order = np.array(order[:size]), order[size:]
        collected.add(places, scores[places], positives.take(places), seen.take(places))
    same(collected.result(), whole)


@pytest.mark.fault("G: ties: renumbered rows")
@settings(max_examples=80, deadline=None)
@given(questions(), st.randoms(use_true_random=False))
def test_renumbering_the_rows_changes_no_rank(question, random):
    scores, positives, seen = question
    new = np.array(random.sample(range(scores.shape[1]), scores.shape[1]))
    moved = torch.empty_like(scores)
    moved[:, new] = scores
    before = rank(scores, positives, rows=scores.shape[1], seen=seen)
    after = rank(
        moved,
        Ragged(new[positives.values], positives.offsets),
        rows=scores.shape[1],
        seen=Ragged(new[seen.values], seen.offsets),
    )
    same(after, before)


@pytest.mark.fault("G: padding, repeated and unordered candidates")
@settings(max_examples=80, deadline=None)
@given(questions(), st.randoms(use_true_random=False))
def test_all_rows_as_candidates_in_any_order_are_the_full_ranking(question, random):
    scores, positives, seen = question
    width = scores.shape[1]
    # Some rows twice, and padding: neither is a candidate of its own.
    lists = [[*random.sample(range(width), width), random.randrange(width), -1] for _ in range(len(scores))]
    candidates = np.array([random.sample(one, len(one)) for one in lists])
    given_scores = scores.gather(1, torch.from_numpy(np.maximum(candidates, 0)))
    given_scores[torch.from_numpy(candidates < 0)] = np.nan
    full = rank(scores, positives, rows=width, seen=seen, top=4)
    same(rank(given_scores, positives, rows=width, seen=seen, candidates=candidates, top=4), full)


@pytest.mark.fault("G: batch size: blocks of bounded memory")
def test_blocks_of_bounded_memory_change_nothing(monkeypatch):
    random = np.random.default_rng(0)
    scores = torch.from_numpy(random.integers(0, 30, (40, 50))).float()
    positives = Ragged.of([random.integers(0, 50, random.integers(0, 5)) for _ in range(40)])
    seen = Ragged.of([random.integers(0, 50, 3) for _ in range(40)])
    candidates = random.integers(-1, 50, (40, 20))
    chosen = scores.gather(1, torch.from_numpy(np.maximum(candidates, 0)))
    whole = rank(scores, positives, rows=50, seen=seen, top=7)
    few = rank(chosen, positives, rows=50, seen=seen, candidates=candidates, top=7)
    monkeypatch.setattr(ranking, "_BLOCK", 120)
    same(rank(scores, positives, rows=50, seen=seen, top=7), whole)
    same(rank(chosen, positives, rows=50, seen=seen, candidates=candidates, top=7), few)


@pytest.mark.parametrize("exact", [1, 1 << 24])
def test_counts_are_whole_numbers_either_way(monkeypatch, exact):
    monkeypatch.setattr(tally, "_EXACT", exact)
    mask = torch.arange(12).reshape(3, 4) % 3 == 0
    assert tally.tally(mask).tolist() == [2, 1, 1]
    assert tally.tally(mask).dtype == torch.int64


def test_scores_are_left_as_they_are():
    scores = torch.tensor([[3.0, 2.0, 1.0]])
    rank(scores, Ragged.of([[2]]), rows=3, seen=Ragged.of([[0]]), top=2)
    assert scores.tolist() == [[3.0, 2.0, 1.0]]


@pytest.mark.fault("G: row 0 is neither excluded nor padding")
def test_row_0_is_a_row_like_any_other():
    scores = torch.tensor([[9.0, 5.0, 1.0], [1.0, 5.0, 9.0]])
    got = rank(scores, Ragged.of([[0], [0]]), rows=3, seen=Ragged.of([[], []]), top=1)
    assert got.ranks.tolist() == [1.0, 3.0]
    assert got.top.tolist() == [[0], [2]]


@pytest.mark.fault("G: seen rows excluded and included")
def test_a_repeated_item_is_missed_where_seen_is_excluded_and_found_where_it_is_not():
    scores, positives, seen = torch.tensor([[1.0, 5.0, 3.0]]), Ragged.of([[1, 2]]), Ragged.of([[1]])
    assert rank(scores, positives, rows=3, seen=seen).ranks.tolist() == [1.0, np.inf]
    assert rank(scores, positives, rows=3).ranks.tolist() == [1.0, 2.0]


@pytest.mark.fault("G: ties: all scores alike")
def test_a_constant_model_gets_the_middle_rank():
    got = rank(torch.zeros(1, 101), Ragged.of([[7]]), rows=101)
    assert got.ranks.tolist() == [51.0]


def test_positives_that_tie_with_each_other_alone_take_the_first_places():
    got = rank(torch.tensor([[2.0, 2.0, 2.0, 1.0]]), Ragged.of([[0, 1, 2]]), rows=4)
    assert got.ranks.tolist() == [1.0, 2.0, 3.0]


@pytest.mark.fault("G: a right answer given twice")
def test_a_positive_given_twice_counts_once():
    got = rank(torch.tensor([[2.0, 3.0]]), Ragged.of([[0, 0]]), rows=2)
    assert got.ranks.tolist() == [2.0]


@pytest.mark.fault("G: half precision and infinite scores")
def test_half_precision_and_infinite_scores():
    scores = torch.tensor([[np.inf, 1.0, np.inf, -np.inf]], dtype=torch.bfloat16)
    got = rank(scores, Ragged.of([[0, 1, 3]]), rows=4, top=4)
    assert got.ranks.tolist() == [1.5, 3.0, np.inf]
    assert got.top.tolist() == [[0, 2, 1, -1]]


@pytest.mark.fault("G: double precision is not rounded into ties")
def test_double_precision_is_not_rounded_into_ties():
    scores = torch.tensor([[1.0, 1.0 + 1e-12]], dtype=torch.float64)
    assert rank(scores, Ragged.of([[0]]), rows=2).ranks.tolist() == [2.0]


def test_lists_that_a_scorer_made_rank_in_their_order():
    ranking = Ranking(10, 3)
    ranking.add_lists(np.arange(2), np.array([[7, 2, 5], [4, -1, -1]]), Ragged.of([[5, 9], [4]]), Ragged.of([[2], [0]]))
    got = ranking.result()
    assert got.ranks.tolist() == [2.0, np.inf, 1.0]
    assert got.top.tolist() == [[7, 5, -1], [4, -1, -1]]


@pytest.mark.fault("G: no recommendations: no case, no candidate")
def test_no_case_and_no_candidate():
    assert len(Ranking(5, 2).result().candidates) == 0
    got = rank(torch.empty(1, 0), Ragged.of([[3]]), rows=5, candidates=np.empty((1, 0), np.int64), top=2)
    assert (got.ranks.tolist(), got.top.tolist()) == ([np.inf], [[-1, -1]])


@pytest.mark.fault("G: a score that is NaN")
def test_nan_names_the_case_and_the_row(monkeypatch):
    monkeypatch.setattr(ranking, "_BLOCK", 3)
    scores = torch.zeros(3, 3)
    scores[2, 1] = np.nan
    with pytest.raises(LmrsError, match=r"case 2: the score of row 1 is NaN"):
        rank(scores, Ragged.of([[0]] * 3), rows=3)
    candidates = np.array([[8, 6, 4]] * 3)
    with pytest.raises(LmrsError, match=r"case 2: the score of row 6 is NaN"):
        rank(scores, Ragged.of([[0]] * 3), rows=9, candidates=candidates)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"positives": Ragged.of([[3]])}, "positive row 3 is none of the 3 rows"),
        ({"seen": Ragged.of([[-1]])}, "seen row -1 is none"),
        ({"rows": 4}, "do not fit"),
        ({"positives": Ragged.of([[0], [1]])}, "do not fit"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, message):
    with pytest.raises(LmrsError, match=message):
        rank(torch.zeros(1, 3), **{"positives": Ragged.of([[0]]), "rows": 3, **arguments})


@pytest.mark.fault("G: a case ranked twice or never")
def test_a_case_that_is_missing_or_stands_twice_is_noticed():
    ranking = Ranking(2, 1)
    ranking.add(np.array([0, 0]), torch.zeros(2, 2), Ragged.of([[0], [1]]))
    with pytest.raises(LmrsError, match="stand twice"):
        ranking.result()
