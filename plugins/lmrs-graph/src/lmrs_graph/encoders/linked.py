"""Rows by the entities that they are."""

from __future__ import annotations

from torch import nn

from lmrs_graph.edges import Links
from lmrs_graph.encoders.options import Linked as Options
from lmrs_plugins import Encoding, Env


class Linked(nn.Module):
    """The vector of the entity that a row is linked to; absent where it is none, or where the entity has no vector."""

    def __init__(self, env: Env, options: Options) -> None:
        super().__init__()
        self.width = int(env.widths["of"])

    @staticmethod
    def bind(env: Env, options: Options) -> Links:
        return Links(env.bundle.links[options.subject], options.subject)

    def forward(self, of: Encoding) -> Encoding:
        return of
