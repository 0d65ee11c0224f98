"""Histories against the items that came next in the batch."""

from __future__ import annotations

from torch import Tensor, nn

from lmrs_plugins import Env, Step
from lmrs_sequence.objectives.info_nce import alike, counted, info_nce
from lmrs_sequence.objectives.options import Contrast as Options


class ItemContrast(nn.Module):
    """Sequence-item contrast (Hou et al., KDD 2022, eq. 7): a history is near its next item, far from those of others.

    Shapes: states (B, L, d), target and `at` (M,). The targets of the batch are each other's negatives, whatever domain
    they are of; equal ones are none. A target without a vector asks nothing, and counts all the same.
    """

    def __init__(self, env: Env, options: Options) -> None:
        super().__init__()
        self._temperature = options.temperature

    def terms(self, step: Step) -> dict[str, tuple[Tensor, int]]:
        target, at = step.view("target")["item"], step.view("target")["at"]
        query = step.get("history", "input").main.flatten(0, 1).index_select(0, at)
        item = step.get("item", "target")
        keys, rows = item.main, target
        if item.mask is not None:
            query, keys, rows = query[item.mask], keys[item.mask], rows[item.mask]
        own = counted(len(rows), rows.device)
        return {"loss": (info_nce(query, keys, own, alike(rows), self._temperature), len(target))}

    def counts(self, step: Step) -> dict[str, int]:
        return {"loss": len(step.view("target")["item"])}
