"""Layers over the training events that join users and items."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from lmrs_graph.adjacency import symmetric
from lmrs_graph.encoders.symmetric_product import SymmetricProduct
from lmrs_graph.joined import Joined
from lmrs_graph.typed import interactions
from lmrs_plugins import Encoding, Env, InputError


class JoinedGraph(nn.Module):
    """Vectors of users and items through some layers, each of which knows A x beside x; A is LightGCN's (eq. 8).

    What is absent counts as zero, and gets a vector where its neighbours have some.

    Shapes: users (u, d), items (i, d), offsets (u + i + 1,), columns and weight (e,) -> (u, width), (i, width).
    """

    def __init__(self, env: Env, layers: int) -> None:
        super().__init__()
        user, item = int(env.widths["user"]), int(env.widths["item"])
        if user != item:
            raise InputError(f"users of width {user} and items of width {item}: let both have the same")
        self.inner, self._layers = user, layers

    @staticmethod
    def bind(env: Env, options: object) -> Joined:
        return Joined(symmetric(interactions(env.bundle)))

    def layer(self, number: int, x: Tensor, beside: Tensor) -> Tensor:
        """(n, d) -> (n, d): the vectors after a layer, of those before it and of A times them; zeros out of zeros."""
        raise NotImplementedError

    def together(self, found: list[Tensor]) -> Tensor:
        """(n, width) out of what went in and what each layer gave."""
        raise NotImplementedError

    def forward(
        self, user: Encoding, item: Encoding, offsets: Tensor, columns: Tensor, weight: Tensor
    ) -> dict[str, Encoding]:
        sizes = [len(user.main), len(item.main)]
        x, there = torch.cat([user.main, item.main]), None
        if user.mask is not None or item.mask is not None:
            there = torch.cat([_mask(user), _mask(item)])
            x = x * there[:, None]
        found = [x]
        for number in range(self._layers):
            x = self.layer(number, x, SymmetricProduct.apply(offsets, columns, weight, x))
            found.append(x)
            if there is not None:
                reached = SymmetricProduct.apply(offsets, columns, weight, there[:, None].to(weight.dtype))
                there = there | (reached[:, 0] > 0)
        users, items = self.together(found).split(sizes)
        if there is None:
            return {"user": Encoding(vectors=users), "item": Encoding(vectors=items)}
        user_there, item_there = there.split(sizes)
        return {"user": Encoding(vectors=users, mask=user_there), "item": Encoding(vectors=items, mask=item_there)}


def _mask(encoding: Encoding) -> Tensor:
    if encoding.mask is not None:
        return encoding.mask
    return torch.ones(len(encoding.main), dtype=torch.bool, device=encoding.main.device)
