"""Edges that are there, told from edges that are not."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from lmrs_graph.objectives.options import Link as Options
from lmrs_graph.objectives.present import present
from lmrs_plugins import Env, InputError, Step


class Link(nn.Module):
    """Link prediction: a right edge against each of its wrong ones.

    Scores s of head, relation and tail: h . t; DistMult's sum of h r t (Yang et al., eq. 2); TransE's -|h + r - t|
    (Bordes et al., eq. 1). Losses: -log s(s - s'), binary cross-entropy, or max(0, margin - s + s') (Bordes et al.).

    Shapes: head and tail (B, d), wrong (B, K, d), relations (r, d). What is absent or masked does not count.
    """

    def __init__(self, env: Env, options: Options) -> None:
        super().__init__()
        if options.score != "dot" and "relation" not in env.widths:
            raise InputError(
                f"link: score {options.score} wants vectors of relations: say relation: NODE, or score: dot"
            )
        self._options = options

    def terms(self, step: Step) -> dict[str, tuple[Tensor, Tensor]]:
        head, tail, wrong = (step.get("node", view) for view in ("head", "tail", "wrong"))
        asked = step.view("wrong")
        relation = self._relations(step)
        there = present(head) & present(tail)
        both = there[:, None] & present(wrong)
        if asked.mask is not None:
            both = both & asked.mask
        instead = asked["instead"][..., None].bool()
        heads = torch.where(instead, wrong.main, head.main[:, None])
        tails = torch.where(instead, tail.main[:, None], wrong.main)
        near = self._score(head.main, relation, tail.main)
        far = self._score(heads, None if relation is None else relation[:, None], tails)
        loss = self._options.loss
        if loss == "bce":
            lost = functional.softplus(-near).masked_fill(~there, 0).sum()
            return {"bce": (lost + functional.softplus(far).masked_fill(~both, 0).sum(), there.sum() + both.sum())}
        gap = far - near[:, None]
        each = functional.softplus(gap) if loss == "bpr" else functional.relu(gap + self._options.margin)
        return {loss: (each.masked_fill(~both, 0).sum(), both.sum())}

    def _relations(self, step: Step) -> Tensor | None:
        if self._options.score == "dot":
            return None
        table: Tensor = step.get("relation").main
        return table[step.view("head")["relation"]]

    def _score(self, head: Tensor, relation: Tensor | None, tail: Tensor) -> Tensor:
        if relation is None:
            return (head * tail).sum(-1)
        if self._options.score == "distmult":
            return (head * relation * tail).sum(-1)
        return -torch.linalg.vector_norm(head + relation - tail, ord=self._options.norm, dim=-1)
