"""What is kept and what is held out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from lmrs.data.filters import k_core
from lmrs.data.settings import DataSettings, LeaveOneOut, Temporal, Users
from lmrs.data.splits import CONTEXT, TEST, TRAIN, VALID, split
from lmrs_plugins.errors import InputError

pairs = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=60)


@settings(max_examples=100, deadline=None)
@given(rows=pairs, min_user=st.integers(0, 4), min_item=st.integers(0, 4))
def test_k_core_is_the_largest_fixpoint(rows, min_user, min_item):
    users, items = (np.array(side) for side in zip(*rows, strict=True))
    mask = np.ones(len(rows), dtype=bool)
    k_core(users, items, mask, min_user, min_item)
    left = set(range(len(rows)))
    while True:  # the definition, one event at a time
        out = {
            place
            for place in left
            if sum(users[other] == users[place] for other in left) < min_user
            or sum(items[other] == items[place] for other in left) < min_item
        }
        if not out:
            break
        left -= out
    assert set(np.flatnonzero(mask).tolist()) == left


@st.composite
def histories(draw):
    """Users in order, times ascending within each."""
    lengths = draw(st.lists(st.integers(1, 7), min_size=1, max_size=12))
    users = np.repeat(np.arange(len(lengths)), lengths)
    times = np.concatenate([np.sort(draw(st.lists(st.integers(0, 20), min_size=n, max_size=n))) for n in lengths])
    return users, times.astype(np.float64)


def _split(users, times, how):
    try:
        return split(users, times, how, [])
    except InputError:
        return None


@settings(max_examples=100, deadline=None)
@given(data=histories())
def test_leave_one_out_holds_out_the_last_two_of_users_with_three(data):
    users, times = data
    part = _split(users, times, LeaveOneOut())
    if part is None:
        assert np.bincount(users).max() < 3
        return
    for user in np.unique(users):
        mine = part[users == user].tolist()
        assert mine == ([TRAIN] * (len(mine) - 2) + [VALID, TEST] if len(mine) >= 3 else [TRAIN] * len(mine))


@settings(max_examples=100, deadline=None)
@given(data=histories(), valid=st.sampled_from([0.0, 0.1, 0.3]), test=st.sampled_from([0.1, 0.4]))
def test_no_training_event_is_as_late_as_a_held_out_one(data, valid, test):
    users, times = data
    part = _split(users, times, Temporal(valid=valid, test=test))
    if part is None:
        return
    assert times[part == TRAIN].max() < times[part != TRAIN].min()
    assert (part == TEST).any()
    if valid:
        assert times[part == VALID].max() < times[part == TEST].min()


@settings(max_examples=100, deadline=None)
@given(data=histories(), seed=st.integers(0, 5))
def test_held_out_users_have_no_training_event_and_one_case(data, seed):
    users, times = data
    part = _split(users, times, Users(valid=0.2, test=0.3, seed=seed))
    if part is None:
        return
    for user in np.unique(users):
        mine = part[users == user].tolist()
        if mine[0] != TRAIN:
            assert mine[:-1] == [CONTEXT] * (len(mine) - 1)
            assert len(mine) > 1
            assert mine[-1] in (VALID, TEST)
        else:
            assert set(mine) == {TRAIN}
    count = len(np.unique(users))
    assert np.count_nonzero(part == TEST) == round(0.3 * count)
    assert np.count_nonzero(part == VALID) == round(0.2 * count)


def test_training_never_sees_a_held_out_event(generated, loaded):
    for how in ({"by": "leave-one-out"}, {"by": "temporal"}, {"by": "users"}):
        bundle = loaded("synthetic", split=how).bundle
        trained = bundle.training()
        assert trained.count("event") == np.count_nonzero(bundle.part == 0)
        together = set(zip(trained.users.tolist(), trained.items.tolist(), strict=True))
        held = zip(bundle.users[bundle.part != 0].tolist(), bundle.items[bundle.part != 0].tolist(), strict=True)
        assert not together & set(held)  # the generated set repeats nothing


def test_split_of_users_depends_on_its_seed_alone(loaded):
    first, again, other = (
        loaded("synthetic", split={"by": "users", "seed": seed}).bundle.part.tolist() for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other


def _file(tmp_path, rows):
    path = tmp_path / "s.csv"
    path.write_text("user,item,rating,timestamp\n" + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


def test_events_stand_by_user_then_time_then_place(tmp_path, loaded):
    path = _file(tmp_path, ["b,x,1,5", "a,x,1,9", "b,y,1,5", "b,z,1,1", "a,z,1,9", "a,y,1,2"])
    bundle = loaded(path).bundle
    users, items = bundle.vocabularies["user"].ids, bundle.vocabularies["item"].ids
    assert list(users) == ["b", "a"]
    assert list(items) == ["x", "y", "z"]
    got = [(users[u], items[i]) for u, i in zip(bundle.users, bundle.items, strict=True)]
    assert got == [("b", "z"), ("b", "x"), ("b", "y"), ("a", "y"), ("a", "x"), ("a", "z")]
    assert bundle.part.tolist() == [0, 1, 2, 0, 1, 2]


def test_an_event_without_a_time_is_never_held_out(tmp_path, loaded):
    path = _file(tmp_path, ["a,x,1,5", "a,y,1,6", "a,z,1,7", "a,w,1,?", "b,x,1,6", "b,y,1,20"])
    bundle = loaded(path, policy="coerce").bundle
    row = bundle.vocabularies["item"].rows(["w"])[0]
    assert bundle.part[bundle.items == row].tolist() == [0]
    temporal = loaded(path, policy="coerce", split={"by": "temporal", "valid": 0.2, "test": 0.3}).bundle
    assert temporal.part[temporal.items == row].tolist() == [CONTEXT]


def test_filters_in_order_and_counts(tmp_path, loaded):
    rows = [f"u{u},i{i},{5 if i < 4 else 1},{i}" for u in range(3) for i in range(5)]
    found = loaded(_file(tmp_path, rows), min_rating=4, max_users=2, min_item=2)
    assert (found.before.users, found.before.items, found.before.events) == (3, 5, 15)
    assert (found.after.users, found.after.items, found.after.events) == (2, 4, 8)
    assert any("7 of 15 events were filtered out" in note for note in found.notes)


def test_duplicates_are_counted_and_quarantine_drops_them(tmp_path, loaded):
    path = _file(tmp_path, ["a,x,1,5", "a,y,1,6", "a,x,1,5", "a,z,1,7", "a,x,1,8"])
    kept, dropped = loaded(path), loaded(path, policy="quarantine")
    assert (kept.bundle.count("event"), dropped.bundle.count("event")) == (5, 4)
    assert any(note.startswith("1 events equal another") for note in kept.notes)


@pytest.mark.fault("F: filters and splits that leave nothing")
@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"min_user": 50}, "nothing is left of the 6 events"),
        ({"split": {"by": "temporal", "valid": 0.1, "test": 0.1}}, "timestamp"),
        ({"split": {"by": "users", "valid": 0.0, "test": 0.9}}, "split by users"),
        ({"min_rating": 3}, "no rating"),
        ({"max_users": 1, "min_user": 2, "min_item": 2}, "nothing is left"),
    ],
)
def test_impossible_wishes_are_refused(settings, says, tmp_path, loaded):
    path = tmp_path / "s.txt"
    path.write_text("a x y z\nb x y z\n", encoding="utf-8")
    with pytest.raises(InputError, match=says):
        loaded(path, **settings)


def test_leave_one_out_wants_three_events_of_someone(tmp_path, loaded):
    path = tmp_path / "s.txt"
    path.write_text("a x y\nb x y\n", encoding="utf-8")
    with pytest.raises(InputError, match="none of 2 has them"):
        loaded(path)
    path.write_text("a x y\nb x y z\n", encoding="utf-8")
    assert any(note.startswith("1 users with fewer than 3") for note in loaded(path).notes)


@pytest.mark.fault("F: splits that make no sense")
@pytest.mark.parametrize(
    "bad", [{"by": "weekday"}, {"by": "temporal", "valid": 0.6, "test": 0.5}, {"by": "users", "test": 0}]
)
def test_settings_refuse_splits_that_make_no_sense(bad):
    with pytest.raises(ValidationError):
        DataSettings(source="synthetic", split=bad)


@pytest.mark.fault("G: a split that is none in time says what leaks: {id}")
@pytest.mark.parametrize("by", ["leave-one-out", "users"])
def test_a_split_that_is_none_in_time_says_what_leaks(tmp_path, loaded, by):
    split = {"by": by} if by == "leave-one-out" else {"by": by, "test": 0.5, "valid": 0.0}
    apart = [f"{user},{item},1,{start + item}" for user, start in (("a", 0), ("b", 100)) for item in range(4)]
    notes = loaded(_file(tmp_path, apart), split=split).notes
    (said,) = (note for note in notes if "earlier than the last training event" in note)
    assert said.startswith("1 of ")
    assert "data.split.by=temporal does not" in said


@pytest.mark.fault("G: a split in time leaks nothing")
def test_a_split_in_time_leaks_nothing(tmp_path, loaded):
    apart = [f"{user},{item},1,{start + item}" for user, start in (("a", 0), ("b", 3)) for item in range(6)]
    bundle = loaded(_file(tmp_path, apart), split={"by": "temporal", "valid": 0.2, "test": 0.2})
    assert not any("last training event" in note for note in bundle.notes)
    times, part = bundle.bundle.interactions.column("timestamp").to_numpy(), bundle.bundle.part
    assert times[part == 0].max() < times[part == 2].min()
