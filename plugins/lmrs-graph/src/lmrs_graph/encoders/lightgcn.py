"""Users and items by those whom they are joined with."""

from __future__ import annotations

from torch import Tensor

from lmrs_graph.encoders.joined_graph import JoinedGraph
from lmrs_graph.encoders.options import LightGcn as Options
from lmrs_plugins import Env


class LightGcn(JoinedGraph):
    """e = (x + A x + A A x + …) / (layers + 1), A the adjacency over the roots of both degrees (LightGCN, eq. 3 to 8).

    It has no parameters: the vectors x that users and items start from are those of its ports, free ones or others.
    """

    def __init__(self, env: Env, options: Options) -> None:
        super().__init__(env, options.layers)
        self.width = {"user": self.inner, "item": self.inner}

    def layer(self, number: int, x: Tensor, beside: Tensor) -> Tensor:
        return beside

    def together(self, found: list[Tensor]) -> Tensor:
        total = found[0]
        for one in found[1:]:
            total = total + one
        return total / len(found)
