"""What a batch needs of each node, worked out on the light halves alone: no torch module, no run, picklable."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from lmrs.model.batch import Batch, Gather, merge, tensors
from lmrs.model.chunks import Places, chunks, costs_of, place_in
from lmrs_plugins import Bundle, ExampleRandom, Examples, LmrsError, PluginError, View
from lmrs_plugins.distinct import distinct

EVENT = "event"
"""The one subject whose rows are not the same in training and in evaluation."""


@dataclass(frozen=True)
class Wire:
    """One node on a port: its name, the output that is read, and the field that holds its rows (empty: by subject)."""

    node: str
    output: str = ""
    at: str = ""


@dataclass(frozen=True)
class NodePlan:
    """The light half of a node.

    `subjects` maps an output's name to its subject; `finite` is the number of rows, None for a product of subjects.
    `budget` is what a chunk of rows may cost, None for all rows at once; with `recompute`, what a chunk computed on the
    way is not kept for its gradient but computed again.
    """

    name: str
    evaluation: str
    subjects: Mapping[str, str]
    wires: Mapping[str, Sequence[Wire]] = field(default_factory=dict)
    binding: Any = None
    finite: int | None = None
    budget: int | None = None
    recompute: bool = False

    def subject(self, output: str = "") -> str:
        """The subject of an output."""
        return self.subjects[output] if output in self.subjects else next(iter(self.subjects.values()))

    def inputs(self) -> list[Wire]:
        """Every wire, in the order of ports."""
        return [wire for wires in self.wires.values() for wire in wires]

    def on(self, bundle: Bundle) -> NodePlan:
        """This node for examples whose events are rows of other data than its binding met; for others, this."""
        if EVENT not in self.subjects.values():
            return self
        if self.binding is not None and not hasattr(self.binding, "on"):
            raise PluginError(
                f"node {self.name!r} is of events, and its binding has no `on`: it cannot meet other data"
            )
        binding = None if self.binding is None else self.binding.on(bundle)
        return replace(self, binding=binding, finite=bundle.count(EVENT))


@dataclass(frozen=True)
class Need:
    """A wire and the view (`draw/view`) that it is looked at through; None for the whole table.

    `anew` are subjects of which the step may put any row into a view that it makes after this one.
    """

    wire: Wire
    view: str | None
    anew: frozenset[str] = frozenset()


class Plan:
    """Gathers, for each node that is computed row by row, its distinct rows over all views of a batch.

    Parameters
    ----------
    nodes
        In topological order, inputs first.
    needs
        What objectives and scorers pull.
    tabled
        Nodes whose whole table is at hand already (frozen, or in evaluation): nothing is gathered for them.
    """

    def __init__(self, nodes: Sequence[NodePlan], needs: Iterable[Need], tabled: frozenset[str] = frozenset()) -> None:
        self._nodes = {node.name: node for node in nodes}
        self._order = [node.name for node in reversed(nodes)]
        self._needs = list(needs)
        self._tabled = tabled

    def gather(self, views: Mapping[str, View], rng: np.random.Generator | None) -> dict[str, Gather]:
        """Inputs of every node that this batch computes row by row; `rng` is None in evaluation."""
        asked: dict[str, list[tuple[Wire, View | None, frozenset[str]]]] = {name: [] for name in self._order}
        for need in self._needs:
            if need.view is None or need.view in views:
                view = None if need.view is None else views[need.view]
                asked[need.wire.node].append((need.wire, view, need.anew))
        gathers: dict[str, Gather] = {}
        for name in self._order:
            node = self._nodes[name]
            if not asked[name] or name in self._tabled or node.evaluation == "lookup":
                continue
            if node.evaluation == "rows":
                rows = self._rows(node, [(wire, view) for wire, view, _ in asked[name]])
                parts = self.parts(name, rows)
                inputs = [self._inputs(node, rows[part], rng) for part in parts]
                gathers[name] = _gathered(rows, inputs, parts)
                reached: list[tuple[View | None, frozenset[str]]] = [(view, frozenset()) for view in inputs]
            elif node.evaluation == "table":
                reached = [(None, frozenset())]
            else:
                reached = [(view, anew) for _, view, anew in asked[name]]
            for wire in node.inputs():
                subject = self._nodes[wire.node].subject(wire.output)
                asked[wire.node].extend((wire, None if subject in anew else view, anew) for view, anew in reached)
        return gathers

    def inputs(self, name: str, rows: npt.NDArray[np.int64]) -> Gather:
        """What one node is computed from for these rows, without the nodes under it; evaluation only."""
        parts = self.parts(name, rows)
        return _gathered(rows, [self._inputs(self._nodes[name], rows[part], None) for part in parts], parts)

    def parts(self, name: str, rows: npt.NDArray[np.int64]) -> list[Places]:
        """Places among these rows by chunk, under the node's budget."""
        node = self._nodes[name]
        if node.budget is None:
            return [np.arange(len(rows))]
        return chunks(costs_of(name, node.binding, rows), node.budget)

    def _rows(self, node: NodePlan, asked: Iterable[tuple[Wire, View | None]]) -> npt.NDArray[np.int64]:
        found = []
        for wire, view in asked:
            if view is None:
                if node.finite is None:
                    raise LmrsError(f"node {node.name!r} is of a product of subjects: it has no whole table")
                return np.arange(node.finite, dtype=np.int64)
            rows = np.asarray(view[view.field_of(node.subject(wire.output), wire.at)])
            rows = rows[ordinary(view, rows.shape)]
            found.append(rows[rows >= 0])
        rows = distinct(np.concatenate([part.ravel() for part in found]))
        return rows.astype(np.int64, copy=False) if len(rows) else np.zeros(1, dtype=np.int64)

    @staticmethod
    def _inputs(node: NodePlan, rows: npt.NDArray[np.int64], rng: np.random.Generator | None) -> View:
        view: View = View() if node.binding is None else node.binding.rows(rows, rng)
        subject = node.subject()
        if subject in view.subjects.values():
            return view
        subjects = {**view.subjects, subject: subject}
        return View({**view.rows, subject: rows}, subjects, view.values, view.mask, view.special)


def ordinary(view: View, shape: Sequence[int]) -> Any:
    """Where a field of this shape holds rows that mean something: under a true mask, and no special code.

    A field with more axes than the mask (negatives of each position) is cut by the mask's axes.
    """
    keep = None
    if view.mask is not None and tuple(view.mask.shape) == tuple(shape[: view.mask.ndim]):
        keep = view.mask
    if view.special is not None and tuple(view.special.shape) == tuple(shape[: view.special.ndim]):
        keep = view.special == 0 if keep is None else keep & (view.special == 0)
    return ... if keep is None else keep


def _gathered(rows: npt.NDArray[np.int64], views: list[View], parts: list[Places]) -> Gather:
    place = place_in(parts)
    return Gather(_tensor(rows), [tensors(view) for view in views], None if place is None else _tensor(place))


def _tensor(rows: npt.NDArray[np.int64]) -> Any:
    return tensors(View.of(rows=rows))["rows"]


@dataclass(frozen=True)
class Collator:
    """From the keys of a batch, or ready examples, to a `Batch`; runs in the loader's workers.

    `draws` maps a draw's name to its transform; `sampler` may be None where only ready examples come.
    """

    plan: Plan
    draws: Mapping[str, Any]
    sampler: Any = None
    seed: int = 0

    def keys(self, keys: npt.NDArray[np.int64], epoch: int, index: int) -> Batch:
        """A training batch."""
        examples: Examples = self.sampler.examples(keys)
        views: dict[str, Mapping[str, View]] = {}
        for number, (name, transform) in enumerate(self.draws.items()):
            rng = ExampleRandom(mix(self.seed, epoch, number), examples.keys)
            views[name] = transform.views(examples, rng)
        shared = ExampleRandom(mix(self.seed, epoch, len(self.draws)), examples.keys).generator()
        flat = {f"{draw}/{name}": view for draw, named in views.items() for name, view in named.items()}
        return Batch(len(examples), merge(views), self.plan.gather(flat, shared), index=index, epoch=epoch)

    def examples(self, examples: Examples, candidates: View | None = None) -> Batch:
        """An evaluation batch: transforms get no randomness. `candidates` is seen by scorers under that name."""
        views = {name: dict(transform.views(examples, None)) for name, transform in self.draws.items()}
        if candidates is not None:
            for named in views.values():
                named["candidates"] = candidates
        flat = {f"{draw}/{name}": view for draw, named in views.items() for name, view in named.items()}
        return Batch(len(examples), merge(views), self.plan.gather(flat, None))


def mix(*numbers: int) -> int:
    """One seed out of several numbers: order matters, equal inputs give equal seeds on every machine."""
    state = 0x243F6A8885A308D3
    for number in numbers:
        state = ((state ^ (number & 0xFFFFFFFFFFFFFFFF)) * 0x100000001B3 + 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF
        state ^= state >> 29
    return state
