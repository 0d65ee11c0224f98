"""Users and items by those whom they are joined with, and by what they have in common with them."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import Linear, ModuleList, functional, init

from lmrs_graph.encoders.joined_graph import JoinedGraph
from lmrs_graph.encoders.options import Ngcf as Options
from lmrs_plugins import Env


class Ngcf(JoinedGraph):
    """x' = leaky((x + A x) W + (x * A x) V), what each layer gives side by side (NGCF, eq. 7 and 9).

    With `normalise` what a layer gives has length 1 there, as in the authors' code; the paper does not say so.
    """

    def __init__(self, env: Env, options: Options) -> None:
        super().__init__(env, options.layers)
        wide = self.inner * (options.layers + 1)
        self.width = {"user": wide, "item": wide}
        self._options = options
        self.plain = ModuleList(Linear(self.inner, self.inner, bias=False) for _ in range(options.layers))
        self.common = ModuleList(Linear(self.inner, self.inner, bias=False) for _ in range(options.layers))
        for linear in (*self.plain, *self.common):
            init.xavier_uniform_(linear.weight)

    def layer(self, number: int, x: Tensor, beside: Tensor) -> Tensor:
        moved = self.plain[number](x + beside) + self.common[number](x * beside)
        return functional.dropout(
            functional.leaky_relu(moved, self._options.slope), self._options.dropout, self.training
        )

    def together(self, found: list[Tensor]) -> Tensor:
        if self._options.normalise:
            found = [found[0], *(functional.normalize(one, dim=-1) for one in found[1:])]
        return torch.cat(found, dim=-1)

    def parts(self) -> dict[str, list[str]]:
        """A part for each layer."""
        return {f"layer.{number}": [f"plain.{number}", f"common.{number}"] for number in range(len(self.plain))}
