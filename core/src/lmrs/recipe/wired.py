"""Objectives, scorers and makers on the nodes of a graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lmrs.recipe.bench import Bench
from lmrs.recipe.graph import Absent, MissingNodeError, known_wires, loses, without
from lmrs.recipe.resolved import ResolvedNode, ResolvedWired, Wire
from lmrs.recipe.schema import OptionalSpec, Spec
from lmrs.recipe.subjects import tied
from lmrs.recipe.tree import Path
from lmrs_plugins.errors import InputError, PluginError
from lmrs_plugins.ports import Pull, holds


@dataclass(frozen=True)
class Board:
    """What such a component is wired to: the graph of its stage, and why other nodes are not in it."""

    bench: Bench
    graph: Mapping[str, ResolvedNode]
    absent: Absent

    def wired(self, spec: Spec, path: Path, reserved: Sequence[str] = ("use",)) -> ResolvedWired:
        """The component; a port that is not wired takes the node of its own name."""
        entry = self.bench.lookup(spec.families, spec.use, path)
        said = self.bench.say(entry, self.bench.given(spec.keys, path), path, reserved)
        options, parts = self.bench.options(said)
        wires: dict[str, tuple[Wire, ...]] = {}
        for port, takes in entry.card.takes.items():
            there = port in self.graph or (port in self.absent and not takes.optional)
            wires[port] = said.wires[port] if port in said.wires else (Wire(port),) if there else ()
        found = ResolvedWired(
            entry=entry,
            options=options,
            parts=parts,
            path=path,
            where=self.bench.tree.where(path),
            wires=wires,
            takes=entry.card.takes,
        )
        lost = loses(found, self.absent)
        if lost:
            raise MissingNodeError(found.where, lost)
        found = without(found, self.absent)
        known_wires(found, self.graph)
        return tied(found, self.graph)

    def wired_or_not(self, spec: OptionalSpec, path: Path, reserved: Sequence[str]) -> ResolvedWired | None:
        """The component; None for an optional one whose plugin or node is missing, with a note that says which."""
        if spec.optional:
            try:
                self.bench.lookup(spec.families, spec.use, path)
            except PluginError as error:
                self._left_out(str(error))
                return None
        try:
            return replace(self.wired(spec, path, reserved), optional=spec.optional)
        except MissingNodeError as error:
            if not spec.optional:
                raise InputError(f"{error}, or say optional: true") from None
            self._left_out(error.why)
            return None

    def _left_out(self, why: str) -> None:
        self.bench.notes.append(f"left out: {why}")

    def draw(self, draws: Sequence[str], path: Path, name: str) -> str:
        """The draw that a component stands on where it does not say so: the only one."""
        if len(draws) == 1:
            return draws[0]
        there = f"which of {', '.join(draws)}" if draws else "which, and there is none"
        raise self.bench.fail(path, f"{name} looks at a draw: say {there}")


def fields(found: ResolvedWired) -> dict[str, Any]:
    """The fields of a wired component, for one that has more."""
    return vars(found)


def active_pulls(found: ResolvedWired) -> tuple[Pull, ...]:
    """The card's pulls whose conditions hold, on ports that are wired."""
    settings = found.settings()
    return tuple(pull for pull in found.card.pulls if holds(pull.when, settings) and found.wires.get(pull.port))
