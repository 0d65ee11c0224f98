"""A node on the bench: built, wired to fake nodes and called by the names of its parameters, as the host does."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from lmrs_plugins.bundle import Bundle
from lmrs_plugins.env import Env
from lmrs_plugins.ports import Port
from lmrs_plugins.testing.case import Case
from lmrs_plugins.testing.encodings import Outputs, outputs
from lmrs_plugins.testing.fake_nodes import WIDTH, FakeNode
from lmrs_plugins.testing.in_step import InStep
from lmrs_plugins.testing.surroundings import rows_of
from lmrs_plugins.testing.views import sequence_view, tensors
from lmrs_plugins.view import View

MOST_ROWS = 48


@dataclass
class Bench:
    """One node with its binding and the nodes on its ports.

    `wires` has a list of fake nodes for each port; `env` is what the node is built with.
    """

    case: Case
    env: Env
    binding: Any
    wires: dict[str, list[FakeNode]]
    ports: Mapping[str, Port] = field(default_factory=dict)

    @staticmethod
    def of(case: Case, bundle: Bundle | None = None, several: int = 3, masked: bool = True) -> Bench:
        """Bind the node and wire `several` nodes to each port that takes many."""
        data = (bundle or case.bundle).training()
        wires = {}
        for number, (name, port) in enumerate(case.takes.items()):
            count = several if port.many else 1
            wires[name] = [FakeNode.of(port, data, 10 * number + one, masked=masked) for one in range(count)]
        widths = {name: [WIDTH] * len(wires[name]) if port.many else WIDTH for name, port in case.card.takes.items()}
        component = case.load()
        binding = case.call(component.bind, case.env(bundle)) if hasattr(component, "bind") else None
        return Bench(case, case.env(bundle, widths=widths, binding=binding), binding, wires, case.takes)

    def build(self, seed: int = 0) -> Any:
        """The module."""
        return self.case.build(self.env, seed)

    def subject(self) -> str:
        """Subject of what it gives; a variable stands for what the option of its name says, or for items."""
        subject = next(iter(self.case.card.gives.values())).subject
        return str(self.case.plain.get(subject[1:], "item")) if subject.startswith("$") else subject

    def rows(self) -> npt.NDArray[np.int64]:
        """Rows to look at: all, or as many as is quick."""
        count = rows_of(self.env.bundle, self.subject())
        self.case.require(
            count is not None,
            f"the data have no rows of {self.subject()!r}: pass check_plugin(…, bundle=…) with such a vocabulary",
        )
        return np.unique(np.linspace(0, (count or 1) - 1, min(count or 1, MOST_ROWS)).astype(np.int64))

    def view(self) -> View | None:
        """What one step looks at, as tensors; None for a whole table."""
        evaluation, given = self.case.card.evaluation, self.case.given()
        if evaluation == "table":
            return tensors(self.binding.whole()) if hasattr(self.binding, "whole") else None
        if evaluation == "view":
            asks = inspect.signature(self.case.load().forward).parameters
            return tensors(given) if given is not None else sequence_view(self.case, self.wires, asks)
        return self.at(self.rows())

    def at(self, rows: npt.NDArray[np.int64], rng: np.random.Generator | None = None) -> View:
        """Inputs of these rows, with the rows themselves."""
        view = View() if self.binding is None else self.binding.rows(rows, rng)
        subject = self.subject()
        if subject not in view.subjects.values():
            view = View(
                {**view.rows, subject: rows}, {**view.subjects, subject: subject}, view.values, view.mask, view.special
            )
        return tensors(view)

    def square(self) -> View:
        """Four rows as a (2, 2) field."""
        subject = self.subject()
        return View({subject: torch.from_numpy(self.rows())[:4].reshape(2, 2)}, {subject: subject})

    def run(self, module: nn.Module, view: View | None, noise: float = 0.0) -> Outputs:
        """Forward; `noise` is what stands where an input's mask is false."""
        if self.case.card.evaluation == "lookup":
            return outputs(self.case, module(None if view is None else view[self.subject()]))
        for node in (node for nodes in self.wires.values() for node in nodes):
            node.noise = noise
        arguments: dict[str, Any] = {}
        for name, parameter in inspect.signature(module.forward).parameters.items():
            if name in self.ports:
                arguments[name] = self._port(name, None if self.case.card.evaluation == "table" else view)
            elif name == "step":
                arguments[name] = InStep(self.case, self.wires, module.training)
            elif view is not None and name in view:
                arguments[name] = view[name]
            elif name in ("mask", "special"):
                arguments[name] = None
            elif parameter.default is parameter.empty:
                there = "nothing" if view is None else ", ".join(view.names())
                self.case.require(
                    False,
                    f"its forward wants {name!r}, which is no port and not in its inputs ({there}): name what the "
                    f"binding "
                    f"gives, or pass inputs={{{self.case.card.name!r}: View(…)}}",
                )
        return outputs(self.case, module(**arguments))

    def _port(self, name: str, view: View | None) -> Any:
        port, nodes = self.ports[name], self.wires[name]
        if port.lazy:
            return _lazy(nodes[0], port, view)
        found = [node.encode(port, view) for node in nodes]
        return found if port.many else (found[0] if found else None)

    def leaves(self) -> list[Tensor]:
        """Tables of all fake nodes."""
        return [node.table for nodes in self.wires.values() for node in nodes]


def _lazy(node: FakeNode, port: Port, view: View | None) -> Callable[[Any], Any]:
    def encode(index: Any = None) -> Any:
        found = node.encode(port, view)
        return found if index is None else found[index]

    return encode
