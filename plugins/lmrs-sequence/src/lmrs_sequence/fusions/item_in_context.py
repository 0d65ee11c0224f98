"""The item of each position of a history, with what is known of it, of the event and of whose history it is."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from lmrs_plugins import Encoding, Env, InputError
from lmrs_sequence.encoders.activation import activation
from lmrs_sequence.fusions.options import ItemInContext as Options
from lmrs_sequence.fusions.side_by_side import SideBySide


class ItemInContext(nn.Module):
    """Item vectors merged with features of items (`about`), events (`event`) and users (`user`), at each position.

    `concat`: W [x; f_1; …] + b, each layer-normed. `product`: x * (f_1 + …), the features projected to the item's
    width; `sum`: x + f_1 + …. A feature that is absent is left out of sums, and in `concat` a vector learned for its
    absence stands in its place; an item without a vector is absent whatever is known of it. Concatenation and
    element-wise merge of Moreira et al., RecSys 2021.

    Shapes: item (B, L, d), features (B, L, d_i) each -> (B, L, width).
    """

    def __init__(self, env: Env, options: Options) -> None:
        super().__init__()
        own = int(env.widths["item"])
        others = [width for port in ("about", "event", "user") for width in env.widths.get(port, [])]
        self.width, self._merge = options.width or own, options.merge
        self.norm = nn.LayerNorm(own) if options.norm else nn.Identity()
        if options.merge == "concat":
            self.join = SideBySide(others, options.norm)
            self.project = nn.Linear(own + self.join.width, self.width)
            self.activation = nn.Identity() if options.activation == "none" else activation(options.activation)
            return
        if self.width != own:
            raise InputError(f"item-in-context: merge {options.merge} keeps the width {own} of items; set width: {own}")
        self.norms = nn.ModuleList(nn.LayerNorm(width) if options.norm else nn.Identity() for width in others)
        self.projections = nn.ModuleList(nn.Linear(width, own, bias=False) for width in others)

    def forward(
        self, item: Encoding, about: list[Encoding], event: list[Encoding], user: Sequence[Encoding] = ()
    ) -> Encoding:
        features, x = [*about, *event, *user], self.norm(item.main)
        if self._merge == "concat":
            vectors = self.activation(self.project(torch.cat([x, *self.join(features)], -1)))
        else:
            vectors = self._elementwise(x, features)
        return Encoding(vectors=vectors, mask=item.mask)

    def _elementwise(self, x: Tensor, features: Sequence[Encoding]) -> Tensor:
        if not features:
            return x
        total, there = torch.zeros_like(x), torch.zeros_like(x[..., :1], dtype=torch.bool)
        for one, norm, project in zip(features, self.norms, self.projections, strict=True):
            known = torch.ones_like(there) if one.mask is None else one.mask[..., None]
            total = total + torch.where(known, project(norm(one.main)), 0.0)
            there = there | known
        return x + total if self._merge == "sum" else x * torch.where(there, total, 1.0)
