"""What is ranked in a case: scores that are -inf wherever a row is no candidate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from lmrs_plugins.errors import LmrsError
from lmrs_plugins.ragged import Ragged


@dataclass(frozen=True)
class Eligible:
    """Scores of b cases over w columns.

    `scores` is (b, w) floats, -inf where the column is no candidate. `rows` is (b, w), what each column stands for,
    ascending among the candidates of a case; None where column and row are the same.
    """

    scores: torch.Tensor
    rows: torch.Tensor | None


def eligible(
    scores: torch.Tensor,
    seen: Ragged | None,
    candidates: npt.NDArray[np.int64] | None,
    rows: int,
    first: int = 0,
) -> Eligible:
    """A copy of (b, w) scores without what is not to be ranked; `first` is the number of the first case, for messages.

    Columns are rows, or what (b, w) `candidates` says; there -1 is no candidate, and only the first of equal rows is
    one.

    Raises
    ------
    LmrsError
        The score of a candidate is NaN.
    """
    if candidates is None:
        scores = scores.to(copy=True, dtype=_precision(scores))
        _refuse_nan(torch.isnan(scores), None, first)
        if seen is not None:
            owner, row = (torch.from_numpy(one).to(scores.device) for one in (seen.owners(), seen.values))
            scores[owner, row] = -torch.inf
        return Eligible(scores, None)
    # In the order of rows, so that nothing depends on the order in which candidates come.
    order = np.argsort(candidates, axis=1, kind="stable")
    places = np.take_along_axis(candidates, order, axis=1)
    out = places < 0
    out[:, 1:] |= places[:, 1:] == places[:, :-1]
    scores = scores.gather(1, torch.from_numpy(order).to(scores.device))
    scores = scores.to(dtype=_precision(scores))
    grid = torch.from_numpy(places).to(scores.device)
    _refuse_nan(torch.isnan(scores) & torch.from_numpy(~out).to(scores.device), grid, first)
    if seen is not None:
        mine = np.arange(len(places))[:, None] * rows + places
        out |= np.isin(mine, seen.owners() * rows + seen.values)
    return Eligible(scores.masked_fill(torch.from_numpy(out).to(scores.device), -torch.inf), grid)


def _precision(scores: torch.Tensor) -> torch.dtype:
    # Half precision compares as well, but not every device does all operations in it.
    return torch.float64 if scores.dtype == torch.float64 else torch.float32


def _refuse_nan(wrong: torch.Tensor, rows: torch.Tensor | None, first: int) -> None:
    if wrong.any():
        case, column = (int(one) for one in wrong.nonzero()[0])
        row = column if rows is None else int(rows[case, column])
        raise LmrsError(
            f"case {first + case}: the score of row {row} is NaN; the model has diverged or its scorer divides by zero "
            "(a lower learning rate or clipping may help)"
        )
