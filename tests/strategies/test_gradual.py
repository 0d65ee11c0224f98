"""Gradual unfreezing: one part more in each round, and what is still frozen stays as it was to the last bit."""

from __future__ import annotations

from pathlib import Path

import pytest
from strategies.conftest import Train, moved

from lmrs.answer.run import resume
from lmrs.host.host import Host
from lmrs.train.stage import build_stage

PARTS = (
    ("history.layers.1.", "history.norm."),
    ("history.layers.0.",),
    ("history.positions", "history.special", "history.input_norm", "history.enter"),
)


@pytest.fixture(scope="module")
def thawed(train: Train):
    return train("gradual")


@pytest.mark.parametrize("number", [1, 2, 3])
def test_each_round_trains_one_part_more(thawed, number: int) -> None:
    pipeline, borders = thawed
    states = [borders.weights[f"thaw-{one}"] for one in (1, 2, 3)] + [pipeline.weights]
    free = [prefix for part in PARTS[:number] for prefix in part]
    changed = moved(states[number - 1], states[number])
    assert all(name.startswith(tuple(free)) for name in changed), "what is frozen has not moved"
    for part in PARTS[:number]:
        assert [name for name in changed if name.startswith(part)], f"{part} trained"


def test_rates_fade_downwards_and_a_part_warms_up_by_itself(thawed) -> None:
    setting = thawed[0].setting
    stage = build_stage(setting.resolved.stages[3], setting.builder(3), {})
    found = [(group.names[0].split(".")[1], group.rate, group.warmup) for group in stage.choose()]
    assert [(rate, warmup) for _, rate, warmup in found] == [(1.0, 4), (0.5, None), (0.25, None)]
    assert found[0][0] == "layers"


@pytest.mark.fault("C: a run dies in a round of gradual unfreezing")
def test_a_run_that_dies_in_a_round_ends_the_same(thawed, train: Train, host: Host, tmp_path: Path) -> None:
    out = tmp_path / "run"
    with pytest.raises(ConnectionError):
        train("gradual", out=out, stop=("thaw-2", 3))
    assert not moved(resume(out, host=host, device="cpu").weights, thawed[0].weights)
