"""Tables of which a step touches few rows: their gradient is sparse, and nothing is done to the other rows.

A module asks for that by looking its table up with `functional.embedding(…, sparse=True)`. A step over a million rows
then costs what the rows in it cost.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import nn


class Adam(torch.optim.Adam):
    """torch's, and for sparse gradients the same moments and step in the rows that have one.

    A row whose turn it is not keeps its moments and does not move, where Adam would let both fade; the correction for a
    young mean goes by steps of the table. Equal to Adam where every row is in every step.
    """

    @torch.no_grad()
    def step(self, closure: Any = None) -> Any:
        _step_rows(self, decoupled=False)
        return super().step(closure)


class AdamW(torch.optim.AdamW):
    """The same of AdamW: a row decays when it is touched."""

    @torch.no_grad()
    def step(self, closure: Any = None) -> Any:
        _step_rows(self, decoupled=True)
        return super().step(closure)


def dense_of(parameters: Iterable[nn.Parameter]) -> list[nn.Parameter]:
    """Parameters to clip: one with a sparse gradient is stood in for by the rows of it, over the same memory."""
    found = []
    for parameter in parameters:
        if parameter.grad is not None and parameter.grad.is_sparse:
            parameter.grad = parameter.grad.coalesce()
            rows = nn.Parameter(parameter.grad.values().detach(), requires_grad=True)
            rows.grad = parameter.grad.values().detach()
            found.append(rows)
        else:
            found.append(parameter)
    return found


def _step_rows(optimizer: torch.optim.Adam, decoupled: bool) -> None:
    """Update the rows of every sparse gradient and take it away, so that the rest of the step passes the table over."""
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            if parameter.grad is not None and parameter.grad.is_sparse:
                _update(parameter, optimizer.state[parameter], group, decoupled)
                parameter.grad = None


def _update(parameter: nn.Parameter, state: dict[str, Any], group: dict[str, Any], decoupled: bool) -> None:
    if not state:
        state["step"] = torch.zeros((), dtype=torch.float32, device=parameter.device)
        state["exp_avg"], state["exp_avg_sq"] = torch.zeros_like(parameter), torch.zeros_like(parameter)
    found = parameter.grad.coalesce()  # type: ignore[union-attr]
    rows, grad = found.indices()[0], found.values()
    state["step"] += 1
    step, (keep, keep_square), rate = float(state["step"]), group["betas"], group["lr"]
    values, mean, square = parameter[rows], state["exp_avg"][rows], state["exp_avg_sq"][rows]
    if group["weight_decay"] and decoupled:
        values.mul_(1 - rate * group["weight_decay"])
    elif group["weight_decay"]:
        grad = grad.add(values, alpha=group["weight_decay"])
    mean.lerp_(grad, 1 - keep)
    square.mul_(keep_square).addcmul_(grad, grad, value=1 - keep_square)
    spread = square.sqrt().div_((1 - keep_square**step) ** 0.5).add_(group["eps"])
    values.addcdiv_(mean, spread, value=-rate / (1 - keep**step))
    for tensor, new in ((parameter, values), (state["exp_avg"], mean), (state["exp_avg_sq"], square)):
        tensor.index_copy_(0, rows, new)
