"""One stage, put together in the order that the parts allow.

Build, carry weights over, apply the strategy, group, freeze, fill the constant tables, plan what is gathered, wrap,
make the optimiser: what trains changes only between stages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn

from lmrs.model.build import Builder, explained, plan_wires
from lmrs.model.graph import Graph
from lmrs.model.plan import Collator, Plan, mix
from lmrs.model.tables import whole_tables
from lmrs.recipe.resolved import Choice, ResolvedObjective, ResolvedStage
from lmrs.train.carry import SAME, Origin, carry
from lmrs.train.engine import Engine
from lmrs.train.frozen import check_frozen, constant_nodes, digests, free, frozen_names
from lmrs.train.loader import EpochPlan
from lmrs.train.loop import Limits, Loop
from lmrs.train.module import Member, StageModule, needs_of
from lmrs.train.optimizer import Schedule, build_optimizer
from lmrs.train.tune import Hands, LiveNames
from lmrs_plugins import Group, InputError, PluginError


@dataclass
class Stage:
    """A stage ready to run. `draws` are its transforms, which a scorer may look through too.

    `held` are digests of what is frozen, from `hold`.
    """

    resolved: ResolvedStage
    builder: Builder
    graph: Graph
    objectives: dict[str, nn.Module]
    draws: Mapping[str, Any]
    live: LiveNames
    hands: Hands
    strategy: Any
    notes: list[str]
    held: dict[str, str] = field(default_factory=dict)

    def choose(self) -> list[Group]:
        """Ask the strategy what trains, and freeze the rest."""
        groups: list[Group] = []
        if self.strategy is not None:
            with _said(self.resolved):
                groups = list(self.strategy.groups(self.hands))
                free(self.live.parameters(), groups)
                self._check_something_trains()
        else:
            free(self.live.parameters(), ())
        return groups

    def _check_something_trains(self) -> None:
        if self.resolved.objectives and not any(one.requires_grad for one in self.live.parameters().values()):
            absent = ", ".join(self.resolved.absent)
            gone = f" once {absent} is left out" if absent else ""
            raise InputError(f"nothing would train{gone}; name something else that trains, or take the stage out")

    def hold(self, groups: list[Group], held: Mapping[str, str]) -> None:
        """Remember what must be the same to the last bit at the stage's end; `held` is that of a stage that goes on."""
        tensors = self.live.tensors()
        self.held = dict(held) or digests(tensors, frozen_names(self.graph, tensors, groups))

    def check_held(self) -> None:
        """Compare with what was remembered, after the last step and before what was injected is released."""
        used = "no strategy" if self.resolved.strategy is None else self.resolved.strategy.use
        check_frozen(self.held, self.live.tensors(), self.resolved.name, used)

    def trainable(self, engine: Engine, groups: list[Group]) -> Loop:
        """The loop over this stage; its optimiser is new."""
        resolved, seed = self.resolved, mix(self.builder.seed, self.resolved.index)
        if resolved.sampler is None:
            raise InputError(f"stage {resolved.name!r} has objectives and no sampler: say which examples make a batch")
        members = [member for choice, one in enumerate(resolved.objectives) for member in _members(choice, one)]
        module = StageModule(self.graph, self.objectives, members, seed)
        self.graph.to(engine.device)
        module.tables = whole_tables(self.graph, constant_nodes(self.graph), engine.device)
        nodes = self.graph.plans()
        if self.builder.drawn is not None:
            nodes = [node.on(self.builder.drawn) for node in nodes]
        plan = Plan(nodes, [need for member in members for need in member.needs], frozenset(module.tables))
        bindings = {name: node.plan.binding for name, node in self.graph.nodes.items() if node.plan.binding is not None}
        sampler = self.builder.drawing().component(resolved.sampler, binding=bindings)

        def epoch_plan(epoch: int) -> EpochPlan:
            return EpochPlan(sampler.epoch(epoch, seed), resolved.accumulate, engine.rank, engine.world)

        settings = resolved.optimizer
        optimizer = build_optimizer(
            settings.use, settings.rate, settings.decay, settings.betas, groups, self.live.parameters()
        )
        total = resolved.epochs * len(epoch_plan(0))
        schedule = Schedule(optimizer, settings.schedule, settings.warmup, min(total, resolved.max_steps or total))
        return Loop(
            engine,
            module,
            optimizer,
            schedule,
            Collator(plan, self.draws, sampler, seed),
            epoch_plan,
            Limits(resolved.epochs, resolved.max_steps, settings.clip, resolved.checkpoint_every),
            resolved.workers,
            resolved.compile,
        )

    def release(self) -> None:
        """Let the strategy merge or drop what it injected.

        Raises
        ------
        PluginError
            It left something behind, which nobody could find again.
        """
        if self.strategy is not None and self.resolved.strategy is not None:
            with _said(self.resolved):
                self.strategy.release(self.hands)
            left = sorted(self.live.extras() & set(self.live.parameters()))
            if left:
                raise PluginError(
                    f"stage {self.resolved.name!r}: {self.resolved.strategy.use} has injected {left[0]!r} and left it: "
                    "merge or drop it in release()"
                )

    def body(self) -> dict[str, torch.Tensor]:
        """What the next stage inherits: the graph's own tensors, without objectives and extras."""
        gone = self.live.extras()
        return {
            name: tensor
            for name, tensor in self.live.tensors().items()
            if name not in gone and not name.startswith("objective.")
        }


def build_stage(
    resolved: ResolvedStage, builder: Builder, before: Mapping[str, torch.Tensor], origin: Origin = SAME
) -> Stage:
    """Nodes, draws and strategy of a stage, with the weights of the stage before, or of `origin`, in place."""
    graph = builder.graph(resolved.graph)
    objectives: dict[str, nn.Module] = {
        one.name: builder.wired(f"objective.{one.name}", one, graph) for one in resolved.each()
    }
    live = LiveNames(graph, objectives)
    notes = carry(live.tensors(), before, resolved, builder.artifact, origin) if before else []
    hands = Hands(graph, live, _new(resolved), resolved.absent)
    strategy = None if resolved.strategy is None else builder.component(resolved.strategy)
    if strategy is not None:
        with _said(resolved):
            strategy.apply(hands)
    draws = {name: builder.component(draw) for name, draw in resolved.draws.items()}
    return Stage(resolved, builder, graph, objectives, draws, live, hands, strategy, notes)


def _new(stage: ResolvedStage) -> list[str]:
    """Nodes that a recipe says are new in a stage; it does not depend on weights, which a stage that goes on lacks."""
    inits = {name: node.init.kind for name, node in stage.graph.items()}
    fresh = [name for name in inits if (stage.init.kind == "run" or stage.moved) and inits[name] == "fresh"]
    return [*fresh, *(name for name in stage.added if inits[name] != "keep")]


@contextmanager
def _said(stage: ResolvedStage) -> Iterator[None]:
    """Errors of a stage's strategy name both."""
    assert stage.strategy is not None
    try:
        with explained(stage.strategy):
            yield
    except InputError as error:
        where = f"{stage.strategy.where}: stage {stage.name!r}, {stage.strategy.use}"
        raise type(error)(f"{where}: {error}") from error


def _members(number: int, choice: Choice) -> list[Member]:
    drawn = number if len(choice.objectives) > 1 else -1
    return [_member(one, drawn, choice.per) for one in choice.objectives]


def _member(one: ResolvedObjective, choice: int, per: str) -> Member:
    wires = plan_wires(one)
    many = frozenset(port for port, takes in one.takes.items() if takes.many)
    needs = needs_of(one.pulls, wires, one.on)
    return Member(one.name, wires, many, one.on, one.weight, needs, choice, per)
