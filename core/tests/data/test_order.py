"""Events in any order, at one moment, more than once, or too few: what becomes of them under each policy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lmrs_plugins.bundle import Bundle
from lmrs_plugins.errors import InputError

policies = pytest.mark.parametrize("policy", ["strict", "quarantine", "coerce"])


def events(bundle: Bundle) -> list[tuple[str, str]]:
    users, items = bundle.vocabularies["user"].ids, bundle.vocabularies["item"].ids
    return [(users[u], items[i]) for u, i in zip(bundle.users, bundle.items, strict=True)]


@pytest.fixture
def log(tmp_path: Path):
    """A CSV file of these rows."""

    def make(*rows: str, header: str = "user,item,timestamp") -> Path:
        path = tmp_path / "s.csv"
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return path

    return make


@pytest.mark.fault("F: unsorted")
@policies
def test_events_are_sorted_by_user_and_time(policy, log, loaded):
    bundle = loaded(log("b,x,30", "a,z,9", "b,y,10", "a,x,1", "b,z,20", "a,y,5"), policy=policy).bundle
    assert events(bundle) == [("b", "y"), ("b", "z"), ("b", "x"), ("a", "x"), ("a", "y"), ("a", "z")]
    assert bundle.part.tolist() == [0, 1, 2, 0, 1, 2]


@pytest.mark.fault("F: equal timestamps keep the order of the file")
@policies
def test_equal_timestamps_keep_the_order_of_the_file(policy, log, loaded):
    items = [f"i{number}" for number in np.random.default_rng(0).permutation(200)]
    bundle = loaded(log(*(f"a,{item},7" for item in items)), policy=policy).bundle
    assert [item for _, item in events(bundle)] == items


@pytest.mark.fault("F: no timestamps: the order of the file")
@policies
def test_without_timestamps_the_order_is_that_of_the_file(policy, log, loaded):
    bundle = loaded(log("a,z", "b,x", "a,x", "b,y", "a,y", "b,z", header="user,item"), policy=policy).bundle
    assert events(bundle) == [("a", "z"), ("a", "x"), ("a", "y"), ("b", "x"), ("b", "y"), ("b", "z")]


@pytest.mark.fault("F: timestamps before 1970 and in milliseconds")
@policies
def test_any_finite_timestamp_orders_events(policy, log, loaded):
    bundle = loaded(log("a,z,1700000000000", "a,x,-5", "a,y,0.5"), policy=policy).bundle
    assert [item for _, item in events(bundle)] == ["x", "y", "z"]


@pytest.mark.fault("F: duplicate interactions")
@policies
def test_duplicates_are_counted_and_quarantine_leaves_them_out(policy, log, loaded):
    found = loaded(log("a,x,5", "a,y,6", "a,x,5", "a,z,7", "a,x,8"), policy=policy)
    left_out = policy == "quarantine"
    assert found.bundle.count("event") == (4 if left_out else 5)
    done = "left out" if left_out else "kept"
    assert f"1 events equal another in user, item, time and rating: {done}" in found.notes


@pytest.mark.fault("F: duplicate interactions: without timestamps they are visits")
@policies
def test_a_repeated_item_without_a_time_is_a_second_visit(policy, log, loaded):
    found = loaded(log("a,x", "a,x", "a,x", header="user,item"), policy=policy)
    assert found.bundle.count("event") == 3
    assert not any("equal another" in note for note in found.notes)


@pytest.mark.fault("F: 1-length sequence")
@policies
def test_a_user_with_one_event_is_trained_on_and_not_tested(policy, log, loaded):
    found = loaded(log("a,x,1", "b,x,1", "b,y,2", "b,z,3"), policy=policy)
    assert found.bundle.part.tolist() == [0, 0, 1, 2]
    assert "1 users with fewer than 3 events are trained on and not tested" in found.notes


@pytest.mark.fault("F: 1-length sequence: nobody has more")
@policies
def test_nobody_with_enough_events_is_refused(policy, log, loaded):
    with pytest.raises(InputError, match="needs users with 3 events and none of 2 has them"):
        loaded(log("a,x,1", "b,x,1"), policy=policy)


@pytest.mark.fault("F: all events at one moment, split by time")
@policies
def test_events_of_one_moment_cannot_be_split_by_time(policy, log, loaded):
    with pytest.raises(InputError, match="events at different times"):
        loaded(log("a,x,1", "a,y,1", "a,z,1"), policy=policy, split={"by": "temporal"})


@pytest.mark.fault("F: no timestamps, split by time")
@policies
def test_events_without_times_cannot_be_split_by_time(policy, log, loaded):
    with pytest.raises(InputError, match=r"needs a timestamp.*data\.columns\.timestamp"):
        loaded(log("a,x", "a,y", header="user,item"), policy=policy, split={"by": "temporal"})


@pytest.mark.fault("F: an event without a time is never held out")
def test_an_event_whose_time_cannot_be_read_comes_first(log, loaded):
    bundle = loaded(log("a,x,5", "a,y,6", "a,z,7", "a,w,?"), policy="coerce").bundle
    assert [item for _, item in events(bundle)] == ["w", "x", "y", "z"]
    assert bundle.part.tolist() == [0, 0, 1, 2]


@pytest.mark.fault("F: nothing is left after filtering")
@policies
def test_filters_that_leave_nothing_are_named(policy, log, loaded):
    with pytest.raises(InputError, match="nothing is left of the 3 events of 's' under min_user 4"):
        loaded(log("a,x,1", "a,y,2", "a,z,3"), policy=policy, min_user=4)


@pytest.mark.fault("F: one user, one item")
@policies
def test_the_smallest_data_that_can_be_split(policy, log, loaded):
    bundle = loaded(log("a,x,1", "a,x,2", "a,x,3"), policy=policy).bundle
    assert (bundle.count("user"), bundle.count("item"), bundle.part.tolist()) == (1, 1, [0, 1, 2])
