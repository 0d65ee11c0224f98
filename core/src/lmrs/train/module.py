"""Graph and objectives as the one module that a step calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn

from lmrs.model.batch import Batch
from lmrs.model.graph import Graph
from lmrs.model.plan import Need, Wire, mix
from lmrs.model.step import GraphStep, PortStep, view_name
from lmrs_plugins import ExampleRandom, PluginError, Pull


@dataclass(frozen=True)
class Member:
    """An objective in a stage: its wiring, the draws it stands on and its weight.

    `choice` is the number of the group of which one is drawn, -1 where it always counts; `per` is `step` or `epoch`.
    """

    name: str
    wires: Mapping[str, Sequence[Wire]]
    many: frozenset[str]
    draws: Sequence[str]
    weight: float
    needs: Sequence[Need]
    choice: int = -1
    per: str = "step"

    def term(self, name: str) -> str:
        """How a term of this objective is called in logs."""
        return f"{self.name}.{name}"


class StageModule(nn.Module):
    """One forward returns every term of the batch: data-parallel wrappers and compilers see a single call."""

    def __init__(self, graph: Graph, objectives: Mapping[str, nn.Module], members: Sequence[Member], seed: int) -> None:
        super().__init__()
        self.graph = graph
        self.objectives = nn.ModuleDict(objectives)
        self.members = list(members)
        self.tables: dict[str, Any] = {}
        self._seed = seed

    def chosen(self, index: int, epoch: int) -> list[Member]:
        """The objectives of a step: one of each group that is drawn from, and all others."""
        groups: dict[int, list[Member]] = {}
        for member in self.members:
            if member.choice >= 0:
                groups.setdefault(member.choice, []).append(member)
        drawn = set()
        for choice, several in groups.items():
            turn = index if several[0].per == "step" else epoch
            random = ExampleRandom(mix(self._seed, 77, choice), np.array([turn]))
            drawn.add(several[int(random.integers(len(several))[0])].name)
        return [member for member in self.members if member.choice < 0 or member.name in drawn]

    def counts(self, batch: Batch) -> dict[str, float] | None:
        """Counts of all terms from the views alone; None where an objective cannot say."""
        step, found = GraphStep(self.graph, batch), {}
        for member in self.chosen(batch.index, batch.epoch):
            objective: Any = self.objectives[member.name]
            if not hasattr(objective, "counts"):
                return None
            for name, count in objective.counts(self._port_step(step, member)).items():
                found[member.term(name)] = float(count)
        return found

    def forward(self, batch: Batch) -> dict[str, tuple[torch.Tensor, torch.Tensor]]:
        """Terms by name, each the sum and the count of this batch."""
        step = GraphStep(self.graph, batch, self.tables, mix(self._seed, batch.index))
        terms: dict[str, tuple[torch.Tensor, torch.Tensor]] = {}
        for member in self.chosen(batch.index, batch.epoch):
            objective: Any = self.objectives[member.name]
            for name, value in objective.terms(self._port_step(step, member)).items():
                if not isinstance(value, tuple) or len(value) != 2:
                    raise PluginError(f"objective {member.name!r}: term {name!r} has to be (sum, count), not {value!r}")
                total, count = value
                if total.ndim:
                    shape = tuple(total.shape)
                    raise PluginError(
                        f"objective {member.name!r}: term {name!r} is no scalar sum: its shape is {shape}"
                    )
                terms[member.term(name)] = (total, torch.as_tensor(count, dtype=torch.float64, device=total.device))
        return terms

    def _port_step(self, step: GraphStep, member: Member) -> PortStep:
        return PortStep(step, member.wires, member.many, member.draws, self.training)

    def weights(self) -> dict[str, float]:
        """Weight by objective."""
        return {member.name: member.weight for member in self.members}


def needs_of(pulls: Sequence[Pull], wires: Mapping[str, Sequence[Wire]], draws: Sequence[str]) -> list[Need]:
    """What pulls mean on these wires and draws."""
    return [
        Need(wire, view_name(draws, pull.view) if pull.view else None, frozenset(pull.anew))
        for pull in pulls
        for wire in wires.get(pull.port, ())
    ]
