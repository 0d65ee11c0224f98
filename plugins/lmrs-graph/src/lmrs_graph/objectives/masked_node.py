"""Hidden nodes, told by what is around them."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from lmrs_graph.objectives.options import MaskedNode as Options
from lmrs_graph.objectives.present import present
from lmrs_plugins import Env, InputError, Step


class MaskedNode(nn.Module):
    """Masked node prediction (CHEST's MNP, Wang et al., TOIS 2023): h is a node's vector while it is `hidden`.

    Identity: -log of the share of exp(h . x) of the node's own vector x among those of it and K others. A field: the
    cross-entropy of a linear map of h over the values of the column, or, where nodes have lists of them, the sum over
    values of the binary ones. What is absent, masked or without a value does not count.

    Shapes: h (B, d), own (B, d), others (B, K, d).
    """

    wanted: Tensor

    def __init__(self, env: Env, options: Options) -> None:
        super().__init__()
        self._identity = options.target == "identity"
        if self._identity:
            if "own" not in env.widths:
                raise InputError("masked-node: target identity wants the vectors that nodes start from: say own: NODE")
            if env.widths["own"] != env.widths["node"]:
                raise InputError(
                    f"masked-node: nodes of width {env.widths['node']} and own vectors of width {env.widths['own']}: "
                    "let both have the same"
                )
            return
        values = env.bundle.values(options.subject, options.field).to_pylist()
        self._several = any(isinstance(one, list) for one in values)
        lists = [one if isinstance(one, list) else [] if one is None else [one] for one in values]
        names = sorted({str(name) for one in lists for name in one})
        codes = {name: code for code, name in enumerate(names)}
        wanted = np.zeros((len(lists), len(names)), dtype=np.float32)
        for row, one in enumerate(lists):
            wanted[row, [codes[str(name)] for name in one]] = 1
        # Not saved: it follows from the data.
        self.register_buffer("wanted", torch.from_numpy(wanted), persistent=False)
        self.values = nn.Linear(int(env.widths["node"]), len(names))
        self._subject = options.subject

    def terms(self, step: Step) -> dict[str, tuple[Tensor, Tensor]]:
        node = step.get("node", "hidden")
        return self._which(step, node.main, present(node)) if self._identity else self._says(step, node.main, node.mask)

    def _which(self, step: Step, node: Tensor, there: Tensor) -> dict[str, tuple[Tensor, Tensor]]:
        own, others = step.get("own", "hidden"), step.get("own", "negative")
        far = torch.einsum("bd,bkd->bk", node, others.main)
        possible = present(others)
        mask = step.view("negative").mask
        if mask is not None:
            possible = possible & mask
        near = (node * own.main).sum(-1, keepdim=True)
        there = there & present(own) & possible.any(-1)
        logits = torch.cat([near, far.masked_fill(~possible, -torch.inf)], dim=-1)
        each = torch.logsumexp(logits, -1) - near[:, 0]
        return {"identity": (each.masked_fill(~there, 0).sum(), there.sum())}

    def _says(self, step: Step, node: Tensor, mask: Tensor | None) -> dict[str, tuple[Tensor, Tensor]]:
        wanted = self.wanted[step.view("hidden")[self._subject]]
        there = wanted.any(-1) if mask is None else wanted.any(-1) & mask
        logits = self.values(node)
        if self._several:
            each = functional.binary_cross_entropy_with_logits(logits, wanted, reduction="none").sum(-1)
        else:
            each = functional.cross_entropy(logits, wanted.argmax(-1), reduction="none")
        return {"field": (each.masked_fill(~there, 0).sum(), there.sum())}
