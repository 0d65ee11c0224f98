"""In half precision the scale of the gradients goes on too. The CPU has no such scale of its own: it is given one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from engine.two_stages import RECIPE, assert_equal

from lmrs.answer.listener import Listener
from lmrs.answer.run import resume, run
from lmrs.train.engine import Engine

KILLED_AFTER = 41


class Halt(Listener):
    """Ends the process's work after some steps, as a kill does."""

    def __init__(self) -> None:
        self.steps = 0

    def stepped(self, step: int, terms: Mapping[str, float]) -> None:
        self.steps += 1
        if self.steps == KILLED_AFTER:
            raise KeyboardInterrupt


@pytest.fixture
def scales(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The scales that engines get: one that doubles every five steps."""
    made: list[Any] = []
    start = Engine.__init__

    def scaled(self: Engine, *args: Any, **more: Any) -> None:
        start(self, *args, **more)
        self._accelerator.scaler = torch.amp.GradScaler("cpu", init_scale=4.0, growth_interval=5)
        made.append(self._accelerator.scaler)

    monkeypatch.setattr(Engine, "__init__", scaled)
    return made


@pytest.mark.fault("C: killed with a scale of gradients")
def test_the_scale_of_gradients_is_resumed(scales: list[Any], tmp_path: Path) -> None:
    run(RECIPE, out=tmp_path / "whole", device="cpu")
    whole = scales[-1].state_dict()
    assert whole["scale"] > 4.0, "it was used"
    with pytest.raises(KeyboardInterrupt):
        run(RECIPE, out=tmp_path / "killed", device="cpu", listener=Halt())
    resume(tmp_path / "killed", device="cpu")
    assert scales[-1] is not scales[-2]
    assert scales[-1].state_dict() == whole
    assert_equal(tmp_path / "whole", tmp_path / "killed")
