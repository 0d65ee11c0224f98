"""What the metrics share that look at the lists of the best."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lmrs_plugins.errors import LmrsError
from lmrs_plugins.metric import Ranked


def listed(ranked: Ranked, at: int) -> npt.NDArray[np.int64]:
    """(total,) the rows among the best `at`, of all cases together.

    Raises
    ------
    LmrsError
        The lists were kept shorter than that.
    """
    if ranked.top.shape[1] < at:
        raise LmrsError(f"the best {ranked.top.shape[1]} of each case were kept, not the best {at}")
    rows = ranked.top[:, :at]
    return rows[rows >= 0]
