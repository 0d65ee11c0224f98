"""Whole tables, computed in chunks: for evaluation, for export, and for what is frozen."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import torch

from lmrs.model.batch import Batch
from lmrs.model.chunks import Places, place_in
from lmrs.model.graph import Graph, Node
from lmrs.model.joined import joined
from lmrs.model.plan import EVENT, Plan
from lmrs.model.step import GraphStep

CHUNK = 1024


@torch.no_grad()
def whole_tables(
    graph: Graph, wanted: Collection[str], device: torch.device, known: dict[str, Any] | None = None, chunk: int = CHUNK
) -> dict[str, Any]:
    """The whole table of each wanted node and of what it is computed from, inputs first, in evaluation mode.

    Nodes that have none (in context, or of a product of subjects) are passed over, and so are events that are not
    themselves wanted: examples may hold those of other data. `known` holds tables that need not
    be computed again. Memory: one table of (rows, width) each, and `chunk` rows of inputs.
    """
    plan = Plan(graph.plans(), [])
    tables = dict(known or {})
    for name in _below(graph, wanted):
        node = graph.nodes[name]
        if name in tables or node.plan.finite is None or node.plan.evaluation == "view":
            continue
        if EVENT in node.plan.subjects.values() and name not in wanted:
            continue
        training = node.module.training
        node.module.eval()
        if node.plan.evaluation == "rows":
            tables[name] = _in_chunks(graph, node, plan, tables, device, chunk)
        else:
            tables[name] = GraphStep(graph, Batch(0), tables).whole(node)
        node.module.train(training)
    return tables


def _in_chunks(graph: Graph, node: Node, plan: Plan, tables: dict[str, Any], device: torch.device, chunk: int) -> Any:
    """All rows: under the node's budget where it has one, otherwise `chunk` at a time."""
    rows = np.arange(node.plan.finite or 0, dtype=np.int64)
    parts = plan.parts(node.plan.name, rows) if node.plan.budget else _even(len(rows), chunk)
    pieces = []
    for part in parts:
        batch = Batch(len(part), gathers={node.plan.name: plan.inputs(node.plan.name, rows[part])}).to(device)
        pieces.append(GraphStep(graph, batch, tables).of_gather(node))
    place = place_in(parts)
    return joined(pieces, None if place is None else torch.from_numpy(place).to(device))


def _even(count: int, chunk: int) -> list[Places]:
    return [np.arange(start, min(start + chunk, count)) for start in range(0, max(count, 1), chunk)]


def _below(graph: Graph, wanted: Collection[str]) -> list[str]:
    """The wanted nodes and everything under them, inputs first."""
    reached = set(wanted)
    for name in reversed(graph.nodes):
        if name in reached:
            reached.update(wire.node for wire in graph.nodes[name].plan.inputs())
    return [name for name in graph.nodes if name in reached]
