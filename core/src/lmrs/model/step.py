"""Evaluation on demand: one batch meeting the graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch.utils.checkpoint import checkpoint

from lmrs.model.batch import Batch
from lmrs.model.graph import Graph, Node
from lmrs.model.joined import joined
from lmrs.model.plan import Wire, ordinary
from lmrs_plugins import Encoding, LmrsError, PluginError, View


class GraphStep:
    """Evaluates nodes on demand and remembers by (node, view, field).

    `tables` holds whole tables that are at hand already: an encoding by node, or a dict by output.
    """

    def __init__(self, graph: Graph, batch: Batch, tables: Mapping[str, Any] | None = None, seed: int = 0) -> None:
        self.graph, self.batch = graph, batch
        self.tables: dict[str, Any] = dict(tables or {})
        self._given = frozenset(self.tables)
        self._known: dict[tuple[str, int | str, str], Any] = {}
        self._alive: list[View] = []
        self._seed = seed
        self._generator: torch.Generator | None = None

    @property
    def generator(self) -> torch.Generator:
        """Randomness of this step, on the CPU."""
        if self._generator is None:
            self._generator = torch.Generator().manual_seed(self._seed & 0x7FFFFFFFFFFFFFFF)
        return self._generator

    def encode(self, wire: Wire, view: View | None) -> Encoding:
        """The encoding on a wire, looked at through a view; None for the whole table."""
        node = self.graph.nodes[wire.node]
        if node.plan.evaluation == "view":
            return _output(self._in_context(node, view), wire)
        if view is None:
            return _output(self.whole(node), wire)
        key = (f"{wire.node}.{wire.output}", id(view), wire.at)
        if key not in self._known:
            self._alive.append(view)  # an id is unique only while its view lives
            self._known[key] = self._at_rows(node, wire, view)
        found: Encoding = self._known[key]
        return found

    def whole(self, node: Node) -> Any:
        """The whole table of a node that can have one in this batch."""
        name, kind = node.plan.name, node.plan.evaluation
        if name not in self.tables:
            if kind == "lookup":
                self.tables[name] = node.module(None)
            elif kind == "table":
                self.tables[name] = self.call(node, None)
            elif name in self.batch.gathers and len(self.batch.gathers[name].rows) == node.plan.finite:
                self.tables[name] = self.of_gather(node)
            else:
                raise LmrsError(
                    f"node {name!r} is wanted whole and was not gathered whole: its puller's card must say so"
                )
        return self.tables[name]

    def of_gather(self, node: Node) -> Any:
        """The gathered rows of a node, each once."""
        key = (node.plan.name, "rows", "")
        if key not in self._known:
            gather = self.gathered(node)
            self._known[key] = joined([self.call(node, view) for view in gather.views], gather.place)
        return self._known[key]

    def some(self, node: Node, at: torch.Tensor) -> Any:
        """Some of the gathered rows of a node, by their places (m,) among them; computed anew each time."""
        gather = self.gathered(node)
        place = at if gather.place is None else gather.place[at]
        pieces, origins, start = [], [], 0
        for view in gather.views:
            stop = start + len(next(iter(view.rows.values())))
            inside = ((place >= start) & (place < stop)).nonzero()[:, 0]
            if len(inside) or (not len(place) and not start):
                pieces.append(self.call(node, view.map(_picking(place[inside] - start))))
                origins.append(inside)
            start = stop
        return joined(pieces, None if len(pieces) == 1 else torch.cat(origins).argsort())

    def gathered(self, node: Node) -> Any:
        """The rows of a node that this batch brought along."""
        if node.plan.name not in self.batch.gathers:
            raise LmrsError(f"node {node.plan.name!r} was not gathered for this batch: its puller's card must say so")
        return self.batch.gathers[node.plan.name]

    def call(self, node: Node, view: View | None) -> Any:
        """Run a module on its ports and on the fields of a view; None for a whole table."""
        arguments = self._arguments(node, view)
        if node.plan.recompute and torch.is_grad_enabled():
            return self._recomputed(node, arguments)
        return node.module(**arguments)

    def _recomputed(self, node: Node, arguments: dict[str, Any]) -> Any:
        """The same, where the backward pass computes it once more in place of keeping it; randomness is the same."""
        state = self.generator.get_state() if "step" in node.asks else None
        before = [True]

        def run() -> Any:
            if state is None or before:
                before.clear()
                return node.module(**arguments)
            later = self.generator.get_state()
            self.generator.set_state(state)
            try:
                return node.module(**arguments)
            finally:
                self.generator.set_state(later)

        return checkpoint(run, use_reentrant=False)

    def _arguments(self, node: Node, view: View | None) -> dict[str, Any]:
        ports = {port: self._port(node, port, view) for port in node.ports}
        if view is None and hasattr(node.plan.binding, "whole"):
            view = self.graph.whole_inputs(node.plan.name, _device(node))
        arguments: dict[str, Any] = {}
        for name, may_miss in node.asks.items():
            if name in ports:
                arguments[name] = ports[name]
            elif name == "step":
                many = frozenset(port for port, use in node.ports.items() if use.many)
                arguments[name] = PortStep(self, node.plan.wires, many, (), node.module.training)
            elif view is not None and name in view:
                arguments[name] = view[name]
            elif name in ("mask", "special"):
                arguments[name] = None
            elif not may_miss:
                there = "nothing" if view is None else ", ".join(view.names())
                raise PluginError(f"node {node.plan.name!r}: its forward wants {name!r}, and the view has {there}")
        return arguments

    def _in_context(self, node: Node, view: View | None) -> Any:
        if view is None:
            raise LmrsError(f"node {node.plan.name!r} is computed in context: it has no whole table")
        key = (node.plan.name, id(view), "")
        if key not in self._known:
            self._alive.append(view)
            self._known[key] = self.call(node, view)
        return self._known[key]

    def _at_rows(self, node: Node, wire: Wire, view: View) -> Encoding:
        rows = view[view.field_of(node.plan.subject(wire.output), wire.at)]
        keep = ordinary(view, rows.shape)
        rows = rows if keep is ... else rows * _spread(keep, rows)
        absent = None
        if (
            not torch.is_grad_enabled() or node.plan.evaluation != "lookup"
        ):  # no lookup of a training batch waits for it
            absent = rows < 0 if bool((rows < 0).any()) else None
            rows = rows.clamp(min=0)
        if node.plan.evaluation == "lookup" and node.plan.name not in self._given:
            found = node.module(rows)  # even where the table is at hand: its own backward is cheaper than indexing's
        elif node.plan.name in self.tables or node.plan.evaluation == "table":
            found = _output(self.whole(node), wire)[rows]
        else:
            gather = self.gathered(node)
            sure = keep if absent is None else ~absent if keep is ... else _spread(keep, rows) & ~absent
            found = _output(self.of_gather(node), wire)[self._place(node, gather.rows, rows, sure)]
        return _masked(found, rows, view, absent)

    @staticmethod
    def _place(node: Node, have: torch.Tensor, rows: torch.Tensor, keep: Any) -> torch.Tensor:
        place = torch.searchsorted(have, rows.contiguous()).clamp_(max=len(have) - 1)
        hit = have[place] == rows
        if not bool((hit if keep is ... else hit | ~_spread(keep, rows)).all()):
            raise LmrsError(
                f"node {node.plan.name!r} is asked for rows that were not gathered: its puller's card must pull them"
            )
        return place

    def _port(self, node: Node, port: str, view: View | None) -> Any:
        wires, how = node.plan.wires.get(port, ()), node.ports[port]
        if how.lazy:
            return Lazy(self, wires[0], view) if wires else None
        found = [self.encode(wire, view) for wire in wires]
        return found if how.many else (found[0] if found else None)


class Lazy:
    """A port that is paid for by the row: `encode(index)` computes only what is asked for."""

    def __init__(self, step: GraphStep, wire: Wire, view: View | None) -> None:
        self._step, self._wire, self._view = step, wire, view

    def __call__(self, index: Any = None) -> Encoding:
        """The encoding at `index` among the rows of the view; all of them for None."""
        step, wire, view = self._step, self._wire, self._view
        node = step.graph.nodes[wire.node]
        if view is None or node.plan.evaluation != "rows" or node.plan.name in step.tables:
            found = step.encode(wire, view)
            return found if index is None else found[index]
        rows = view[view.field_of(node.plan.subject(wire.output), wire.at)]
        rows = rows if index is None else rows[index]
        distinct, place = torch.unique(rows, return_inverse=True)
        at = torch.searchsorted(step.gathered(node).rows, distinct)
        return _output(step.some(node, at), wire)[place]


class PortStep:
    """A `GraphStep` as one objective, scorer or node sees it: its own ports, and the views of its own draws.

    A node stands on no draw: it names views in full, `draw.view`.
    """

    training: bool

    def __init__(
        self,
        step: GraphStep,
        wires: Mapping[str, Sequence[Wire]],
        many: frozenset[str],
        draws: Sequence[str],
        training: bool,
    ) -> None:
        self._step, self._wires, self._many, self._draws = step, wires, many, draws
        self.training = training
        self.index = step.batch.index

    @property
    def generator(self) -> torch.Generator:
        """Randomness of this step, on the CPU."""
        return self._step.generator

    def get(self, port: str, view: str | View = "") -> Any:
        """The encoding of the node on `port`; see `lmrs_plugins.Step`."""
        through = view if isinstance(view, View) else (self.view(view) if view else None)
        found = [self._step.encode(wire, through) for wire in self._wires[port]]
        return found if port in self._many else found[0]

    def view(self, name: str) -> View:
        """A view of the draw, by name; `draw.view` where there are several draws."""
        return self._step.batch.views[view_name(self._draws, name)]

    def has(self, name: str) -> bool:
        """Whether this batch has the view."""
        return view_name(self._draws, name) in self._step.batch.views

    def candidates(self) -> torch.Tensor | None:
        """The rows to be scored, or None for all."""
        return self._step.batch.candidates

    def table(self, port: str) -> bool:
        """Whether the node on a port has its whole table at hand, free of charge."""
        return all(wire.node in self._step.tables for wire in self._wires[port])


def view_name(draws: Sequence[str], name: str) -> str:
    """Full name of a view: `draw/view`, where `name` is `view`, or `draw.view` where there are several draws."""
    draw, dot, rest = name.partition(".")
    return f"{draw}/{rest}" if dot else f"{draws[0] if draws else ''}/{name}"


def _output(found: Any, wire: Wire) -> Encoding:
    if isinstance(found, dict):
        chosen: Encoding = found[wire.output] if wire.output else next(iter(found.values()))
        return chosen
    encoding: Encoding = found
    return encoding


def _picking(index: torch.Tensor) -> Callable[[torch.Tensor], torch.Tensor]:
    return lambda tensor: tensor[index]


def _spread(keep: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
    """A mask over the leading axes of `rows`, for all its axes: of states, those of their own positions too."""
    return keep.reshape(keep.shape + (1,) * (rows.ndim - keep.ndim))


def _masked(found: Encoding, rows: torch.Tensor, view: View, absent: torch.Tensor | None) -> Encoding:
    """The encoding with the view's mask: padding is absent, a special symbol is present whatever its row."""
    mask = found.mask
    if absent is not None:
        mask = ~absent if mask is None else mask & _spread(~absent, mask)
    if mask is not None and view.special is not None and view.special.shape == rows.shape[: view.special.ndim]:
        mask = mask | _spread(view.special > 0, mask)
    if view.mask is not None and view.mask.shape == rows.shape[: view.mask.ndim]:
        padding = _spread(view.mask, rows).expand(rows.shape)
        mask = padding if mask is None else mask & _spread(padding, mask)
    return Encoding(found.vectors, found.states, mask, found.logits, found.extra)


def _device(node: Node) -> torch.device:
    return next((tensor.device for tensor in (*node.module.parameters(), *node.module.buffers())), torch.device("cpu"))
