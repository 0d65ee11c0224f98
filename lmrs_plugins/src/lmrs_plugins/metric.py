"""Numbers from ranks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from lmrs_plugins.options import Options
    from lmrs_plugins.ragged import Ragged


@dataclass(frozen=True)
class Ranked:
    """The outcome of ranking C cases.

    Parameters
    ----------
    ranks
        (total,) rank from 1 of each positive among its case's candidates, one case after the other, ascending in each;
        infinite where the positive was not ranked.
    offsets
        (C + 1,) where each case begins.
    top
        (C, K) rows of the best K candidates, -1 beyond the end.
    candidates
        (C,) how many candidates were ranked.
    rows
        Number of rows of the subject.
    popularity
        (rows,) training events of each row; None where the training events do not tell.
    seen
        C lists of what each case has seen; None where nobody said.
    """

    ranks: npt.NDArray[np.float64]
    offsets: npt.NDArray[np.int64]
    top: npt.NDArray[np.int64]
    candidates: npt.NDArray[np.int64]
    rows: int
    popularity: npt.NDArray[np.int64] | None = None
    seen: Ragged | None = None


class Metric(Protocol):
    """One number for each case, or one for all (coverage)."""

    name: str
    """As printed: `NDCG@10`."""
    definition: str
    """One sentence with everything that libraries disagree on."""
    higher_is_better: bool

    def __init__(self, options: Options) -> None: ...

    def values(self, ranked: Ranked) -> npt.NDArray[np.float64]:
        """(C,) one value a case, NaN for a case that does not count; or (1,) where it is a property of all."""
        ...
