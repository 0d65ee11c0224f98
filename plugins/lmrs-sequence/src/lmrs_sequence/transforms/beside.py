"""Other columns of the examples beside the items of a history."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from lmrs_plugins import Examples, Ragged

Rows = npt.NDArray[np.int64]


def beside(examples: Examples, names: Sequence[str], lengths: Rows, width: int) -> dict[str, Rows]:
    """(B, width) rows of each named column: of the first `lengths` entries of each list the last `width`.

    `lengths` is (B,). Lists of an example are of one length, so they stand where its items do; a column with one row an
    example, such as whose it is, stands at every position.
    """
    found = {}
    for name in names:
        lists = examples.columns[name]
        if not isinstance(lists, Ragged):
            found[name] = np.repeat(lists[:, None], width, 1)
            continue
        found[name] = lists.slices(lists.offsets[:-1], lists.offsets[:-1] + lengths).padded(width)[0]
    return found
