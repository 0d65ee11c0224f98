"""Sessions: where they are cut, what the sampler makes of them, and what the task asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from lmrs_plugins import Bundle, Env, InputError, Ragged
from lmrs_plugins.bundle import PARTS
from lmrs_sequence.cut import Cut
from lmrs_sequence.samplers.options import Sessions as SamplerOptions
from lmrs_sequence.samplers.sessions import Sessions as Sampler
from lmrs_sequence.sessions import once, pieces, sessions
from lmrs_sequence.tasks.options import Sessions as TaskOptions
from lmrs_sequence.tasks.sessions import Sessions as Task


def lists(ragged: Ragged) -> list[list[int]]:
    return [ragged[place].tolist() for place in range(len(ragged))]


@pytest.fixture
def visits(bundle_of) -> Bundle:
    """Two users: the first comes back after 100 s, and once looks at item 2 twice in a row."""
    bundle: Bundle = bundle_of([[1, 2, 2, 3, 4, 5], [5, 5]], 6)
    times = [0.0, 10.0, 15.0, 20.0, 120.0, 130.0, 131.0, 132.0]
    session = pa.array(["a", "a", "a", "b", "b", "b", "b", "b"])
    table = bundle.interactions.append_column("timestamp", [times]).append_column("session", session)
    return replace(bundle, interactions=table)


def with_parts(bundle: Bundle, parts: Sequence[str]) -> Bundle:
    return replace(bundle, part=np.array([PARTS.index(part) for part in parts], dtype=np.int8))


def test_a_gap_or_another_user_begins_a_session(visits) -> None:
    assert lists(sessions(visits, Cut(gap=50.0))) == [[0, 1, 2, 3], [4, 5], [6, 7]]
    assert lists(sessions(visits, Cut(gap=1000.0))) == [[0, 1, 2, 3, 4, 5], [6, 7]]
    assert lists(sessions(visits, Cut(gap=9.0))) == [[0], [1, 2, 3], [4], [5], [6, 7]]


def test_a_column_wins_over_the_gap(visits) -> None:
    assert lists(sessions(visits, Cut(gap=1.0, column="session"))) == [[0, 1, 2], [3, 4, 5], [6, 7]]


def test_an_unknown_time_joins_nothing(visits) -> None:
    place = visits.interactions.column_names.index("timestamp")
    times = pa.array([0.0, float("nan"), 1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    holed = replace(visits, interactions=visits.interactions.set_column(place, "timestamp", times))
    assert lists(sessions(holed, Cut(gap=50.0)))[:3] == [[0], [1], [2, 3, 4, 5]]


def test_without_times_it_says_what_is_missing(bundle_of) -> None:
    with pytest.raises(InputError, match=r"no event\.timestamp: it has interaction\.user"):
        sessions(bundle_of([[1, 2]], 3), Cut())
    with pytest.raises(InputError, match=r"no event\.visit"):
        sessions(bundle_of([[1, 2]], 3), Cut(column="visit"))


def test_an_item_right_after_itself_counts_once_and_in_its_list_only(visits) -> None:
    assert lists(once(sessions(visits, Cut(gap=50.0)), visits.items)) == [[0, 1, 3], [4, 5], [6]]
    empty = Ragged.of([[], [0, 1], [], [1, 2], []])
    assert lists(once(empty, visits.items)) == [[], [0, 1], [], [1], []]


def test_pieces_hold_everything_in_order() -> None:
    cut = pieces(Ragged.of([[1, 2, 3, 4, 5], [], [6], [7, 8, 9, 10]]), 2)
    assert lists(cut) == [[1, 2], [3, 4], [5], [6], [7, 8], [9, 10]]


def test_the_sampler_gives_sessions_without_repeats_and_leaves_short_ones_out(visits) -> None:
    sampler = Sampler(Env(visits), SamplerOptions(gap=50.0, length=2))
    examples = sampler.examples(np.arange(2))
    assert sorted(np.concatenate(sampler.epoch(0, 1)).tolist()) == [0, 1]
    assert lists(examples.lists("item")) == [[1, 2], [4, 5]]
    assert lists(examples.lists("event")) == [[0, 1], [4, 5]]
    assert examples.array("user").tolist() == [0, 0]
    with pytest.raises(InputError, match="no session of 'small' has 9 events"):
        Sampler(Env(visits), SamplerOptions(min_length=9))


def test_the_task_asks_for_the_last_of_each_session_in_the_part(visits) -> None:
    bundle = with_parts(visits, ["train"] * 3 + ["test", "test", "test", "valid", "valid"])
    cases = Task(Env(visits), TaskOptions(gap=50.0)).cases(bundle, "test")
    assert lists(cases.examples.lists("item")) == [[1, 2], [4]], "repeats once, and nothing of another session"
    assert lists(cases.examples.lists("event")) == [[0, 1], [4]]
    assert lists(cases.positives) == [[3], [5]]
    assert lists(cases.seen) == [[1, 2], [4]]
    valid = Task(Env(visits), TaskOptions(gap=50.0)).cases(bundle, "valid")
    assert lists(valid.positives) == [[5]]


def test_each_event_but_the_first_of_a_session_can_be_asked_for(visits) -> None:
    bundle = with_parts(visits, ["test"] * 8)
    asked = Task(Env(visits), TaskOptions(gap=1000.0, targets="each")).cases(bundle, "test")
    assert lists(asked.positives) == [[2], [2], [3], [4], [5], [5]]
    cut = Task(Env(visits), TaskOptions(gap=1000.0, length=3)).cases(bundle, "test")
    assert lists(cut.positives) == [[2], [5], [5]]
    assert lists(cut.examples.lists("item")) == [[1, 2], [3, 4], [5]]


def test_served_histories_have_no_events(visits) -> None:
    served = Task(Env(visits), TaskOptions()).examples(visits, Ragged.of([[1, 2], []]), [0, -1])
    assert lists(served.lists("event")) == [[-1, -1], []]
