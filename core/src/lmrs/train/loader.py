"""Batches of an epoch, made here or in worker processes, from any place in the epoch on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch.utils.data import DataLoader, Dataset

from lmrs.model.batch import Batch
from lmrs.model.plan import Collator


@dataclass(frozen=True)
class EpochPlan:
    """The optimiser steps of one epoch: `accumulate` batches each, this process's share of every batch."""

    batches: Sequence[npt.NDArray[np.int64]]
    accumulate: int = 1
    rank: int = 0
    world: int = 1

    def __len__(self) -> int:
        return -(-len(self.batches) // self.accumulate)

    def parts(self, step: int) -> list[tuple[npt.NDArray[np.int64], bool]]:
        """The keys of each part of a step, and whether the part is idle: a share that is empty borrows a key."""
        chosen = self.batches[step * self.accumulate : (step + 1) * self.accumulate]
        shares = [(keys[self.rank :: self.world], keys[:1]) for keys in chosen]
        return [(share, False) if len(share) else (borrowed, True) for share, borrowed in shares]


class _Steps(Dataset[list[Batch]]):
    def __init__(self, plan: EpochPlan, collator: Collator, epoch: int, first_step: int) -> None:
        self._plan, self._collator, self._epoch, self._first = plan, collator, epoch, first_step

    def __len__(self) -> int:
        return len(self._plan)

    def __getitem__(self, step: int) -> list[Batch]:
        made = []
        for keys, idle in self._plan.parts(step):
            batch = self._collator.keys(keys, self._epoch, self._first + step)
            batch.idle = idle
            made.append(batch)
        return made


def steps(
    plan: EpochPlan, collator: Collator, epoch: int, first_step: int, start: int = 0, workers: int = 0
) -> Iterator[list[Batch]]:
    """The steps of an epoch from `start` on, each a list of batches; `first_step` is the number of the epoch's first.

    With `workers`, batches are made in that many processes and arrive in the same order.
    """
    dataset = _Steps(plan, collator, epoch, first_step)
    if not workers:
        for step in range(start, len(plan)):
            yield dataset[step]
        return
    # The loader draws a base seed from the default generator when it starts: one of its own keeps a resumed run, which
    # starts it once more often, bitwise equal.
    loader = DataLoader(
        dataset,
        batch_size=None,
        sampler=range(start, len(plan)),
        num_workers=workers,
        generator=torch.Generator(),
        collate_fn=_as_is,
    )
    yield from loader


def _as_is(step: list[Batch]) -> list[Batch]:
    return step
