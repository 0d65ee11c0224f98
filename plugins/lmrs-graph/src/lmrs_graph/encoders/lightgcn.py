"""Users and items by those whom they are joined with."""

from __future__ import annotations

from torch import Tensor

from lmrs_graph.encoders.joined_graph import JoinedGraph, there_of
from lmrs_graph.encoders.options import LightGcn as Options
from lmrs_graph.encoders.propagation import Propagation, Scratch
from lmrs_plugins import Encoding, Env


class LightGcn(JoinedGraph):
    """e = (x + A x + A A x + …) / (layers + 1), A the adjacency over the roots of both degrees (LightGCN, eq. 3 to 8).

    It has no parameters: the vectors x that users and items start from are those of its ports, free ones or others.
    """

    def __init__(self, env: Env, options: Options) -> None:
        super().__init__(env, options.layers)
        self.width = {"user": self.inner, "item": self.inner}
        self._scratch = Scratch()

    def forward(
        self, user: Encoding, item: Encoding, offsets: Tensor, columns: Tensor, weight: Tensor
    ) -> dict[str, Encoding]:
        there = there_of(user, item)
        absent = offsets[:0] if there is None else self.reach(offsets, columns, there).absent
        found = Propagation.apply(offsets, columns, weight, user.main, item.main, absent, self._layers, self._scratch)
        return self.given(*found, offsets, columns, there)
