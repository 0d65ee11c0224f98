"""Rates by step, and groups with a warm-up of their own."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from lmrs.train.optimizer import Schedule, build_optimizer
from lmrs_plugins import Group, InputError

NAMED = {
    "a": nn.Parameter(torch.zeros(2, 2)),
    "b": nn.Parameter(torch.zeros(2, 2)),
    "b.bias": nn.Parameter(torch.zeros(2)),
}
GROUPS = [Group(["a"]), Group(["b", "b.bias"], rate=0.5, warmup=4), Group([], warmup=9)]


def rates(kind: str, warmup: int, total: int, steps: int) -> list[list[float]]:
    optimizer = build_optimizer("adamw", 1.0, 0.1, (0.9, 0.999), GROUPS, NAMED)
    schedule = Schedule(optimizer, kind, warmup, total)
    found = []
    for step in range(steps):
        schedule.set(step)
        found.append([group["lr"] for group in optimizer.param_groups])
    return found


def test_a_group_warms_up_in_its_own_time_and_the_others_in_the_stages() -> None:
    first, second, bias = zip(*rates("constant", 2, 100, 6), strict=True)
    assert first == (0.5, 1, 1, 1, 1, 1)
    assert second == bias == (0.125, 0.25, 0.375, 0.5, 0.5, 0.5)


def test_each_decays_from_where_its_warm_up_ends() -> None:
    first, second, _ = zip(*rates("linear", 0, 8, 8), strict=True)
    assert first == pytest.approx([1 - step / 8 for step in range(8)])
    assert second == pytest.approx([0.125, 0.25, 0.375, 0.5, 0.5, 0.375, 0.25, 0.125])


def test_rates_follow_from_the_step_alone() -> None:
    """A resumed optimiser brings the rates of when it was saved; the next step sets its own."""
    optimizer = build_optimizer("adam", 1.0, 0.0, (0.9, 0.999), GROUPS, NAMED)
    schedule = Schedule(optimizer, "cosine", 3, 10)
    schedule.set(5)
    kept, now = optimizer.state_dict(), [group["lr"] for group in optimizer.param_groups]
    again = build_optimizer("adam", 1.0, 0.0, (0.9, 0.999), GROUPS, NAMED)
    later = Schedule(again, "cosine", 3, 10)
    again.load_state_dict(kept)
    later.set(5)
    assert [group["lr"] for group in again.param_groups] == now


def test_nothing_to_train_is_said() -> None:
    with pytest.raises(InputError, match="nothing trains in this stage"):
        build_optimizer("adamw", 1.0, 0.0, (0.9, 0.999), [Group([])], NAMED)
