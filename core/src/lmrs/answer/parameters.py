"""What trains in each stage of a recipe, counted: every stage is built, none is trained."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from torch import nn

from lmrs.answer.prepared import Prepared
from lmrs.answer.setting import Setting
from lmrs.host.host import Host
from lmrs.recipe.resolved import ResolvedStage
from lmrs.runs.folder import RunFolder
from lmrs.train.frozen import constant_nodes
from lmrs.train.stage import Stage, build_stage
from lmrs_plugins import Artifact, Group, InputError


@dataclass(frozen=True)
class Part:
    """A published part of a node, a node that publishes none, or an objective; what was injected is a part of its own.

    `rates` are the learning rates of its parameters that train, largest first.
    """

    name: str
    trainable: int
    total: int
    rates: tuple[float, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {"name": self.name, "trainable": self.trainable, "total": self.total, "rates": list(self.rates)}


@dataclass(frozen=True)
class Counted:
    """One stage. `once` are the nodes that are computed once, not in every step; `note` says why nothing is known."""

    name: str
    strategy: str
    parts: tuple[Part, ...] = ()
    once: tuple[str, ...] = ()
    note: str = ""

    @property
    def trainable(self) -> int:
        """How many numbers train."""
        return sum(part.trainable for part in self.parts)

    @property
    def total(self) -> int:
        """How many there are."""
        return sum(part.total for part in self.parts)

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        known = not self.note
        return {
            "stage": self.name,
            "strategy": self.strategy or None,
            "trainable": self.trainable if known else None,
            "total": self.total if known else None,
            "parts": [part.to_dict() for part in self.parts],
            "once": list(self.once),
            "note": self.note or None,
        }


class _NotMadeError(InputError):
    """A stage asks for an artifact that no run has made yet."""


@dataclass
class _Planned(Setting):
    """What a run would stand on, without a run."""

    folder: RunFolder = field(default_factory=lambda: RunFolder(Path(), {}, None))

    def artifact(self, stage: int, name: str) -> Artifact:
        makers = [one.name for one in self.resolved.stages[:stage] if name in one.makers]
        whose = f"which stage {makers[-1]!r} leaves" if makers else "which no stage before it leaves"
        raise _NotMadeError(f"is made of artifact {name!r}, {whose}: nothing can be counted before that is there")


def counted(prepared: Prepared, host: Host) -> list[Counted]:
    """The stages in order; one at a time is in memory."""
    setting = _Planned(prepared.resolved, prepared.bundle, host, others=prepared.others)
    return [_counted(stage, setting) for stage in prepared.resolved.stages]


def _counted(resolved: ResolvedStage, setting: Setting) -> Counted:
    used = "" if resolved.strategy is None else resolved.strategy.use
    try:
        stage = build_stage(resolved, setting.builder(resolved.index), {})
        groups = stage.choose() if resolved.objectives else []
    except _NotMadeError as error:
        return Counted(resolved.name, used, note=str(error))
    once = constant_nodes(stage.graph) if resolved.objectives else []
    return Counted(resolved.name, used, tuple(_parts(stage, groups)), tuple(once))


def _parts(stage: Stage, groups: list[Group]) -> Iterator[Part]:
    parameters, extras = stage.live.parameters(), stage.live.extras()
    rates = {name: group.rate * stage.resolved.optimizer.rate for group in groups for name in group.names}
    hands = stage.hands
    for node in hands.nodes():
        own = [name for name in hands.names(node) if name not in extras]
        published = {part: [name for name in names if name in own] for part, names in hands.parts(node).items()}
        rest = set(own) - {name for names in published.values() for name in names}
        for part, names in {**published, "rest": [name for name in own if name in rest]}.items():
            if names:
                yield _part(node if part == "all" else f"{node}.{part}", names, parameters, rates)
        if injected := [name for name in hands.names(node) if name in extras]:
            yield _part(f"{node} (injected)", injected, parameters, rates)
    for objective in stage.objectives:
        if names := hands.names(f"objective.{objective}"):
            yield _part(f"objective.{objective}", names, parameters, rates)


def _part(name: str, names: list[str], parameters: Mapping[str, nn.Parameter], rates: Mapping[str, float]) -> Part:
    trained = [one for one in names if one in rates and parameters[one].requires_grad]
    found = sorted({rates[one] for one in trained}, reverse=True)
    sizes = {one: parameters[one].numel() for one in names}
    return Part(name, sum(sizes[one] for one in trained), sum(sizes.values()), tuple(found))
