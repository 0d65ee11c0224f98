"""Users and items by those whom they are joined with."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from lmrs_graph.adjacency import symmetric
from lmrs_graph.encoders.options import LightGcn as Options
from lmrs_graph.encoders.symmetric_product import SymmetricProduct
from lmrs_graph.joined import Joined
from lmrs_graph.typed import interactions
from lmrs_plugins import Encoding, Env, InputError


class LightGcn(nn.Module):
    """e = (x + A x + A A x + …) / (layers + 1), A the adjacency over the roots of both degrees (LightGCN, eq. 3 to 8).

    It has no parameters: the vectors x that users and items start from are those of its ports, free ones or others.
    What is absent there counts as zero, and gets a vector where its neighbours have some.

    Shapes: users (u, d), items (i, d), offsets (u + i + 1,), columns and weight (e,) -> (u, d), (i, d).
    """

    def __init__(self, env: Env, options: Options) -> None:
        super().__init__()
        user, item = int(env.widths["user"]), int(env.widths["item"])
        if user != item:
            raise InputError(f"lightgcn: users of width {user} and items of width {item}: let both have the same")
        self.width = {"user": user, "item": item}
        self._layers = options.layers

    @staticmethod
    def bind(env: Env, options: Options) -> Joined:
        return Joined(symmetric(interactions(env.bundle)))

    def forward(
        self, user: Encoding, item: Encoding, offsets: Tensor, columns: Tensor, weight: Tensor
    ) -> dict[str, Encoding]:
        sizes = [len(user.main), len(item.main)]
        there = None
        if user.mask is not None or item.mask is not None:
            there = torch.cat([_mask(user), _mask(item)])
        x = torch.cat([user.main, item.main])
        x = x if there is None else x * there[:, None]
        total = x
        for _ in range(self._layers):
            x = SymmetricProduct.apply(offsets, columns, weight, x)
            total = total + x
        users, items = (total / (self._layers + 1)).split(sizes)
        if there is None:
            return {"user": Encoding(vectors=users), "item": Encoding(vectors=items)}
        for _ in range(self._layers):
            reached = SymmetricProduct.apply(offsets, columns, weight, there[:, None].to(weight.dtype))
            there = there | (reached[:, 0] > 0)
        user_there, item_there = there.split(sizes)
        return {"user": Encoding(vectors=users, mask=user_there), "item": Encoding(vectors=items, mask=item_there)}


def _mask(encoding: Encoding) -> Tensor:
    if encoding.mask is not None:
        return encoding.mask
    return torch.ones(len(encoding.main), dtype=torch.bool, device=encoding.main.device)
