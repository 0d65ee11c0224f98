"""Histories cut into windows."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from lmrs_plugins import Env, ExampleRandom, InputError
from lmrs_sequence.samplers.options import Windows as Options
from lmrs_sequence.samplers.windows import Windows
from lmrs_sequence.transforms.next import Next
from lmrs_sequence.transforms.options import Next as NextOptions

LENGTHS = (1, 2, 4, 5, 6, 7, 9, 10, 23, 0, 50)


@pytest.fixture
def env(bundle_of) -> Env:
    lists = [[(7 * user + place) % 60 for place in range(length)] for user, length in enumerate(LENGTHS)]
    return Env(bundle_of(lists, 60))


def all_keys(windows, epoch=0, seed=1):
    return np.concatenate(windows.epoch(epoch, seed))


@pytest.mark.parametrize("length", [2, 3, 5, 50])
def test_every_event_but_a_users_first_is_a_target_exactly_once(env, length) -> None:
    windows = Windows(env, Options(length=length, batch=3))
    seen = np.zeros(len(env.bundle.items), dtype=int)
    for keys in windows.epoch(0, 1):
        examples = windows.examples(keys)
        views = Next(env, NextOptions(length=length - 1)).views(examples, ExampleRandom(0, keys))
        events = np.concatenate([events[1:] for events in map(examples.lists("event").__getitem__, range(len(keys)))])
        assert np.array_equal(env.bundle.items[events], views["target"]["item"])
        seen[events] += 1
    offsets = env.bundle.histories.offsets
    firsts = offsets[:-1][np.diff(offsets) > 0]
    assert (seen[firsts] == 0).all()
    assert (np.delete(seen, firsts) == 1).all()


@pytest.mark.parametrize("step", [0.1, 0.5, 1.0])
def test_windows_are_runs_of_one_users_events(env, step) -> None:
    windows = Windows(env, Options(length=6, step=step))
    examples = windows.examples(all_keys(windows))
    covered = set()
    for row, user in enumerate(examples.array("user")):
        events, items = examples.lists("event")[row], examples.lists("item")[row]
        assert (np.diff(events) == 1).all()
        assert 2 <= len(events) <= 6
        assert (env.bundle.users[events] == user).all()
        assert np.array_equal(env.bundle.items[events], items)
        covered.update(events.tolist())
    wanted = np.flatnonzero(np.isin(env.bundle.users, np.flatnonzero(np.array(LENGTHS) >= 2)))
    assert covered == set(wanted.tolist())


def test_smaller_steps_give_more_windows_that_end_at_the_history(bundle_of) -> None:
    env = Env(bundle_of([list(range(20))], 20))
    found = {}
    for step in (0.2, 0.6, 1.0):
        windows = Windows(env, Options(length=6, step=step, bucket=False))
        items = windows.examples(np.arange(len(all_keys(windows)))).lists("item")
        found[step] = [items[row][[0, -1]].tolist() for row in range(len(items))]
    assert found[1.0] == [[0, 4], [4, 9], [9, 14], [14, 19]]
    assert [last for _, last in found[0.6]] == [4, 7, 10, 13, 16, 19]
    assert len(found[0.2]) == 15


def test_only_the_last_window_of_each_user(env) -> None:
    windows = Windows(env, Options(length=5, per_user="last"))
    examples = windows.examples(all_keys(windows))
    users = [user for user, length in enumerate(LENGTHS) if length >= 2]
    assert sorted(examples.array("user").tolist()) == users
    for row, user in enumerate(examples.array("user")):
        assert np.array_equal(examples.lists("event")[row], env.bundle.histories[user][-5:])


@pytest.mark.parametrize("bucket", [True, False])
def test_an_epoch_holds_each_window_once_and_keeps_the_last_part(env, bucket) -> None:
    windows = Windows(env, Options(length=4, batch=7, bucket=bucket))
    batches = windows.epoch(0, 1)
    total = sum(map(len, batches))
    assert sorted(np.concatenate(batches).tolist()) == list(range(total))
    assert sorted(map(len, batches)) == sorted([7] * (total // 7) + [total % 7])
    again, other = windows.epoch(0, 1), windows.epoch(1, 1)
    assert all(map(np.array_equal, batches, again))
    assert not np.array_equal(np.concatenate(batches), np.concatenate(other))
    assert not np.array_equal(np.concatenate(batches), all_keys(windows, 0, 2))


def test_buckets_save_padding(bundle_of) -> None:
    random = np.random.default_rng(0)
    env = Env(bundle_of([[1] * int(n) for n in random.integers(2, 51, 2000)], 2))
    positions = {}
    for bucket in (True, False):
        windows = Windows(env, Options(batch=64, bucket=bucket))
        lengths = [windows.examples(keys).lists("item").lengths for keys in windows.epoch(0, 0)]
        positions[bucket] = sum(len(batch) * batch.max() for batch in lengths) / sum(batch.sum() for batch in lengths)
    assert positions[True] < 1.1 < 1.7 < positions[False]


def test_short_histories_are_left_out_and_none_is_an_error(env) -> None:
    windows = Windows(env, Options(length=50, min_length=10))
    assert sorted(windows.examples(all_keys(windows)).array("user").tolist()) == [7, 8, 10]
    with pytest.raises(InputError, match="no user of 'small' has 99 training events; lower min_length"):
        Windows(env, Options(min_length=99))


def test_it_is_pickled_to_workers(env) -> None:
    windows = Windows(env, Options(length=5))
    again, keys = pickle.loads(pickle.dumps(windows)), np.array([3, 0, 3])
    assert np.array_equal(windows.examples(keys).lists("item").values, again.examples(keys).lists("item").values)
    assert np.array_equal(all_keys(windows), all_keys(again))
