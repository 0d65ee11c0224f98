"""Optimiser and schedule of a stage."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import torch
from torch import nn

from lmrs.train.rows import Adam, AdamW
from lmrs_plugins import Group, InputError


def build_optimizer(
    kind: str,
    rate: float,
    decay: float,
    betas: tuple[float, float],
    groups: Sequence[Group],
    parameters: Mapping[str, nn.Parameter],
) -> torch.optim.Optimizer:
    """An optimiser over the groups of a strategy, which keeps the warm-up of each with its parameters.

    Weight decay leaves vectors (biases, norms) alone, as BERT has it.
    """
    lists: list[dict[str, object]] = []
    for group in groups:
        own = group.decay if group.decay is not None else decay
        for shrunk in (True, False):
            chosen = [parameters[name] for name in group.names if (parameters[name].ndim > 1) == shrunk]
            if chosen:
                own_decay = own if shrunk else 0.0
                lists.append(
                    {"params": chosen, "lr": rate * group.rate, "weight_decay": own_decay, "warmup": group.warmup}
                )
    if not lists:
        raise InputError("nothing trains in this stage: its strategy leaves no parameter free")
    if kind == "sgd":
        return torch.optim.SGD(lists, lr=rate, momentum=betas[0])
    # One fused kernel for all parameters where the device has it: on the CPU it halves the optimiser's share of a step.
    adam = AdamW if kind == "adamw" else Adam
    return adam(lists, lr=rate, betas=betas, fused=True)


class Schedule:
    """Learning rates by step: a linear warm-up, then constant, linear or cosine decay to zero at `total`.

    A group of parameters with a `warmup` of its own has that in place of the stage's. Has no state of its own: rates
    follow from the step's number, so a resume needs nothing but that.
    """

    def __init__(self, optimizer: torch.optim.Optimizer, kind: str, warmup: int, total: int) -> None:
        self._optimizer, self._kind, self._warmup, self._total = optimizer, kind, warmup, max(total, 1)
        self._base = [(float(group["lr"]), group.get("warmup")) for group in optimizer.param_groups]

    def factor(self, step: int, warmup: int | None = None) -> float:
        """What a base rate is multiplied by at a step, counted from 0, with so much warm-up; None: the stage's."""
        warmup = self._warmup if warmup is None else warmup
        if step < warmup:
            return (step + 1) / warmup
        if self._kind == "constant":
            return 1.0
        done = min(1.0, (step - warmup) / max(1, self._total - warmup))
        return 1.0 - done if self._kind == "linear" else 0.5 * (1.0 + math.cos(math.pi * done))

    def set(self, step: int) -> None:
        """Put the rates of a step into the optimiser."""
        for group, (base, warmup) in zip(self._optimizer.param_groups, self._base, strict=True):
            group["lr"] = base * self.factor(step, warmup)
