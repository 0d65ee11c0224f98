"""A recipe's first stage, ready to be stepped through without a run around it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from lmrs.answer.prepared import prepare
from lmrs.answer.setting import Setting
from lmrs.host.host import Host
from lmrs.model.batch import Batch
from lmrs.runs.folder import RunFolder
from lmrs.train.engine import Engine
from lmrs.train.loader import steps
from lmrs.train.loop import Loop, Progress
from lmrs.train.stage import Stage, build_stage

NO_FOLDER = cast(RunFolder, None)
"""Nothing here is written."""


@dataclass
class Stepper:
    """Makes batches and takes steps, as a run would."""

    setting: Setting
    stage: Stage
    loop: Loop
    progress: Progress

    def batches(self) -> Iterator[list[Batch]]:
        """Epoch after epoch, each step's batches."""
        epoch = 0
        while True:
            plan = self.loop._epoch_plan(epoch)
            yield from steps(plan, self.loop._collator, epoch, self.progress.step)
            epoch += 1

    def step(self, batches: list[Batch]) -> dict[str, float]:
        """One optimiser step; the means of the terms."""
        terms = self.loop._step(batches, self.progress)
        self.progress.step += 1
        return terms


def stepper(recipe: str, data: str | Path, overrides: Sequence[str] = (), seed: int = 1) -> Stepper:
    """The first stage of a recipe on the CPU."""
    found = prepare(recipe, Host(), data, list(overrides), seed)
    setting = Setting(found.resolved, found.bundle, Host(), NO_FOLDER, "cpu", writes=False)
    resolved = found.resolved.stages[0]
    stage = build_stage(resolved, setting.builder(0), {})
    engine = Engine(resolved.precision, "cpu")
    return Stepper(setting, stage, stage.trainable(engine, stage.choose()), Progress())


def positions(batches: list[Batch], view: str) -> int:
    """Positions of a step that hold an event; padding is none."""
    masks: list[Any] = [batch.views[view].mask for batch in batches]
    return sum(int(mask.sum()) for mask in masks)
