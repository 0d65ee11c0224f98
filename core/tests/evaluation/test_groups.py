"""Numbers by popularity of the right answer and by length of the history."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lmrs.evaluation.build import build_metrics
from lmrs.evaluation.correction import holm
from lmrs.evaluation.interval import interval
from lmrs.evaluation.measure import measure
from lmrs.evaluation.popularity import ahead
from lmrs.evaluation.ranking import rank
from lmrs.evaluation.report import Result, Setting
from lmrs.evaluation.statistics import compare_results
from lmrs.evaluation.stored import files, load
from lmrs_plugins.errors import InputError
from lmrs_plugins.ragged import Ragged

# 100 events: the row of 40 is of the head; before that of 30 stand 40, before those of 10 stand 70, of 5 stand 90.
EVENTS = np.array([5, 40, 0, 10, 30, 10, 5])


def measured(scores, positives, seen, events=EVENTS, names=("recall@2", "mrr", "coverage@2"), keys=None) -> Result:
    scores = torch.as_tensor(np.asarray(scores), dtype=torch.float32)
    lists, past = Ragged.of(positives), Ragged.of(seen)
    placed = rank(scores, lists, rows=scores.shape[1], top=3)
    keys = np.arange(len(scores)) if keys is None else np.array(keys)
    placed = replace(placed, popularity=events, seen=past)
    return measure(placed, build_metrics(list(names)), Setting(part="test"), keys=keys, groups=keys // 2)


def group(result: Result, grouping: str, name: str):
    (found,) = (one for known in result.groupings if known.name == grouping for one in known.groups if one.name == name)
    return found


def test_rows_with_as_many_events_have_as_many_before_them():
    assert ahead(EVENTS).tolist() == [90, 0, 100, 70, 40, 70, 90]
    assert ahead(np.zeros(3, np.int64)).tolist() == [0, 0, 0]


def test_head_middle_tail_and_cold_by_hand():
    falling = [np.arange(7, 0, -1)] * 5
    found = measured(falling, [[1], [4], [3], [0], [2]], [[]] * 5)
    places = {name: group(found, "popularity", name).cases.tolist() for name in ("head", "middle", "tail", "cold")}
    assert places == {"head": [0], "middle": [1], "tail": [2, 3], "cold": [4]}
    assert group(found, "popularity", "tail").about == "5 to 10 training events: 4 of 7 rows"
    assert group(found, "popularity", "cold").about == "0 training events: 1 of 7 rows"
    # Row 1 has rank 2, row 4 rank 5, rows 3 and 0 ranks 4 and 1, row 2 rank 3.
    mrr = {name: found.within(group(found, "popularity", name), "MRR").mean for name in places}
    assert mrr == pytest.approx({"head": 1 / 2, "middle": 1 / 5, "tail": (1 / 4 + 1) / 2, "cold": 1 / 3})


def test_a_case_counts_in_every_group_of_its_right_answers_with_those_alone():
    found = measured([np.arange(7, 0, -1)], [[1, 0, 6]], [[]])
    head, tail = (group(found, "popularity", name) for name in ("head", "tail"))
    assert (head.positives, tail.positives) == (1, 2)
    assert head.values["Recall@2"].tolist() == [1.0]
    assert tail.values["Recall@2"].tolist() == [0.5]
    assert tail.values["MRR"].tolist() == [1.0]
    assert found["Recall@2"] == pytest.approx(2 / 3)
    assert group(found, "popularity", "cold").cases.tolist() == []


def test_a_number_of_all_cases_has_no_groups():
    found = measured([np.arange(7)] * 2, [[1]] * 2, [[]] * 2)
    assert set(group(found, "popularity", "head").values) == {"Recall@2", "MRR"}


def test_thirds_of_the_histories_never_part_equals():
    lengths = [1, 1, 1, 1, 2, 3, 3, 9]
    found = measured(np.zeros((8, 7)), [[0]] * 8, [[0] * length for length in lengths])
    groups = {name: group(found, "history", name) for name in ("short", "medium", "long")}
    assert {name: one.cases.tolist() for name, one in groups.items()} == {
        "short": [0, 1, 2, 3],
        "medium": [4, 5, 6],
        "long": [7],
    }
    assert [one.about for one in groups.values()] == ["1 seen", "2 to 3 seen", "9 seen"]


def test_histories_all_alike_are_one_group():
    found = measured(np.zeros((4, 7)), [[0]] * 4, [[1, 2]] * 4)
    assert [len(one.cases) for one in found.groupings[1].groups] == [4, 0, 0]


@pytest.mark.fault("G: ties: right answers of a group alone")
@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_some_right_answers_alone_are_ranked_as_if_there_were_no_others(seed):
    """Ties between right answers of different groups are shared anew."""
    random = np.random.default_rng(seed)
    scores = torch.from_numpy(random.integers(0, 4, (9, 8)).astype(np.float32))
    scores[random.random((9, 8)) < 0.1] = -torch.inf
    positives = Ragged.of([random.choice(8, random.integers(0, 6), replace=False) for _ in range(9)])
    seen = Ragged.of([random.choice(8, 2, replace=False) for _ in range(9)])
    whole = rank(scores, positives, rows=8, seen=seen, top=2)
    part = random.random(8) < 0.5
    alone = rank(
        scores, Ragged.of([[row for row in mine if part[row]] for mine in positives]), rows=8, seen=seen, top=2
    )
    found = whole.only(part[whole.positives])
    assert found.ranks == pytest.approx(alone.ranks)
    assert found.offsets.tolist() == alone.offsets.tolist()
    assert sorted(found.positives) == sorted(alone.positives)


@pytest.mark.fault("G: order of cases and rows: groups")
@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_groups_follow_their_cases_and_rows_in_any_order(seed):
    random = np.random.default_rng(seed)
    scores, positives = random.integers(0, 5, (12, 7)), [random.choice(7, 2, replace=False) for _ in range(12)]
    seen = [random.integers(0, 7, random.integers(0, 4)) for _ in range(12)]
    before = measured(scores, positives, seen, keys=np.arange(12))
    cases, rows = random.permutation(12), random.permutation(7)
    at = np.argsort(rows)  # where each row is now
    moved, past = [at[positives[case]] for case in cases], [at[seen[case]] for case in cases]
    after = measured(scores[cases][:, rows], moved, past, EVENTS[rows], keys=cases)
    for one, other in zip(before.groupings, after.groupings, strict=True):
        for mine, theirs in zip(one.groups, other.groups, strict=True):
            assert (mine.about, mine.positives) == (theirs.about, theirs.positives)
            assert sorted(cases[theirs.cases]) == mine.cases.tolist()
            back = np.argsort(cases[theirs.cases])
            for metric, values in mine.values.items():
                assert theirs.values[metric][back] == pytest.approx(values, nan_ok=True)


def test_single_right_answers_are_shared_out():
    random = np.random.default_rng(3)
    found = measured(random.random((30, 7)), [[row] for row in random.integers(0, 7, 30)], [[0]] * 30)
    for grouping in found.groupings:
        assert sorted(np.concatenate([one.cases for one in grouping.groups])) == list(range(30))
        assert sum(one.positives for one in grouping.groups) == 30
        assert np.concatenate([one.values["MRR"] for one in grouping.groups]).mean() == pytest.approx(found["MRR"])


def test_intervals_of_a_group_take_the_cases_of_a_user_together():
    random = np.random.default_rng(4)
    found = measured(random.random((30, 7)), [[row] for row in random.integers(0, 7, 30)], [[0]] * 30)
    tail = group(found, "popularity", "tail")
    assert found.within(tail, "MRR") == interval(found.values["MRR"][tail.cases], tail.cases // 2)


def test_without_training_events_there_is_no_popularity():
    found = measured(np.zeros((2, 7)), [[0], [1]], [[0], [1]], events=None)
    assert [one.name for one in found.groupings] == ["history"]


def test_what_is_written_is_read_with_its_groups(tmp_path):
    found = measured(np.eye(7), [[row] for row in range(7)], [[0]] * 7)
    for name, content in files(found).items():
        (tmp_path / name).write_bytes(content)
    again = load(tmp_path, "test")
    assert again.to_json() == found.to_json()
    assert files(again) == files(found)


def test_a_result_of_before_there_were_groups_is_read(tmp_path):
    found = replace(measured(np.eye(7), [[0]] * 7, [[0]] * 7), groupings=())
    for name, content in files(found).items():
        text = content.replace(b',\n  "groups": {}', b"") if name.endswith("json") else content
        (tmp_path / name).write_bytes(text)
    assert b'"groups"' not in (tmp_path / "test.json").read_bytes()
    assert load(tmp_path, "test").groupings == ()


def both() -> dict[str, Result]:
    """Two runs on 60 cases, in unlike orders; the second is better where the right answer is popular."""
    random = np.random.default_rng(5)
    rows, order = random.integers(0, 7, 60), random.permutation(60)
    scores = random.random((60, 7))
    better = scores.copy()
    better[np.arange(60), rows] += np.isin(rows, [1, 4])
    first = measured(scores, rows[:, None], [[0] * (1 + case % 5) for case in range(60)])
    second = measured(
        better[order], rows[order][:, None], [[0] * (1 + case % 5) for case in order], keys=order, names=("mrr",)
    )
    return {"first": first, "second": second}


def test_runs_are_compared_within_groups_and_corrected_over_everything():
    rows = compare_results(both(), within_groups=True, metrics=["MRR"])
    where = [(row.grouping, row.group) for row in rows]
    assert where == [
        (None, None),
        *(("popularity", name) for name in ("head", "middle", "tail", "cold")),
        *(("history", name) for name in ("short", "medium", "long")),
    ]
    by = dict(zip(where, rows, strict=True))
    assert by["popularity", "head"].difference > 0.1
    assert by["popularity", "tail"].difference == 0
    assert by["popularity", "head"].cases + by["popularity", "middle"].cases < 60
    assert sum(by["history", name].cases for name in ("short", "medium", "long")) == 60
    assert [row.p_holm for row in rows] == pytest.approx(holm(np.array([row.p for row in rows])))
    assert [row.p for row in compare_results(both(), metrics=["MRR"])] == [rows[0].p]


def test_a_result_without_groups_is_not_compared_by_groups():
    found = both()
    found["second"] = replace(found["second"], groupings=())
    with pytest.raises(InputError, match="second has no numbers by group; evaluate it again"):
        compare_results(found, within_groups=True)
