"""From resolved nodes to live ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

import torch
from torch import nn

from lmrs.data.cache_folder import rows_folder
from lmrs.model.graph import Graph, Keeping, Node, PortUse
from lmrs.model.identity import identity
from lmrs.model.plan import NodePlan, Wire
from lmrs.recipe.catalogue import Entry
from lmrs.recipe.resolved import ResolvedComponent, ResolvedNode, ResolvedWired
from lmrs_plugins import Artifact, Bundle, Env, InputError, LmrsError, PluginError


@dataclass(frozen=True)
class Builder:
    """Builds components of one run: knows the data, the seed, how to load a class and where artifacts are.

    `bundle` holds training events only, and vocabularies as the running stage has them; `drawn` those of them that a
    sampler meets, None for all. `fitted` is what bindings were fitted on, where rows have been added since.
    """

    bundle: Bundle
    seed: int
    load: Callable[[Entry], Any]
    artifact: Callable[[str], Artifact]
    drawn: Bundle | None = None
    fitted: Bundle | None = None

    def drawing(self) -> Builder:
        """Builds what meets nothing but the events that examples are drawn from."""
        return self if self.drawn is None else replace(self, bundle=self.drawn, drawn=None)

    def component(self, resolved: ResolvedComponent, **more: Any) -> Any:
        """An instance; `more` goes into its `Env`."""
        env = self.env(resolved, **more)
        with explained(resolved):
            return self._call(self.load(resolved.entry), env, resolved)

    def env(self, resolved: ResolvedComponent, **more: Any) -> Env:
        """What a component is told."""
        parts = {
            name: [self.component(one) for one in part] if isinstance(part, tuple) else self.component(part)
            for name, part in resolved.parts.items()
        }
        return Env(bundle=self.bundle, parts=parts, seed=self.seed, _artifact=self.artifact, **more)

    def wired(self, name: str, resolved: ResolvedWired, graph: Graph) -> Any:
        """An objective, scorer or maker over a graph: it is told the widths of its ports."""
        with seeded(self.seed, name):
            return self.component(resolved, widths=port_widths(resolved, graph))

    def graph(self, nodes: Mapping[str, ResolvedNode]) -> Graph:
        """All nodes, inputs first. Each starts from a seed of its own, so that adding one changes no other."""
        made: dict[str, Node] = {}
        for name, resolved in nodes.items():
            env = self.env(resolved)
            with explained(resolved):
                component = self.load(resolved.entry)
                binding = self._bound(component, env, resolved)
                plan = self._plan(resolved, binding)
                env = replace(env, binding=binding, widths=_widths(resolved, made))
                if resolved.share:
                    module = made[resolved.share].module
                else:
                    with seeded(self.seed, name):
                        module = self._call(component, env, resolved)
                if not isinstance(module, nn.Module) or not hasattr(module, "width"):
                    raise PluginError(f"node {name!r}: {resolved.use} has to be an nn.Module with a `width`")
                ports = {port: PortUse(takes.many, takes.lazy) for port, takes in resolved.takes.items()}
                made[name] = Node.of(plan, module, ports)
        return Graph(made.values(), _keeping(nodes, made))

    def _bound(self, component: Any, env: Env, resolved: ResolvedNode) -> Any:
        """What a node's `bind` gives, on the data with all rows; None where it has none."""
        if not hasattr(component, "bind"):
            return None
        if self.fitted is None:
            return self._call(component.bind, env, resolved)
        binding = self._call(component.bind, replace(env, bundle=self.fitted), resolved)
        subjects = {subject for port in resolved.gives.values() for subject in port.subject.split("*")}
        known = self.fitted.vocabularies
        more = [one for one in subjects if one in known and len(known[one]) < self.bundle.count(one)]
        if not more:
            return binding
        if not hasattr(binding, "on"):
            raise InputError(
                f"node {resolved.name!r}: {resolved.use} cannot take a {more[0]} that was added after training: its "
                "binding has no `on`"
            )
        return binding.on(self.bundle)

    def _plan(self, resolved: ResolvedNode, binding: Any) -> NodePlan:
        subjects = {output: port.subject for output, port in resolved.gives.items()}
        subject = next(iter(subjects.values()))
        countable = subject in self.bundle.vocabularies or subject == "event"
        return NodePlan(
            resolved.name,
            resolved.card.evaluation,
            subjects,
            plan_wires(resolved),
            binding,
            self.bundle.count(subject) if countable else None,
            resolved.budget,
            resolved.recompute,
        )

    @staticmethod
    def _call(component: Any, env: Env, resolved: ResolvedComponent) -> Any:
        return component(env) if resolved.options is None else component(env, resolved.options)


def _keeping(nodes: Mapping[str, ResolvedNode], made: Mapping[str, Node]) -> Keeping | None:
    folder = rows_folder()
    has_keys = [name for name, node in made.items() if hasattr(node.plan.binding, "keys")]
    return None if folder is None else Keeping(folder, {name: identity(nodes[name]) for name in has_keys})


def plan_wires(resolved: ResolvedWired) -> dict[str, tuple[Wire, ...]]:
    """Wires with the field that each port looks at."""
    return {
        port: tuple(Wire(wire.node, wire.output, resolved.takes[port].at) for wire in wires)
        for port, wires in resolved.wires.items()
    }


def port_widths(resolved: ResolvedWired, graph: Graph) -> dict[str, Any]:
    """Width by port, a list where it takes many."""
    return _widths(resolved, graph.nodes)


def _widths(resolved: ResolvedWired, nodes: Mapping[str, Node]) -> dict[str, Any]:
    widths: dict[str, Any] = {}
    for port, wires in resolved.wires.items():
        found = []
        for wire in wires:
            width: Any = nodes[wire.node].module.width
            if isinstance(width, dict):
                width = width[wire.output] if wire.output else next(iter(width.values()))
            found.append(width)
        if found:
            widths[port] = found if resolved.takes[port].many else found[0]
    return widths


@contextmanager
def seeded(seed: int, name: str) -> Iterator[None]:
    """Torch's generators seeded by run and name inside, and as they were outside."""
    digest = int.from_bytes(sha256(f"{seed} {name}".encode()).digest()[:7], "big")
    with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
        torch.manual_seed(digest)
        yield


@contextmanager
def explained(resolved: ResolvedComponent) -> Iterator[None]:
    """Errors of a component's own code name it; errors that are meant for people pass as they are."""
    try:
        yield
    except LmrsError:
        raise
    except Exception as error:
        raise PluginError(f"{resolved.use} ({resolved.where}) failed: {type(error).__name__}: {error}") from error
