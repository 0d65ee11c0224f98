"""The best columns of each case."""

from __future__ import annotations

import torch

from lmrs.evaluation.tally import tally


def best(scores: torch.Tensor, top: int) -> torch.Tensor:
    """(b, top) columns of the highest of (b, w) scores, best first, the lower column first among equals.

    -1 from where only -inf is left. The answer is the same on every device, which `torch.topk` does not promise.
    """
    cases, width = scores.shape
    kept = min(top, width)
    if not kept or not cases:
        return scores.new_full((cases, top), -1, dtype=torch.int64)
    values, columns = scores.topk(kept, dim=1)
    last = values[:, -1:]
    # Where more columns than there is room for share the last value, the lowest of them are taken.
    crowded = tally(scores >= last) > kept
    if crowded.any():
        columns[crowded] = _lowest(scores[crowded], last[crowded], kept)
    columns = columns.sort(dim=1).values
    values = scores.gather(1, columns)
    values, order = values.sort(dim=1, descending=True, stable=True)
    columns = columns.gather(1, order).masked_fill(values == -torch.inf, -1)
    return torch.nn.functional.pad(columns, (0, top - kept), value=-1)


def _lowest(scores: torch.Tensor, last: torch.Tensor, kept: int) -> torch.Tensor:
    """Columns above `last`, then the lowest of those at it: `kept` a case."""
    above, level = scores > last, scores == last
    room = kept - tally(above)[:, None]
    taken = above | (level & (level.cumsum(1, dtype=torch.int32) <= room))
    return taken.nonzero()[:, 1].reshape(len(scores), kept)
