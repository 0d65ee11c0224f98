"""A vector of its own for every attribute that items have."""

from __future__ import annotations

import torch
from torch import nn

from lmrs_plugins import Encoding, Env
from lmrs_sequence.encoders.options import AttributeId as Options
from lmrs_sequence.values import known_values, values_of


class AttributeId(nn.Module):
    """A table of free vectors, one for each value of a column of the items: (n, d), in order of the values' texts.

    A node and not a part of an objective, so that objectives share it (Zhou et al., CIKM 2020, 4.2). It reads nothing
    of items: which of them has which value is for those to know who ask.
    """

    def __init__(self, env: Env, options: Options) -> None:
        super().__init__()
        self.width = options.width
        lists = values_of(env.bundle, "item", options.field)
        count = len(known_values(lists, f"attribute-id: item.{options.field} of {env.bundle.name!r}"))
        self.table = nn.Parameter(torch.empty(count, options.width))
        nn.init.normal_(self.table, std=options.std)

    def forward(self) -> Encoding:
        return Encoding(vectors=self.table)
