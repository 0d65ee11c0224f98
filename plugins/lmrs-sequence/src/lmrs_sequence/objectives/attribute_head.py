"""From states to the attributes of items."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from lmrs_plugins import Encoding, Env, InputError
from lmrs_sequence.objectives.options import Attribute as Options
from lmrs_sequence.values import known_values, values_of


class AttributeHead(nn.Module):
    """Binary cross-entropy of s(W f . e_a) over all attributes a, 1 for those of an item and 0 for the others.

    Zhou et al., CIKM 2020, 4.2, as in the authors' code: of each item the sum over all attributes. An item that has
    none adds nothing. With `prior`, scores have a bias b_a, which starts as the log odds of a among the items that have
    any: not in the paper, and what lets vectors learn from the start what tells items apart.

    Shapes: states (M, d), items (M,) rows, table (a, e) in order of the attributes' texts -> scalar, summed over M.
    """

    codes: Tensor

    def __init__(self, env: Env, options: Options) -> None:
        super().__init__()
        self.project = nn.Linear(int(env.widths["history"]), int(env.widths["attribute"]))
        self._what = f"item.{options.field} of {env.bundle.name!r}"
        lists = [list(dict.fromkeys(row)) for row in values_of(env.bundle, "item", options.field)]
        known = known_values(lists, self._what)
        number = {value: place for place, value in enumerate(known)}
        codes = np.full((len(lists), max(map(len, lists))), -1, dtype=np.int64)
        for row, values in enumerate(lists):
            codes[row, : len(values)] = [number[value] for value in values]
        self.prior = nn.Parameter(_log_odds(codes, len(known))) if options.prior else None
        self._count = len(known)
        # Not saved: it follows from the data.
        self.register_buffer("codes", torch.from_numpy(codes), persistent=False)

    def forward(self, states: Tensor, items: Tensor, table: Encoding) -> Tensor:
        if len(table.main) != self._count:
            raise InputError(
                f"{self._what} has {self._count} values and the attributes have {len(table.main)} vectors: let the "
                "objective and the node name one field"
            )
        codes = self.codes[items]
        told = (codes >= 0).any(1)
        states, codes = states[told], codes[told]
        scores = self.project(states) @ table.main.T
        if self.prior is not None:
            scores = scores + self.prior
        each = functional.softplus(scores)
        own = scores.gather(1, codes.clamp(min=0))
        mine = codes >= 0
        if table.mask is not None:
            each = each * table.mask
            mine = mine & table.mask[codes.clamp(min=0)]
        return each.sum() - (own * mine).sum()


def _log_odds(codes: npt.NDArray[np.int64], count: int) -> Tensor:
    """(count,) log of how many items have a value over how many have others alone, half an item added to both."""
    having = np.bincount(codes[codes >= 0], minlength=count) + 0.5
    return torch.from_numpy(np.log(having / ((codes >= 0).any(1).sum() + 1.0 - having)).astype(np.float32))
