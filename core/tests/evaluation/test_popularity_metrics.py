"""Novelty and popularity bias, worked by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from lmrs.evaluation.build import build_metrics
from lmrs.evaluation.metrics.aplt import Aplt
from lmrs.evaluation.options import LongTail
from lmrs.evaluation.ranking import rank
from lmrs_plugins.metric import Ranked
from lmrs_plugins.ragged import Ragged

# 16 training events.
EVENTS = np.array([8, 4, 2, 1, 1, 0])
# The lists are [0, 1], [2, 3], [5, 4], and nothing.
SCORES = [[9, 8, 0, 0, 0, 0], [0, 0, 9, 8, 0, 0], [0, 0, 0, 0, 8, 9], [-np.inf] * 6]
SEEN = [[1, 2], [1], [], [0]]


def ranked(events=EVENTS) -> Ranked:
    placed = rank(torch.tensor(SCORES), Ragged.of([[], [0], [1], [2]]), rows=6, top=2)
    return replace(placed, popularity=events, seen=Ragged.of(SEEN))


def value(name: str, of: Ranked | None = None) -> list[float]:
    (metric,) = build_metrics([name])
    return metric.values(ranked() if of is None else of).tolist()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # 8 and 4 of 16 are 1 and 2 bits; 2 and 1 are 3 and 4; no event counts as one: 4 and 4.
        ("novelty@2", [1.5, 3.5, 4.0, np.nan]),
        ("novelty@1", [1.0, 3.0, 4.0, np.nan]),
        ("arp@2", [6.0, 1.5, 0.5, np.nan]),
        # Before the row of 2 stand 12 of 16 events, before those of 1 stand 14: those and row 5 are the long tail.
        ("aplt@2", [0.0, 0.5, 1.0, np.nan]),
        # Lists of cases that have both: (6 + 1.5) / 2; histories: (3 + 4) / 2.
        ("poplift@2", [(3.75 - 3.5) / 3.5]),
    ],
)
def test_worked_by_hand(name, expected):
    assert value(name) == pytest.approx(expected, nan_ok=True)


def test_where_the_head_ends_is_an_option_and_stands_in_the_name():
    metric = Aplt(LongTail(at=2, head=0.5))
    assert metric.name == "APLT(0.5)@2"
    assert "at least 50% of all training events" in metric.definition
    # Before the row of 4 stand 8 of 16.
    assert metric.values(ranked()).tolist() == pytest.approx([0.5, 1.0, 1.0, np.nan], nan_ok=True)


@pytest.mark.fault("G: no training events: {id}")
@pytest.mark.parametrize("name", ["novelty@2", "arp@2", "aplt@2"])
def test_what_is_not_known_is_no_number(name):
    assert np.isnan(value(name, ranked(events=None))).tolist() == [True] * 4


def test_a_lift_needs_events_and_histories():
    assert np.isnan(value("poplift@2", ranked(events=None))).all()
    assert np.isnan(value("poplift@2", replace(ranked(), seen=None))).all()
    assert np.isnan(value("poplift@2", replace(ranked(), seen=Ragged.of([[], [], [], []])))).all()
    assert np.isnan(value("poplift@2", replace(ranked(), seen=Ragged.of([[5], [5], [5], [5]])))).all()


@pytest.mark.fault("G: no recommendations and no right answers: {id}")
@pytest.mark.parametrize("name", ["novelty@2", "arp@2", "aplt@2"])
def test_cases_without_right_answers_count_and_empty_lists_do_not(name):
    found = value(name)
    assert not np.isnan(found[0])
    assert np.isnan(found[3])
