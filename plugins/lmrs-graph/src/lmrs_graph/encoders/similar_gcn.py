"""Rows by those who are like them."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional, init

from lmrs_graph.alike import Similar, similar
from lmrs_graph.encoders.side_options import SimilarGcn as Options
from lmrs_graph.encoders.symmetric_product import SymmetricProduct
from lmrs_graph.sides import sides
from lmrs_plugins import Encoding, Env


class SimilarGcn(nn.Module):
    """Graph convolutions over the rows that are most alike: x' = tanh(S x W), of length 1 (Kipf and Welling, eq. 2).

    What is absent counts as zero, and gets a vector where somebody like it has one.

    Shapes: vectors (n, d), offsets (n + 1,), columns and weight (e,) -> (n, width).
    """

    def __init__(self, env: Env, options: Options) -> None:
        super().__init__()
        inner = int(env.widths["of"])
        self.width = options.width or inner
        widths = [inner, *[self.width] * options.layers]
        self.layers = nn.ModuleList(nn.Linear(one, other, bias=False) for one, other in pairwise(widths))
        for linear in self.layers:
            init.xavier_uniform_(linear.weight)

    @staticmethod
    def bind(env: Env, options: Options) -> Similar:
        known = sides(env.bundle, options.subject, options.columns, options.graphs)
        return similar(known, options.subject, options.most)

    def forward(self, of: Encoding, offsets: Tensor, columns: Tensor, weight: Tensor) -> Encoding:
        x, there = of.main, of.mask
        if there is not None:
            x = x * there[:, None]
        for linear in self.layers:
            x = functional.normalize(torch.tanh(linear(SymmetricProduct.apply(offsets, columns, weight, x))), dim=-1)
            if there is not None:
                there = SymmetricProduct.apply(offsets, columns, weight, there[:, None].to(weight.dtype))[:, 0] > 0
        return Encoding(vectors=x, mask=there)

    def parts(self) -> dict[str, list[str]]:
        """A part for each layer."""
        return {f"layer.{number}": [f"layers.{number}"] for number in range(len(self.layers))}
