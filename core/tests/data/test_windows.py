"""Time windows: where they begin, what is asked about, and that a window knows nothing of later ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from lmrs.data.settings import DataSettings
from lmrs.data.settings import Windows as Settings
from lmrs.data.store import load, save
from lmrs.data.windows import known_at, part_at, windows, within
from lmrs_plugins.bundle import PARTS, Bundle
from lmrs_plugins.errors import InputError
from lmrs_plugins.vocabulary import Vocabulary

TRAIN, VALID, TEST, CONTEXT = (PARTS.index(part) for part in ("train", "valid", "test", "context"))


def bundle_of(users, times, how) -> Bundle:
    users = np.asarray(users)
    found = windows(users, np.asarray(times), how, [])
    table = pa.table({"user": users, "item": np.arange(len(users)), "timestamp": np.asarray(times)})
    sizes = {"user": int(users.max()) + 1, "item": len(users)}
    vocabularies = {name: Vocabulary(name, [f"{name}{row}" for row in range(size)]) for name, size in sizes.items()}
    return Bundle("small", vocabularies, table, part=part_at(found, found.count - 1), windows=found)


def test_as_many_events_in_each_and_equal_times_together() -> None:
    times = np.array([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0])
    assert windows(np.zeros(8, int), times, Settings(count=4), []).number.tolist() == [1, 1, 2, 2, 3, 3, 4, 4]
    tied = np.array([0.0, 1.0, 1.0, 1.0, 4.0, 5.0, 6.0, 7.0])
    number = windows(np.zeros(8, int), tied, Settings(count=2), []).number
    assert len(set(number[1:4].tolist())) == 1


def test_of_a_length_in_seconds_from_the_first_event_on() -> None:
    times = np.array([100.0, 109.0, 110.0, 119.5, 120.0])
    assert windows(np.zeros(5, int), times, Settings(seconds=10), []).number.tolist() == [1, 1, 2, 2, 3]


def test_an_event_without_a_time_is_in_no_window() -> None:
    bundle = bundle_of([0, 0, 0, 0, 0], [np.nan, 1.0, 2.0, 3.0, 4.0], Settings(count=2))
    assert bundle.windows is not None
    assert bundle.windows.number.tolist() == [0, 1, 1, 2, 2]
    assert bundle.part is not None
    assert bundle.part[0] == CONTEXT
    assert known_at(bundle, 1).count("event") == 4


@st.composite
def visits(draw):
    users = draw(st.lists(st.integers(0, 9), min_size=12, max_size=60))
    users = np.sort(np.array(users))
    return users, np.array(draw(st.permutations(range(len(users)))), dtype=np.float64)


@settings(max_examples=60, deadline=None)
@given(data=visits(), count=st.integers(2, 5), valid=st.sampled_from([0.0, 0.5, 0.9]))
def test_a_window_knows_the_past_and_asks_about_the_next(data, count, valid) -> None:
    users, times = data
    bundle = bundle_of(users, times, Settings(count=count, valid=valid))
    assert bundle.windows is not None
    number = bundle.windows.number
    for window in range(1, count):
        known = known_at(bundle, window)
        assert known.part is not None
        training, asked = known.training(), known.interactions.filter(known.part != TRAIN)
        last_known = times[number <= window].max()
        assert training.column("timestamp").max() == last_known
        assert asked.column("timestamp").to_numpy().min() > last_known
        assert known.count("event") == (number <= window + 1).sum(), "nothing of later windows is there"
        own = within(training, window)
        assert sorted(own.column("item")) == np.flatnonzero(number == window).tolist()
        assert set(known.part.tolist()) <= {TRAIN, VALID, TEST}
        halves = {part: set(known.users[known.part == part].tolist()) for part in (VALID, TEST)}
        assert not halves[VALID] & halves[TEST], "no user of a window is both"
        assert len(halves[VALID]) == round(valid * len(halves[VALID] | halves[TEST]))


def test_without_a_word_of_windows_the_last_one_is_the_test() -> None:
    bundle = bundle_of(np.zeros(9, int), np.arange(9.0), Settings(count=3, valid=0))
    assert bundle.part is not None
    assert bundle.part.tolist() == [TRAIN] * 6 + [TEST] * 3


def test_who_is_asked_for_is_drawn_anew_in_each_window_and_by_the_seed() -> None:
    users, times = np.repeat(np.arange(30), 4), np.tile(np.arange(4.0), 30)
    one, again, other = (windows(users, times, Settings(count=4, seed=seed), []).asked for seed in (0, 0, 1))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)
    assert len({tuple(one[start::4].tolist()) for start in range(4)}) == 4


def test_kept_on_disk_and_part_of_the_fingerprint(tmp_path: Path) -> None:
    users, times = np.repeat(np.arange(6), 4), np.tile(np.arange(4.0), 6)
    first, second = (bundle_of(users, times, Settings(count=4, seed=seed)) for seed in (0, 5))
    save(first, tmp_path / "data")
    again = load(tmp_path / "data")
    assert again.windows is not None
    assert first.windows is not None
    assert np.array_equal(again.windows.number, first.windows.number)
    assert np.array_equal(again.windows.asked, first.windows.asked)
    assert again.fingerprint == first.fingerprint != second.fingerprint


@pytest.mark.parametrize(
    ("times", "how", "says"),
    [
        (None, Settings(count=2), "needs a timestamp: the data have none"),
        ([np.nan, np.nan, np.nan], Settings(count=2), "needs a timestamp"),
        ([5.0, 5.0, 5.0], Settings(count=2), "window 1 of 2 holds no event: ask for fewer, or longer"),
        ([0.0, 1.0, 50.0], Settings(seconds=10), "window 2 of 6 holds no event"),
        ([0.0, 1.0, 2.0], Settings(seconds=10), r"data\.split\.seconds 10 makes 1 windows"),
        ([0.0, 1.0, 1e9], Settings(seconds=1), "1000000001 windows"),
    ],
)
def test_refused(times, how, says) -> None:
    with pytest.raises(InputError, match=says):
        windows(np.zeros(3, int), None if times is None else np.array(times), how, [])


@pytest.mark.parametrize("split", [{}, {"count": 3, "seconds": 4.0}])
def test_a_count_or_a_length_but_not_both(split) -> None:
    with pytest.raises(ValidationError, match="say one of count and seconds"):
        DataSettings(source="x", split={"by": "windows", **split})
