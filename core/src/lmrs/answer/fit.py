"""A recipe's stages, from the first or from wherever an earlier process was stopped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch

from lmrs.answer.listener import Listener
from lmrs.answer.making import make
from lmrs.answer.setting import Setting
from lmrs.answer.through_windows import keep_result, measured_after
from lmrs.model.memory import enough_memory
from lmrs.recipe.resolved import ResolvedStage
from lmrs.runs.checkpoint import Checkpoint, Checkpoints
from lmrs.runs.interrupts import Interrupts
from lmrs.runs.optimizer import pack_optimizer, unpack_optimizer
from lmrs.runs.randomness import capture_random, restore_random
from lmrs.runs.tensors import check_match
from lmrs.train.carry import SAME
from lmrs.train.engine import Engine
from lmrs.train.frozen import snapshot
from lmrs.train.loop import Loop, Progress, Watchers
from lmrs.train.memory import lowerable
from lmrs.train.stage import Stage, build_stage
from lmrs_plugins import Cancelled, InputError


@dataclass
class Position:
    """Where a run stands: in stage `stage`, or before it where `progress` is None. `log` is the length of its log.

    `scaling` is what the engine says of the scale of its gradients, `held` what the stage is to leave as it was.
    """

    stage: int = 0
    progress: Progress | None = None
    log: int = 0
    scaling: dict[str, Any] = field(default_factory=dict)
    held: dict[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        progress = None if self.progress is None else self.progress.to_dict()
        return {"stage": self.stage, "progress": progress, "log": self.log, "scaling": self.scaling, "held": self.held}

    @staticmethod
    def of(plain: Mapping[str, Any]) -> Position:
        """From JSON."""
        progress = plain["progress"]
        progress = None if progress is None else Progress(**progress)
        scaling, held = dict(plain.get("scaling", {})), dict(plain.get("held", {}))
        return Position(int(plain["stage"]), progress, int(plain["log"]), scaling, held)


class Fit:
    """Trains. Every process of a distributed run makes one; only the first writes."""

    def __init__(self, setting: Setting, listener: Listener, interrupts: Interrupts) -> None:
        self._setting, self._listener, self._interrupts = setting, listener, interrupts
        self._checkpoints = Checkpoints(setting.folder.checkpoints)
        self._steps = 0

    def run(self) -> dict[str, torch.Tensor]:
        """Weights of the model graph as the last stage leaves it, by canonical name."""
        stages = self._setting.resolved.stages
        checkpoint = self._checkpoints.newest()
        for warning in self._checkpoints.warnings:
            self._listener.note(warning)
        position = Position() if checkpoint is None else Position.of(checkpoint.position)
        self._steps = 0 if checkpoint is None else checkpoint.step
        if self._setting.writes:
            self._setting.folder.events.rewind(position.log)
        weights: dict[str, torch.Tensor] = {}
        if checkpoint is not None and position.progress is None:
            weights = checkpoint.model
            restore_random(checkpoint.random)
        else:
            torch.manual_seed(self._setting.resolved.seed)
        for index in range(position.stage, len(stages)):
            going_on = checkpoint if position.progress is not None and index == position.stage else None
            weights = self._stage(stages[index], weights, going_on, position.progress if going_on else None)
            self._heed(f"after stage {stages[index].name!r}")
        return weights

    def _heed(self, where: str) -> None:
        """Stop here, where everything is saved, if a signal asked for it."""
        if self._interrupts.requested is not None:
            raise Cancelled(
                f"stopped {where}; go on with `lmrs resume {self._setting.folder.path}`", self._interrupts.requested
            )

    def _stage(
        self,
        resolved: ResolvedStage,
        before: Mapping[str, torch.Tensor],
        checkpoint: Checkpoint | None,
        progress: Progress | None,
    ) -> dict[str, torch.Tensor]:
        setting = self._setting
        engine = Engine(resolved.precision, setting.device)
        builder = setting.builder(resolved.index)
        # What goes on has its own weights: those that it started from may be gone.
        weights, origin = setting.start(resolved.index, before) if checkpoint is None else ({}, SAME)
        stage = build_stage(resolved, builder, weights, origin)
        for note in stage.notes:
            self._listener.note(note)
        if checkpoint is not None:
            saved = {**checkpoint.model, **checkpoint.extras}
            _restore(stage.live.tensors(), saved, f"the checkpoint of stage {resolved.name!r}")
        groups = stage.choose()
        if resolved.objectives:
            stage.hold(groups, {} if checkpoint is None else Position.of(checkpoint.position).held)
        sizes = {name: tensor.numel() for name, tensor in stage.live.parameters().items()}
        setting.notify("lmrs_after_build", recipe=setting.resolved.to_dict(), parameters=sizes)
        setting.notify("lmrs_before_stage", stage=resolved.name, index=resolved.index, folder=setting.folder.path)
        if resolved.objectives:
            with enough_memory(f"stage {resolved.name!r}", lowerable(stage)):
                loop = stage.trainable(engine, groups)
                self._train(stage, loop, engine, progress or Progress(), checkpoint)
        stage.release()
        artifacts = make(stage, setting, engine, self._listener)
        if measured_after(setting.resolved, resolved.index):
            self._measure(stage, engine)
        engine.barrier()
        setting.notify("lmrs_after_stage", stage=resolved.name, index=resolved.index, artifacts=artifacts)
        self._listener.stage_ended(resolved.name)
        weights = snapshot(stage.body())
        self._save(engine, Checkpoint(weights, random=capture_random()), Position(resolved.index + 1))
        return weights

    def _measure(self, stage: Stage, engine: Engine) -> None:
        """What was trained until this time window is asked about the next."""
        setting, index = self._setting, stage.resolved.index
        evaluator = setting.evaluator("test", index)
        self._listener.evaluating("test", len(evaluator.cases.examples))
        result = evaluator.run(setting.answering(stage.graph, index, engine.device))
        if setting.writes:
            keep_result(setting.folder, result)
        setting.notify("lmrs_after_evaluate", stage=stage.resolved.name, part="test", metrics=result.numbers())

    def _train(
        self, stage: Stage, loop: Loop, engine: Engine, progress: Progress, checkpoint: Checkpoint | None
    ) -> None:
        resolved, live = stage.resolved, stage.live
        best: dict[str, torch.Tensor] | None = None
        if checkpoint is not None:
            unpack_optimizer(loop.optimizer, live.parameters(), checkpoint.optimizer, checkpoint.optimizer_facts)
            engine.restore_scaling(Position.of(checkpoint.position).scaling)
            best = checkpoint.best
            restore_random(checkpoint.random)
        validation = None if resolved.stop is None else self._setting.validation(stage, engine.device)
        total = loop.total_steps()
        self._listener.stage_started(
            resolved.name, resolved.index, len(self._setting.resolved.stages), total, progress.step
        )

        def after_epoch(now: Progress, terms: Mapping[str, float]) -> bool:
            nonlocal best
            metrics: dict[str, float] = {}
            stop = False
            last = now.epoch + 1 >= resolved.epochs
            if (
                validation is not None
                and resolved.stop is not None
                and ((now.epoch + 1) % resolved.stop.every == 0 or last)
            ):
                metrics = validation()
                value = metrics.get(resolved.stop.metric)
                if value is None:
                    raise InputError(
                        f"stage {resolved.name!r}: stop.metric {resolved.stop.metric!r} is none of {', '.join(metrics)}"
                    )
                if now.best is None or value > now.best:
                    now.best, now.best_epoch, now.stale = value, now.epoch, 0
                    best = snapshot(live.tensors())
                else:
                    now.stale += 1
                stop = now.stale >= resolved.stop.patience
                self._setting.notify("lmrs_after_evaluate", stage=resolved.name, part="valid", metrics=metrics)
            self._setting.record(
                {"stage": resolved.name, "epoch": now.epoch, "step": now.step, "terms": dict(terms), "valid": metrics}
            )
            self._listener.epoch_ended(now.epoch, terms, metrics)
            return stop

        def after_step(now: Progress, terms: Mapping[str, float], seconds: float) -> None:
            self._steps += 1
            self._setting.notify("lmrs_after_step", stage=resolved.name, step=now.step, terms=terms, seconds=seconds)
            self._listener.stepped(now.step, terms)

        def save(now: Progress) -> None:
            tensors, facts = pack_optimizer(loop.optimizer, live.parameters())
            body = live.tensors()
            extras = {name: body.pop(name) for name in sorted(live.extras())}
            state = Checkpoint(body, tensors, facts, capture_random(), best=best, extras=extras)
            self._save(engine, state, Position(resolved.index, now, scaling=engine.scaling(), held=stage.held))

        watchers = Watchers(after_epoch, after_step, save, lambda: self._interrupts.requested is not None)
        loop.run(progress, watchers)
        if not progress.finished:
            self._heed(f"in stage {resolved.name!r} after step {progress.step}")
        stage.check_held()
        if best is not None:
            _restore(live.tensors(), best, "the best epoch")

    def _save(self, engine: Engine, state: Checkpoint, position: Position) -> None:
        if engine.rank == 0:
            position.log = self._setting.folder.events.length()
            state.position = position.to_dict()
            folder = self._checkpoints.save(self._steps, state)
            self._setting.notify("lmrs_after_save", folder=folder)


@torch.no_grad()
def _restore(live: Mapping[str, torch.Tensor], saved: Mapping[str, torch.Tensor], where: str) -> None:
    check_match(saved, live, where)
    for name, tensor in live.items():
        tensor.copy_(saved[name])
