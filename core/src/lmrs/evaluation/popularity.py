"""How much of the training data is about rows that are more popular."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def ahead(events: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """(rows,) training events of all rows that have more of them than this one, out of (rows,) training events.

    Rows with as many events have the same number: what is made of it does not depend on the order of rows.
    """
    times, place, rows = np.unique(events, return_inverse=True, return_counts=True)
    held = times * rows
    above: npt.NDArray[np.int64] = held.sum() - np.cumsum(held)
    return above[place]
