"""Rows by the values that they share with others."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import Parameter, functional, init

from lmrs_graph.alike import Shared
from lmrs_graph.encoders.incidence_product import IncidenceProduct
from lmrs_graph.encoders.side_options import SharedCompGcn as Options
from lmrs_graph.sides import sides
from lmrs_plugins import Encoding, Env


class SharedLayer(nn.Module):
    """W x_i + b + V times the mean of x_u - r_k over neighbours u of row i by value k (Vashishth et al., eq. 2 to 5).

    A value joins both ways alike, so that one V does for both directions. Since subtraction is linear, the sum over
    rows of a value is taken once for all of them.
    """

    def __init__(self, inner: int, width: int, values: int, options: Options) -> None:
        super().__init__()
        self._each = options.mean == "values"
        self.itself = nn.Linear(inner, width)
        self.beside = nn.Linear(inner, width, bias=False)
        self.mixture = Parameter(torch.empty(values, options.bases)) if options.bases else None
        self.value = Parameter(torch.empty(options.bases or values, inner))
        for one in (self.value, *([] if self.mixture is None else [self.mixture])):
            init.xavier_normal_(one)

    def forward(self, x: Tensor, of_row: IncidenceProduct, of_value: IncidenceProduct) -> Tensor:
        """(n, inner) -> (n, width)."""
        relation = self.value if self.mixture is None else self.mixture @ self.value
        others = (of_value.lengths - 1)[:, None]
        if self._each:
            sent, own, count = of_value(x) / others - relation, of_row(1 / others), of_row.lengths[:, None]
        else:
            sent, own, count = of_value(x) - others * relation, of_row.lengths[:, None], of_row(others)
        mean = (of_row(sent) - own * x) / count.clamp(min=1)
        given: Tensor = self.itself(x) + self.beside(mean)
        return given


class SharedCompGcn(nn.Module):
    """CompGCN over the graph in which any two rows that share a value are joined under a relation of this value.

    What is absent counts as zero, and is there where it has a value that another row has too: that is known of it.

    Shapes: vectors (n, d), and who has which value, both ways round -> (n, width).
    """

    def __init__(self, env: Env, options: Options) -> None:
        super().__init__()
        inner = int(env.widths["of"])
        self.width = options.width or inner
        widths = [inner, *[self.width] * options.layers]
        self.layers = nn.ModuleList(
            SharedLayer(one, other, env.binding.values, options) for one, other in pairwise(widths)
        )
        self._dropout = options.dropout

    @staticmethod
    def bind(env: Env, options: Options) -> Shared:
        known = sides(env.bundle, options.subject, options.columns, options.graphs)
        return Shared(known, options.subject)

    def forward(
        self, of: Encoding, offsets: Tensor, columns: Tensor, value_offsets: Tensor, value_columns: Tensor
    ) -> Encoding:
        of_row = IncidenceProduct((offsets, columns), (value_offsets, value_columns))
        of_value = of_row.turned()
        x, there = of.main, of.mask
        if there is not None:
            x = x * there[:, None]
            there = there | (of_row.lengths > 0)
        for number, layer in enumerate(self.layers):
            if number:
                x = functional.dropout(torch.tanh(x), self._dropout, self.training)
            x = layer(x, of_row, of_value)
            x = x if there is None else x * there[:, None]
        return Encoding(vectors=x, mask=there)

    def parts(self) -> dict[str, list[str]]:
        """A part for each layer."""
        return {f"layer.{number}": [f"layers.{number}"] for number in range(len(self.layers))}
