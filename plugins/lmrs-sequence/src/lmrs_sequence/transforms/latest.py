"""The end of each history."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lmrs_plugins import Ragged


def latest(lists: Ragged, most: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """(B, L) the last `most` items of each list, and a mask; L is the longest of them, and one at least."""
    return lists.padded(max(1, min(most, int(lists.lengths.max(initial=0)))))
