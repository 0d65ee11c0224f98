"""Hidden edges, told by their ends."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from lmrs_graph.objectives.options import MaskedEdge as Options
from lmrs_graph.objectives.present import present
from lmrs_graph.typed import over
from lmrs_plugins import Env, Step


class MaskedEdge(nn.Module):
    """Masked edge prediction (CHEST's MEP, Wang et al., TOIS 2023): of head h and tail t of an edge.

    A linear map of (h, t, h t) gives the logits: softmax cross-entropy over relations, or binary cross-entropy of
    whether there is an edge, for it and for each wrong one. What is absent or masked does not count. Let the encoder of
    the nodes say `without: DRAW`, otherwise it has seen what it is asked for.

    Shapes: head and tail (B, d), wrong (B, K, d).
    """

    def __init__(self, env: Env, options: Options) -> None:
        super().__init__()
        relations = len(over(env.bundle, options.graph, options.subject).relations)
        self._relation = options.target == "relation"
        self.read = nn.Linear(3 * int(env.widths["node"]), relations if self._relation else 1)

    def terms(self, step: Step) -> dict[str, tuple[Tensor, Tensor]]:
        head, tail = step.get("node", "head"), step.get("node", "tail")
        there = present(head) & present(tail)
        logits = self._read(head.main, tail.main)
        if self._relation:
            each = functional.cross_entropy(logits, step.view("head")["relation"], reduction="none")
            return {"relation": (each.masked_fill(~there, 0).sum(), there.sum())}
        wrong, asked = step.get("node", "wrong"), step.view("wrong")
        both = there[:, None] & present(wrong)
        if asked.mask is not None:
            both = both & asked.mask
        instead = asked["instead"][..., None].bool()
        heads = torch.where(instead, wrong.main, head.main[:, None])
        tails = torch.where(instead, tail.main[:, None], wrong.main)
        near, far = logits[..., 0], self._read(heads, tails)[..., 0]
        lost = functional.softplus(-near).masked_fill(~there, 0).sum()
        lost = lost + functional.softplus(far).masked_fill(~both, 0).sum()
        return {"existence": (lost, there.sum() + both.sum())}

    def _read(self, head: Tensor, tail: Tensor) -> Tensor:
        found: Tensor = self.read(torch.cat([head, tail, head * tail], dim=-1))
        return found
