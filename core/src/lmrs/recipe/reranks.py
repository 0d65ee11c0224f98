"""Whether an answer can rank everything, or only candidates that are given."""

from __future__ import annotations

from collections.abc import Mapping

from lmrs.recipe.resolved import ResolvedNode, ResolvedWired, Wire
from lmrs_plugins.ports import Pull

CANDIDATES = "candidates"
"""The view that the host makes of the rows to be scored."""


def has_table(wire: Wire, graph: Mapping[str, ResolvedNode]) -> bool:
    """Whether a node can be computed whole: not what is computed in context, nor a product of two subjects."""
    node = graph[wire.node]
    return node.card.evaluation != "view" and "*" not in node.output(wire).subject


def without_tables(
    scorer: ResolvedWired, pulls: tuple[Pull, ...], graph: Mapping[str, ResolvedNode]
) -> tuple[tuple[Pull, ...], bool]:
    """A scorer's pulls without the whole tables that candidates stand in for; and whether it only re-ranks."""
    given = {pull.port for pull in pulls if pull.view == CANDIDATES}
    endless = [
        pull
        for pull in pulls
        if not pull.view and pull.port in given and not all(has_table(wire, graph) for wire in scorer.wires[pull.port])
    ]
    # A scorer of pairs that names only candidates has no other way to answer.
    pairs = any("*" in graph[wire.node].output(wire).subject for port in given for wire in scorer.wires[port])
    reranks = bool(endless) or pairs or "reranks" in scorer.card.traits
    return tuple(pull for pull in pulls if pull not in endless), reranks
