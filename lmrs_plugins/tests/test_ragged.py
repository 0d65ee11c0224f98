"""Lists of unequal length."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lmrs_plugins import Ragged

lists = st.lists(st.lists(st.integers(0, 99), max_size=6), max_size=8)


def back(ragged: Ragged) -> list[list[int]]:
    return [ragged[row].tolist() for row in range(len(ragged))]


@given(lists)
def test_of_keeps_every_list(given_lists: list[list[int]]) -> None:
    ragged = Ragged.of(given_lists)
    assert back(ragged) == given_lists
    assert ragged.lengths.tolist() == [len(one) for one in given_lists]
    assert ragged.owners().tolist() == [row for row, one in enumerate(given_lists) for _ in one]


@given(lists, st.data())
def test_take_reorders_and_repeats(given_lists: list[list[int]], data: st.DataObject) -> None:
    index = data.draw(st.lists(st.integers(0, len(given_lists) - 1), max_size=5) if given_lists else st.just([]))
    taken = Ragged.of(given_lists).take(np.asarray(index, dtype=np.int64))
    assert back(taken) == [given_lists[row] for row in index]


@given(lists, st.integers(1, 5))
def test_last_and_padded_keep_the_end_of_each_list_at_the_left(given_lists: list[list[int]], length: int) -> None:
    ragged = Ragged.of(given_lists)
    ends = [one[-length:] for one in given_lists]
    assert back(ragged.last(length)) == ends
    rows, mask = ragged.padded(length)
    assert rows.shape == mask.shape == (len(given_lists), length)
    assert [row[there].tolist() for row, there in zip(rows, mask, strict=True)] == ends
    assert not rows[~mask].any()
    assert all(there[: len(one)].all() for there, one in zip(mask, ends, strict=True))


def test_slices_cut_by_position_and_may_be_empty() -> None:
    cut = Ragged.of([[1, 2, 3], [4, 5]]).slices(np.array([1, 4, 3]), np.array([4, 4, 2]))
    assert back(cut) == [[2, 3, 4], [], []]
