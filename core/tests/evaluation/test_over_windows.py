"""Results of windows as one: pooled, and averaged with each window weighing the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from lmrs.evaluation.build import build_metrics
from lmrs.evaluation.measure import measure
from lmrs.evaluation.over_windows import over_windows
from lmrs.evaluation.ranking import rank
from lmrs.evaluation.report import Result, Setting
from lmrs.evaluation.stored import files, load
from lmrs_plugins.errors import LmrsError
from lmrs_plugins.ragged import Ragged


def asked(window: int, *positives: int) -> Result:
    """One case a positive among six rows; row r has rank r + 1."""
    scores = -torch.arange(6.0).repeat(len(positives), 1)
    ranked = rank(scores, Ragged.of([[one] for one in positives]), rows=6, top=3)
    metrics = build_metrics(["mrr", "coverage"], [3])
    keys, users = np.arange(len(positives)), np.arange(len(positives)) % 2
    return measure(ranked, metrics, Setting(part="test", window=window), keys=keys, groups=users, cold=1)


WINDOWS = {3: asked(3, 1), 2: asked(2, 0, 0, 5)}


def test_pooled_numbers_are_those_of_all_cases_and_means_weigh_windows_alike() -> None:
    found = over_windows(WINDOWS)
    assert (found.cases, found.positives, found.cold, found.unranked) == (4, 4, 2, 0)
    assert found["MRR"] == pytest.approx((1 + 1 + 1 / 6 + 1 / 2) / 4)
    assert found["MRR by window"] == pytest.approx(((1 + 1 + 1 / 6) / 3 + 1 / 2) / 2)
    assert found["Coverage@3 by window"] == pytest.approx(0.5)
    assert "Coverage@3" not in found.numbers(), "there is no list of all windows together"
    assert found.setting.window is None
    by_window = found.measured[-1]
    assert by_window.definition.startswith("mean over 2 time windows, each of which weighs the same; ")
    assert (by_window.low, by_window.high) == (None, None)


def test_windows_stand_in_their_order_and_their_cases_apart() -> None:
    found = over_windows(WINDOWS)
    assert found.values["MRR"].tolist() == pytest.approx([1, 1, 1 / 6, 1 / 2])
    assert len(set(found.keys.tolist())) == 4
    (grouping,) = found.groupings
    assert [(group.name, group.about, group.cases.tolist()) for group in grouping.groups] == [
        ("window-2", "trained until window 1", [0, 1, 2]),
        ("window-3", "trained until window 2", [3]),
    ]


def test_on_disk_it_stays_what_it_is(tmp_path) -> None:
    found = over_windows(WINDOWS)
    for name, content in files(found).items():
        (tmp_path / name).write_bytes(content)
    again = load(tmp_path, "test")
    assert again.numbers() == found.numbers()
    assert again.setting == found.setting
    assert again.within(again.groupings[0].groups[1], "MRR").mean == pytest.approx(0.5)


def test_a_metric_that_no_case_of_a_window_counts_for_is_left_out_of_the_mean() -> None:
    empty = replace(WINDOWS[3], measured=tuple(replace(one, value=None) for one in WINDOWS[3].measured))
    assert over_windows({2: WINDOWS[2], 3: empty})["MRR by window"] == WINDOWS[2]["MRR"]


def test_no_window_is_an_error() -> None:
    with pytest.raises(LmrsError, match="no time window was evaluated"):
        over_windows({})
