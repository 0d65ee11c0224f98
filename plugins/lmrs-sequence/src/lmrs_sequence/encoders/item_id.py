"""A vector of its own for every item."""

from __future__ import annotations

import torch
from torch import Tensor, distributed, nn
from torch.nn import functional

from lmrs_plugins import Encoding, Env, InputError
from lmrs_sequence.encoders.options import ItemId as Options


class ItemId(nn.Module):
    """A table of free vectors, one parameter for each block of the vocabulary.

    Shapes: rows of any shape (...,) -> vectors (..., d); no rows -> the whole table (n, d). The mask is false for items
    without a training event: their vectors are noise. With `sparse`, gradients hold the rows that were looked up: the
    optimiser touches no others, and leaves their moments as they are.
    """

    known: Tensor

    def __init__(self, env: Env, options: Options) -> None:
        super().__init__()
        self.width, self._sparse = options.width, options.sparse
        if options.sparse and distributed.is_initialized() and distributed.get_world_size() > 1:
            raise InputError("item-id: sparse rows are not exchanged between processes; run one, or leave sparse out")
        self._sizes = env.blocks("item")
        self.blocks = nn.ParameterList(torch.empty(size, options.width) for size in self._sizes)
        for block in self.blocks:
            nn.init.normal_(block, std=options.std)
        # Not saved: it follows from the data, and has another length once the vocabulary has grown.
        self.register_buffer("known", torch.from_numpy(env.seen("item")), persistent=False)

    def forward(self, rows: Tensor | None) -> Encoding:
        if rows is None:
            table = self.blocks[0] if len(self.blocks) == 1 else torch.cat(list(self.blocks))
            return Encoding(vectors=table, mask=self.known)
        return Encoding(vectors=self._look_up(rows), mask=self.known[rows])

    def _look_up(self, rows: Tensor) -> Tensor:
        if len(self.blocks) == 1:
            return self._rows(rows, self.blocks[0])
        # Each row is read in every block, clamped into it, and kept from its own: no table is copied for a few rows.
        found = self._rows(rows.clamp(max=self._sizes[0] - 1), self.blocks[0])
        start = self._sizes[0]
        for block, size in zip(list(self.blocks)[1:], self._sizes[1:], strict=True):
            inside = self._rows((rows - start).clamp(0, size - 1), block)
            found = torch.where((rows >= start)[..., None], inside, found)
            start += size
        return found

    def _rows(self, rows: Tensor, block: Tensor) -> Tensor:
        return functional.embedding(rows, block, sparse=self._sparse)

    def parts(self) -> dict[str, list[str]]:
        """A part for each block, so that new items can train alone: `block.1` is the first that was added."""
        return {f"block.{number}": [f"blocks.{number}"] for number in range(len(self.blocks))}
