"""A small state that looks like a run's."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from lmrs.runs import manifest
from lmrs.runs.checkpoint import Checkpoint


@pytest.fixture
def state() -> Callable[[int], Checkpoint]:
    """The state after `step` steps, unlike that after any other."""

    def make(step: int, best: int = 0) -> Checkpoint:
        return Checkpoint(
            model={"item.weight": torch.full((6, 4), float(step)), "head.bias": torch.arange(3.0) + step},
            optimizer={"state/item.weight/exp_avg": torch.full((6, 4), -float(step))},
            optimizer_facts={"class": "AdamW", "groups": [{"lr": 0.1, "betas": (0.9, 0.999)}]},
            random={"torch": torch.arange(16, dtype=torch.uint8), "python": (3, (1, 2, 3), None)},
            position={"stage": 0, "epoch": step, "metric": float("-inf")},
            best={"item.weight": torch.full((6, 4), float(best))},
        )

    return make


@pytest.fixture
def reseal() -> Callable[[Path], None]:
    """Give a changed folder a manifest that fits, as somebody who means harm would."""

    def do(folder: Path) -> None:
        (folder / manifest.NAME).unlink(missing_ok=True)
        data = manifest.seal(folder)
        assert json.loads(data)["files"]
        (folder / manifest.NAME).write_bytes(data)

    return do
