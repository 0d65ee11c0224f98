"""The steps of a stage."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import torch
from torch import nn

from lmrs.model.batch import Batch
from lmrs.model.plan import Collator
from lmrs.train.engine import Engine
from lmrs.train.frozen import still_modules
from lmrs.train.loader import EpochPlan, steps
from lmrs.train.module import StageModule
from lmrs.train.optimizer import Schedule
from lmrs_plugins import LmrsError


@dataclass
class Progress:
    """How far a stage has come: everything that the loop itself remembers, as plain data.

    `sums` holds, for each term of the running epoch, its sum and its count. `best` is the best validation value so far,
    `stale` how many validations have passed since.
    """

    epoch: int = 0
    step_in_epoch: int = 0
    step: int = 0
    sums: dict[str, list[float]] = field(default_factory=dict)
    best: float | None = None
    best_epoch: int = -1
    stale: int = 0
    finished: bool = False

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Limits:
    """How long a stage trains. `save_every` is in steps, 0 for the end of each epoch only."""

    epochs: int
    max_steps: int | None = None
    clip: float = 0.0
    save_every: int = 0


@dataclass(frozen=True)
class Watchers:
    """What the loop tells the outside.

    `after_epoch` may evaluate and says whether to stop; `after_step` is told terms and seconds; `save` writes a
    checkpoint; `halted` is asked after each step and stops the loop once a checkpoint is written.
    """

    after_epoch: Callable[[Progress, Mapping[str, float]], bool]
    after_step: Callable[[Progress, Mapping[str, float], float], None]
    save: Callable[[Progress], None]
    halted: Callable[[], bool]


class Loop:
    """Runs a stage from wherever `progress` says."""

    def __init__(
        self,
        engine: Engine,
        stage: StageModule,
        optimizer: torch.optim.Optimizer,
        schedule: Schedule,
        collator: Collator,
        epoch_plan: Callable[[int], EpochPlan],
        limits: Limits,
        workers: int = 0,
        compiled: bool = False,
    ) -> None:
        self._engine, self._stage, self._schedule, self._collator = engine, stage, schedule, collator
        self._epoch_plan, self._limits, self._workers = epoch_plan, limits, workers
        self._still = still_modules(stage.graph)
        wrapped, self.optimizer = engine.wrap(stage, optimizer)
        self._wrapped: nn.Module = torch.compile(wrapped) if compiled else wrapped  # type: ignore[assignment]
        self._trained = [parameter for group in optimizer.param_groups for parameter in group["params"]]

    def total_steps(self) -> int:
        """Optimiser steps if nothing ends the stage early, as its first epoch goes."""
        total = self._limits.epochs * len(self._epoch_plan(0))
        return total if self._limits.max_steps is None else min(total, self._limits.max_steps)

    def run(self, progress: Progress, watchers: Watchers) -> Progress:
        """Train until the end, an early stop or a halt; `progress.finished` says which."""
        limits = self._limits
        while not progress.finished and progress.epoch < limits.epochs:
            plan = self._epoch_plan(progress.epoch)
            first = progress.step - progress.step_in_epoch
            started = time.perf_counter()
            for batches in steps(plan, self._collator, progress.epoch, first, progress.step_in_epoch, self._workers):
                means = self._step(batches, progress)
                progress.step += 1
                progress.step_in_epoch += 1
                now = time.perf_counter()
                watchers.after_step(progress, means, now - started)
                started = now
                if limits.max_steps is not None and progress.step >= limits.max_steps:
                    break
                if watchers.halted():
                    watchers.save(progress)
                    return progress
                if limits.save_every and progress.step % limits.save_every == 0:
                    watchers.save(progress)
            self._end_epoch(progress, watchers)
        progress.finished = True
        return progress

    def _end_epoch(self, progress: Progress, watchers: Watchers) -> None:
        means = {name: total / count for name, (total, count) in sorted(progress.sums.items()) if count}
        stop = watchers.after_epoch(progress, means)
        progress.epoch += 1
        progress.step_in_epoch, progress.sums = 0, {}
        limits = self._limits
        spent = limits.max_steps is not None and progress.step >= limits.max_steps
        progress.finished = stop or spent or progress.epoch >= limits.epochs
        watchers.save(progress)

    def _step(self, batches: list[Batch], progress: Progress) -> dict[str, float]:
        self._wrapped.train()
        for module in self._still:
            module.eval()
        self._schedule.set(progress.step)
        self.optimizer.zero_grad(set_to_none=True)
        counts = self._counts(batches) if len(batches) > 1 else None
        weights = self._stage.weights()
        seen: dict[str, list[float]] = {}
        for number, batch in enumerate(batches):
            with self._engine.hold(self._wrapped, number + 1 < len(batches)):
                with self._engine.autocast():
                    terms = self._wrapped(batch.to(self._engine.device))
                live = not batch.idle
                terms = {name: (total * live, count * live) for name, (total, count) in terms.items()}
                shares = counts or {
                    name: float(self._engine.total(count)) * len(batches) for name, (_, count) in terms.items()
                }
                loss = sum(
                    (
                        weights[name.partition(".")[0]] * total.float() * (self._engine.world / shares[name])
                        for name, (total, _) in terms.items()
                        if shares[name]
                    ),
                    start=torch.zeros((), device=self._engine.device),
                )
                if not loss.requires_grad:
                    loss = loss + 0.0 * sum(parameter.sum() for parameter in self._trained)
                self._engine.backward(loss)
            for name, (total, count) in terms.items():
                both = self._engine.total(torch.stack([total.detach().double(), count]))
                pair = seen.setdefault(name, [0.0, 0.0])
                pair[0] += float(both[0])
                pair[1] += float(both[1])
        self._check(seen, progress)
        if self._limits.clip:
            self._engine.clip(self._trained, self._limits.clip)
        self.optimizer.step()
        for name, (total, count) in seen.items():
            pair = progress.sums.setdefault(name, [0.0, 0.0])
            pair[0] += total
            pair[1] += count
        return {name: total / count for name, (total, count) in seen.items() if count}

    def _counts(self, batches: list[Batch]) -> dict[str, float] | None:
        """Counts over all parts of a step and all processes, so that accumulated parts weigh by what they hold."""
        summed: dict[str, float] = {}
        for batch in batches:
            counts = self._stage.counts(batch)
            if counts is None:
                return None
            for name, count in counts.items():
                summed[name] = summed.get(name, 0.0) + count * (not batch.idle)
        if self._engine.world == 1:
            return summed
        names = sorted(summed)
        totals = self._engine.total(torch.tensor([summed[name] for name in names], device=self._engine.device))
        return dict(zip(names, totals.tolist(), strict=True))

    @staticmethod
    def _check(seen: Mapping[str, list[float]], progress: Progress) -> None:
        for name, (total, _) in seen.items():
            if total != total or total in (float("inf"), float("-inf")):
                raise LmrsError(
                    f"loss {name} became {total} in step {progress.step}: lower optimizer.rate, or set optimizer.clip"
                )
