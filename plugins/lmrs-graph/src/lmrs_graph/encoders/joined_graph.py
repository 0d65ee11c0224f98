"""What encoders over the training events that join users and items have in common."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lmrs_graph.adjacency import symmetric
from lmrs_graph.joined import Joined
from lmrs_graph.typed import interactions
from lmrs_plugins import Encoding, Env, InputError


class JoinedGraph(nn.Module):
    """What encoders over the joined users and items share: the adjacency A of LightGCN (eq. 8), and who has a vector.

    What is absent counts as zero, and gets a vector where its neighbours have some.

    Shapes of `forward`: users (u, d), items (i, d), offsets (u + i + 1,), columns and weight (e,) -> (u, width),
    (i, width).
    """

    def __init__(self, env: Env, layers: int) -> None:
        super().__init__()
        user, item = int(env.widths["user"]), int(env.widths["item"])
        if user != item:
            raise InputError(f"users of width {user} and items of width {item}: let both have the same")
        self.inner, self._layers = user, layers
        self._reach: Reach | None = None

    @staticmethod
    def bind(env: Env, options: object) -> Joined:
        return Joined(symmetric(interactions(env.bundle)))

    def given(
        self, user: Tensor, item: Tensor, offsets: Tensor, columns: Tensor, there: Tensor | None
    ) -> dict[str, Encoding]:
        """Vectors of users and items as what the node gives; `there` says who had one in the beginning."""
        if there is None:
            return {"user": Encoding(vectors=user), "item": Encoding(vectors=item)}
        user_there, item_there = self.reach(offsets, columns, there).reached.split([len(user), len(item)])
        return {"user": Encoding(vectors=user, mask=user_there), "item": Encoding(vectors=item, mask=item_there)}

    def reach(self, offsets: Tensor, columns: Tensor, there: Tensor) -> Reach:
        """Who has a vector in the end: found once for as long as the same are there in the beginning."""
        if self._reach is None or not torch.equal(self._reach.there, there):
            ends, found = torch.repeat_interleave(offsets.diff()), there
            for _ in range(self._layers):
                found = found.index_fill(0, ends[found[columns]], True)
            self._reach = Reach(there, torch.nonzero(~there)[:, 0], found)
        return self._reach


@dataclass(frozen=True)
class Reach:
    """Who is `there` (n,) in the beginning, who is not (`absent`, rows), and who has been `reached` (n,) in the end."""

    there: Tensor
    absent: Tensor
    reached: Tensor


def there_of(user: Encoding, item: Encoding) -> Tensor | None:
    """Which users and items have a vector, one after the other; None for all."""
    if user.mask is None and item.mask is None:
        return None
    found = []
    for one in (user, item):
        found.append(torch.ones_like(one.main[:, 0], dtype=torch.bool) if one.mask is None else one.mask)
    return torch.cat(found)
