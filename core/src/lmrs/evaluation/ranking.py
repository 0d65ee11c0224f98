"""Exact ranks of the right answers of cases.

The definition that every number rests on:

- Ranked are the candidates of a case (all rows, or those given) without what was seen, where seen is excluded, and
  without what the scorer gave -inf.
- The rank of a positive is 1 + the number of candidates with a higher score. Equal scores stand in no order: a positive
  has the rank that it would have on average over all orders of those it is tied with. Of p positives within b tied
  candidates that begin after rank a, the j-th has a + j (b + 1) / (p + 1); one alone has the mean of the b ranks.
- A positive that is no candidate (not among those given, -inf, or seen: a repeated item where seen is excluded) has an
  infinite rank. It still counts as a right answer, missed.
- A row that is a positive of a case twice counts once.

Ranks are thus the same for any order of rows or candidates and any size of batches. In the list of the best, which must
have an order, the lower row stands first among equals.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

from lmrs.evaluation.eligible import Eligible, eligible
from lmrs.evaluation.expected import expected
from lmrs.evaluation.placed import Placed, join
from lmrs.evaluation.ranks import columns, compared
from lmrs.evaluation.tally import tally
from lmrs.evaluation.top import best
from lmrs_plugins.errors import LmrsError
from lmrs_plugins.ragged import Ragged

# Scores that are looked at together; temporary memory is some forty bytes times this.
_BLOCK = 1 << 22


def rank(
    scores: torch.Tensor,
    positives: Ragged,
    *,
    rows: int,
    seen: Ragged | None = None,
    candidates: npt.NDArray[np.int64] | None = None,
    top: int = 0,
) -> Placed:
    """Rank B cases.

    Parameters
    ----------
    scores
        (B, rows), or (B, K) for given candidates; higher is better, -inf is never ranked. Left as they are.
    positives
        B lists of rows.
    rows
        Number of rows of the subject.
    seen
        B lists of rows that are not ranked; None to rank everything.
    candidates
        (B, K) rows, -1 where a case has fewer.
    top
        How many of the best to keep.

    Raises
    ------
    LmrsError
        A score is NaN, or shapes or rows do not fit.
    """
    shape = (len(positives), rows) if candidates is None else candidates.shape
    if tuple(scores.shape) != shape or len(positives) != len(scores) or (seen and len(seen) != len(scores)):
        raise LmrsError(
            f"scores of shape {tuple(scores.shape)} do not fit {len(positives)} cases of {shape[1]} columns"
        )
    _within("positive", positives.values, 0, rows)
    if seen is not None:
        _within("seen", seen.values, 0, rows)
    if candidates is not None:
        _within("candidate", candidates, -1, rows)
    positives = distinct(positives, rows)
    step = max(1, _BLOCK // max(scores.shape[1], 1))
    parts = []
    for start in range(0, len(scores), step):
        cases = np.arange(start, min(start + step, len(scores)))
        given = None if candidates is None else candidates[cases]
        block = eligible(scores[start : start + step], None if seen is None else seen.take(cases), given, rows, start)
        parts.append(_block(block, positives.take(cases), rows, top))
    return join(parts, rows, top)


def distinct(lists: Ragged, rows: int) -> Ragged:
    """Lists of rows in ascending order, each row once."""
    keys = np.unique(lists.owners() * rows + lists.values)
    lengths = np.bincount(keys // max(rows, 1), minlength=len(lists))
    return Ragged(keys % max(rows, 1), np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64))


def _within(what: str, found: npt.NDArray[np.int64], lowest: int, rows: int) -> None:
    if found.size and not lowest <= found.min() <= found.max() < rows:
        raise LmrsError(
            f"{what} row {found.max() if found.min() >= lowest else found.min()} is none of the {rows} rows"
        )


def _block(block: Eligible, positives: Ragged, rows: int, top: int) -> Placed:
    scores, owner = block.scores, positives.owners()
    column, found = positives.values, np.ones(len(owner), dtype=np.bool_)
    if block.rows is not None:
        column, found = columns(block.rows.cpu().numpy(), owner, positives.values, rows)
    own = scores.new_full((len(owner),), -torch.inf)
    there, *where = (torch.from_numpy(one).to(scores.device) for one in (found, owner[found], column[found]))
    own[there] = scores[tuple(where)]
    above, level = compared(scores, positives, own)
    rowed = picked = best(scores, top)
    if block.rows is not None and block.rows.shape[1]:
        rowed = torch.where(picked < 0, -1, block.rows.gather(1, picked.clamp(min=0)))
    order = np.lexsort((-own.double().cpu().numpy(), owner))
    level[(own == -torch.inf).cpu().numpy()] = 0
    above, level = above[order], level[order]
    return Placed(
        ranks=expected(owner, above, level),
        offsets=positives.offsets,
        top=rowed.cpu().numpy(),
        candidates=tally(scores > -torch.inf).cpu().numpy(),
        rows=rows,
        positives=positives.values[order],
        above=above,
        level=level,
        scores=_scores(scores, picked).cpu().numpy(),
    )


def _scores(scores: torch.Tensor, picked: torch.Tensor) -> torch.Tensor:
    """(b, top) scores of columns, -inf where there is none."""
    if not scores.shape[1]:
        return scores.new_full(picked.shape, -torch.inf)
    return scores.gather(1, picked.clamp(min=0)).masked_fill(picked < 0, -torch.inf)


class Ranking:
    """Collects batches of ranked cases; what comes out does not depend on how they were batched, or in which order.

    Parameters
    ----------
    rows
        Number of rows of the subject.
    top
        How many of the best to keep a case.
    """

    def __init__(self, rows: int, top: int) -> None:
        self.rows, self.top = rows, top
        self._places: list[npt.NDArray[np.int64]] = []
        self._parts: list[Placed] = []

    def add(
        self,
        places: npt.NDArray[np.int64],
        scores: torch.Tensor,
        positives: Ragged,
        seen: Ragged | None = None,
        candidates: npt.NDArray[np.int64] | None = None,
    ) -> None:
        """Rank a batch, as `rank` does; `places` is (B,), where its cases stand among all."""
        ranked = rank(scores, positives, rows=self.rows, seen=seen, candidates=candidates, top=self.top)
        self._places.append(np.asarray(places, dtype=np.int64))
        self._parts.append(ranked)

    def add_lists(
        self,
        places: npt.NDArray[np.int64],
        lists: npt.NDArray[np.int64],
        positives: Ragged,
        seen: Ragged | None = None,
    ) -> None:
        """Take (B, K) rows that a scorer put in order itself, -1 where its list is shorter; the rest is not ranked."""
        falling = -torch.arange(lists.shape[1], dtype=torch.float32).expand(*lists.shape)
        self.add(places, falling, positives, seen, lists)

    def result(self) -> Placed:
        """All cases, in the order of their places.

        Raises
        ------
        LmrsError
            A case was added twice, or one is missing.
        """
        joined = join(self._parts, self.rows, self.top)
        places = np.concatenate([np.empty(0, np.int64), *self._places])
        order = np.argsort(places, kind="stable")
        if not np.array_equal(places[order], np.arange(len(places))):
            raise LmrsError(f"of {len(places)} cases that were ranked some stand twice, or some are missing")
        return joined.take(order)
