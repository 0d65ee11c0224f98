"""Whole tables, computed in chunks: for evaluation, for export, and for what is frozen."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import torch

from lmrs.model.batch import Batch
from lmrs.model.graph import Graph, Node
from lmrs.model.plan import Plan
from lmrs.model.step import GraphStep
from lmrs_plugins import Encoding

CHUNK = 1024


@torch.no_grad()
def whole_tables(
    graph: Graph, wanted: Collection[str], device: torch.device, known: dict[str, Any] | None = None, chunk: int = CHUNK
) -> dict[str, Any]:
    """The whole table of each wanted node and of what it is computed from, inputs first, in evaluation mode.

    Nodes that have none (in context, or of a product of subjects) are passed over. `known` holds tables that need not
    be computed again. Memory: one table of (rows, width) each, and `chunk` rows of inputs.
    """
    plan = Plan(graph.plans(), [])
    tables = dict(known or {})
    for name in _below(graph, wanted):
        node = graph.nodes[name]
        if name in tables or node.plan.finite is None or node.plan.evaluation == "view":
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
    pieces = []
    for start in range(0, node.plan.finite or 0, chunk):
        rows = np.arange(start, min(start + chunk, node.plan.finite or 0), dtype=np.int64)
        gather = plan.inputs(node.plan.name, rows)
        batch = Batch(len(rows), gathers={node.plan.name: gather}).to(device)
        pieces.append(GraphStep(graph, batch, tables).of_gather(graph.nodes[node.plan.name]))
    if isinstance(pieces[0], dict):
        return {output: _joined([piece[output] for piece in pieces]) for output in pieces[0]}
    return _joined(pieces)


def _joined(pieces: list[Encoding]) -> Encoding:
    masks = [piece.mask if piece.mask is not None else torch.ones_like(piece.main[..., 0]).bool() for piece in pieces]
    everywhere = all(piece.mask is None for piece in pieces)
    return Encoding(vectors=torch.cat([piece.main for piece in pieces]), mask=None if everywhere else torch.cat(masks))


def _below(graph: Graph, wanted: Collection[str]) -> list[str]:
    """The wanted nodes and everything under them, inputs first."""
    reached = set(wanted)
    for name in reversed(graph.nodes):
        if name in reached:
            reached.update(wire.node for wire in graph.nodes[name].plan.inputs())
    return [name for name in graph.nodes if name in reached]
