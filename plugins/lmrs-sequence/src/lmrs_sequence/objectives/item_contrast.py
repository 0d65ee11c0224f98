"""Histories against the items that came next in the batch."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from lmrs_plugins import Env, Step
from lmrs_sequence.objectives.info_nce import info_nce
from lmrs_sequence.objectives.options import Contrast as Options


class ItemContrast(nn.Module):
    """Sequence-item contrast (Hou et al., KDD 2022, eq. 7): a history is near its next item, far from those of others.

    Shapes: states (B, L, d), target and `at` (M,). The targets of the batch are each other's negatives, whatever domain
    they are of; equal ones are none. A target without a vector asks nothing, and counts all the same. A draw with many
    targets a history, such as `next`, asks each of its beginnings. An item that K targets ask for stands once among the
    keys and weighs K, which is the same sum over fewer scores.
    """

    def __init__(self, env: Env, options: Options) -> None:
        super().__init__()
        self._temperature = options.temperature

    def terms(self, step: Step) -> dict[str, tuple[Tensor, int]]:
        target, at = step.view("target")["item"], step.view("target")["at"]
        query = step.get("history", "input").main.flatten(0, 1).index_select(0, at)
        item = step.get("item", "target")
        vectors, rows = item.main, target
        if item.mask is not None:
            query, vectors, rows = query[item.mask], vectors[item.mask], rows[item.mask]
        _, own, times = torch.unique(rows, return_inverse=True, return_counts=True)
        first = own.new_full((len(times),), len(own)).scatter_reduce(
            0, own, torch.arange(len(own), device=own.device), "amin"
        )
        return {"loss": (info_nce(query, vectors[first], own, self._temperature, times=times), len(target))}

    def counts(self, step: Step) -> dict[str, int]:
        return {"loss": len(step.view("target")["item"])}
