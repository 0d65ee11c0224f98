"""Tables of entities and relations, to be learnt from triples."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn
from torch.nn import functional, init

from lmrs_graph.encoders.options import Triples as Options
from lmrs_graph.typed import over
from lmrs_plugins import Encoding, Env


class Triples(nn.Module, ABC):
    """Free vectors of entities, of length 1 where they are read, and of relations.

    Shapes: entities (n, d), one parameter for each block of the vocabulary; relations (r, d), in order of their codes.
    """

    def __init__(self, env: Env, options: Options) -> None:
        super().__init__()
        self.width = {"": options.width, "relation": options.width}
        relations = len(over(env.bundle, options.graph, options.subject).relations)
        self.blocks = nn.ParameterList(torch.empty(size, options.width) for size in env.blocks(options.subject))
        self.relation = nn.Parameter(torch.empty(relations, options.width))
        count, late = env.count(options.subject), env.bundle.vocabularies[options.subject].late
        self._known = count - late if late else None
        self.start()

    @abstractmethod
    def start(self) -> None:
        """The numbers that it starts from."""

    def forward(self) -> dict[str, Encoding]:
        table = torch.cat(list(self.blocks))
        return {
            "": Encoding(vectors=functional.normalize(table, dim=-1), mask=self._mask(table)),
            "relation": Encoding(vectors=self.relation),
        }

    def _mask(self, table: Tensor) -> Tensor | None:
        """What came after all training has no vector: nobody has learnt any."""
        return None if self._known is None else torch.arange(len(table), device=table.device) < self._known

    def parts(self) -> dict[str, list[str]]:
        """A part for each block of entities, and the relations."""
        blocks = {f"block.{number}": [f"blocks.{number}"] for number in range(len(self.blocks))}
        return {**blocks, "relations": ["relation"]}


class TransE(Triples):
    """Started as in Bordes et al. (NeurIPS 2013, algorithm 1): even within 6 / sqrt(d), relations of length 1."""

    def start(self) -> None:
        bound = 6 / self.relation.shape[1] ** 0.5
        for one in (*self.blocks, self.relation):
            init.uniform_(one, -bound, bound)
        with torch.no_grad():
            self.relation.copy_(functional.normalize(self.relation, dim=-1))


class DistMult(Triples):
    """Entities of length 1 as in Yang et al. (ICLR 2015, 3); Glorot's normal numbers at the start."""

    def start(self) -> None:
        for one in (*self.blocks, self.relation):
            init.xavier_normal_(one)
