"""Whole tables, computed in chunks: for evaluation, for export, and for what is frozen."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import torch

from lmrs.model.batch import Batch
from lmrs.model.graph import Graph, Node
from lmrs.model.plan import EVENT, Plan
from lmrs.model.step import GraphStep
from lmrs_plugins import Encoding

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
    """The rows of all pieces. States of texts that were padded to other lengths become as long as the longest."""
    masks = [piece.mask if piece.mask is not None else torch.ones_like(piece.main[..., 0]).bool() for piece in pieces]
    ragged = masks[0].ndim > 1 and len({mask.shape[1] for mask in masks}) > 1
    everywhere = not ragged and all(piece.mask is None for piece in pieces)
    vectors, states, logits = (
        _stacked([tensor for tensor in each if tensor is not None])
        for each in zip(*((piece.vectors, piece.states, piece.logits) for piece in pieces), strict=True)
    )
    return Encoding(vectors, states, None if everywhere else _stacked(masks), logits)


def _stacked(pieces: list[torch.Tensor]) -> torch.Tensor | None:
    if not pieces or pieces[0].ndim == 1:
        return torch.cat(pieces) if pieces else None
    longest = max(piece.shape[1] for piece in pieces)
    return torch.cat([_lengthened(piece, longest) for piece in pieces])


def _lengthened(piece: torch.Tensor, length: int) -> torch.Tensor:
    if piece.shape[1] == length:
        return piece
    missing = piece.new_zeros(piece.shape[0], length - piece.shape[1], *piece.shape[2:])
    return torch.cat([piece, missing], dim=1)


def _below(graph: Graph, wanted: Collection[str]) -> list[str]:
    """The wanted nodes and everything under them, inputs first."""
    reached = set(wanted)
    for name in reversed(graph.nodes):
        if name in reached:
            reached.update(wire.node for wire in graph.nodes[name].plan.inputs())
    return [name for name in graph.nodes if name in reached]
