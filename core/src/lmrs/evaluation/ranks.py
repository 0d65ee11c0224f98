"""Ranks by comparison: the arithmetic under `ranking`, which states the definition."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

from lmrs.evaluation.tally import tally
from lmrs_plugins.ragged import Ragged


def columns(
    grid: npt.NDArray[np.int64], owner: npt.NDArray[np.int64], row: npt.NDArray[np.int64], rows: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """The column of `row` in the case `owner`, and whether there is one; `grid` ascends in each case from -1."""
    keys = (np.arange(len(grid))[:, None] * (rows + 1) + grid + 1).ravel()
    wanted = owner * (rows + 1) + row + 1
    at = np.minimum(np.searchsorted(keys, wanted), max(keys.size - 1, 0))
    found = keys[at] == wanted if keys.size else np.zeros(len(wanted), dtype=np.bool_)
    return np.where(found, at % max(grid.shape[1], 1), 0), found


def compared(
    scores: torch.Tensor, positives: Ragged, own: torch.Tensor
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """For each positive, how many of its case score higher and how many the same, itself included."""
    above, level = torch.zeros(2, len(own), dtype=torch.int64, device=scores.device)
    for turn in range(int(positives.lengths.max(initial=0))):
        cases = np.flatnonzero(positives.lengths > turn)
        which = torch.from_numpy(positives.offsets[cases] + turn).to(scores.device)
        part = scores if len(cases) == len(scores) else scores[torch.from_numpy(cases).to(scores.device)]
        value = own[which, None]
        above[which], level[which] = tally(part > value), tally(part == value)
    return above.cpu().numpy(), level.cpu().numpy()
