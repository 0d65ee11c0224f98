"""A vector of its own for every row of a subject."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from lmrs_graph.encoders.options import Id as Options
from lmrs_plugins import Encoding, Env


class Id(nn.Module):
    """A table of free vectors, one parameter for each block of the vocabulary.

    Shapes: rows of any shape (...,) -> vectors (..., d); no rows -> the whole table (n, d). The mask is false for users
    and items without a training event: their vectors are noise.
    """

    known: Tensor

    def __init__(self, env: Env, options: Options) -> None:
        super().__init__()
        self.width = options.width
        self.blocks = nn.ParameterList(torch.empty(size, options.width) for size in env.blocks(options.subject))
        for block in self.blocks:
            nn.init.normal_(block, std=options.std)
        # Not saved: it follows from the data, and has another length once the vocabulary has grown.
        self.register_buffer("known", torch.from_numpy(env.seen(options.subject)), persistent=False)

    def forward(self, rows: Tensor | None) -> Encoding:
        table = self.blocks[0] if len(self.blocks) == 1 else torch.cat(list(self.blocks))
        if rows is None:
            return Encoding(vectors=table, mask=self.known)
        return Encoding(vectors=functional.embedding(rows, table), mask=self.known[rows])

    def parts(self) -> dict[str, list[str]]:
        """A part for each block, so that new rows can train alone: `block.1` is the first that was added."""
        return {f"block.{number}": [f"blocks.{number}"] for number in range(len(self.blocks))}
