"""Two views of a history against those of other histories."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from lmrs_plugins import Env, Step, last
from lmrs_sequence.objectives.info_nce import alike, info_nce
from lmrs_sequence.objectives.options import ViewContrast as Options


class ViewContrast(nn.Module):
    """Sequence-sequence contrast: a history is near its other view, far from those of other histories.

    Shapes: states (B, L, d) of both views, target and `at` (M,). Histories that ask for the same item are not each
    other's negatives. `other`: Hou et al., KDD 2022, eq. 9, each history among all other views; the count is M.
    `both`: NT-Xent (Chen et al., ICML 2020, eq. 1), each of the 2 M vectors among all the rest; the count is 2 M.
    """

    def __init__(self, env: Env, options: Options) -> None:
        super().__init__()
        self._options = options

    def terms(self, step: Step) -> dict[str, tuple[Tensor, int]]:
        at, target = step.view("target")["at"], step.view("target")["item"]
        given = step.get("history", "input").main
        first = given.flatten(0, 1).index_select(0, at)
        second = last(step.get("history", "other")).index_select(0, at // given.shape[1])
        same, own = alike(target), torch.arange(len(target), device=first.device)
        if self._options.negatives == "other":
            return {"loss": (info_nce(first, second, own, self._options.temperature, same), len(own))}
        both, number = torch.cat([first, second]), len(own)
        own = torch.cat([own + number, own])
        return {"loss": (info_nce(both, both, own, self._options.temperature, same.repeat(2, 2)), len(own))}

    def counts(self, step: Step) -> dict[str, int]:
        number = len(step.view("target")["item"])
        return {"loss": number if self._options.negatives == "other" else 2 * number}
