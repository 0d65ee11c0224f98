"""Users and items by those whom they are joined with, and by what they have in common with them."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import Linear, ModuleList, functional, init

from lmrs_graph.encoders.joined_graph import JoinedGraph, there_of
from lmrs_graph.encoders.options import Ngcf as Options
from lmrs_graph.encoders.symmetric_product import SymmetricProduct
from lmrs_plugins import Encoding, Env


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

    def forward(
        self, user: Encoding, item: Encoding, offsets: Tensor, columns: Tensor, weight: Tensor
    ) -> dict[str, Encoding]:
        x, there = torch.cat([user.main, item.main]), there_of(user, item)
        if there is not None:
            x = x * there[:, None]
        found = [x]
        for number in range(self._layers):
            x = self._layer(number, x, SymmetricProduct.apply(offsets, columns, weight, x))
            found.append(functional.normalize(x, dim=-1) if self._options.normalise else x)
        user_found, item_found = torch.cat(found, dim=-1).split([len(user.main), len(item.main)])
        return self.given(user_found, item_found, offsets, columns, there)

    def _layer(self, number: int, x: Tensor, beside: Tensor) -> Tensor:
        """(n, d) -> (n, d): of the vectors before a layer and of A times them; zeros out of zeros."""
        moved = self.plain[number](x + beside) + self.common[number](x * beside)
        return functional.dropout(
            functional.leaky_relu(moved, self._options.slope), self._options.dropout, self.training
        )

    def parts(self) -> dict[str, list[str]]:
        """A part for each layer."""
        return {f"layer.{number}": [f"plain.{number}", f"common.{number}"] for number in range(len(self.plain))}
