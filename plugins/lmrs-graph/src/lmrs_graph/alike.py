"""Who is like whom among the rows of a subject, by what is known of them beside events."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from lmrs_graph.adjacency import starts
from lmrs_graph.sides import Sides
from lmrs_graph.typed import Rows
from lmrs_plugins import InputError, View

_CELLS = 1 << 23
"""Cosines in memory at a time."""


class Shared:
    """Who has which of the values that two rows or more have; `values` is their number.

    Any two rows with a value in common are joined by it. That graph is never made: what its edges carry is a sum over
    rows of a value and another over values of a row, so that it costs what there is of values and not its square.
    """

    def __init__(self, known: Sides, subject: str) -> None:
        size = np.bincount(known.value, minlength=len(known.names))
        code = np.cumsum(size > 1) - 1
        kept = size[known.value] > 1
        row, value = known.row[kept], code[known.value[kept]]
        self.values = int(np.count_nonzero(size > 1))
        if not self.values:
            raise InputError(
                f"no value of its side information is of two rows of {subject}: name other columns or graphs"
            )
        order = np.lexsort((value, row))
        self._fields = {
            "offsets": starts(row, known.rows),
            "columns": value[order],
            "value_offsets": starts(value, self.values),
            "value_columns": row,
        }

    def whole(self) -> View:
        """`columns`, the values of each row from `offsets` on; `value_columns`, the rows of each value likewise."""
        return View(values=self._fields)


@dataclass(frozen=True)
class Similar:
    """A symmetric matrix in compressed rows: `offsets` (n + 1,), `columns` and `weight` (e,)."""

    offsets: Rows
    columns: Rows
    weight: npt.NDArray[np.float32]

    def whole(self) -> View:
        """All three."""
        return View(values={"offsets": self.offsets, "columns": self.columns, "weight": self.weight})


def similar(known: Sides, subject: str, most: int) -> Similar:
    """Rows and those most like them by the cosine of their values, as a graph convolution has it.

    S holds the cosine of two rows where one of them is among the `most` that are most like the other, and 1 for a row
    and itself; what is given is S over the roots of both rows' sums (Kipf and Welling, ICLR 2017, eq. 2). It takes time
    by the square of the number of rows, and memory by that number.

    Raises
    ------
    InputError
        No two rows have a value in common.
    """
    count = known.rows
    one, other, cosine = _nearest(known, most)
    if not len(one):
        raise _nothing(subject)
    itself = np.arange(count)
    keys = np.concatenate([one * count + other, other * count + one, itself * count + itself])
    key, first = np.unique(keys, return_index=True)
    weight = np.concatenate([cosine, cosine, np.ones(count)])[first]
    row, column = np.divmod(key, count)
    root = np.sqrt(np.bincount(row, weight, minlength=count))
    return Similar(starts(row, count), column, (weight / (root[row] * root[column])).astype(np.float32))


def _nearest(known: Sides, most: int) -> tuple[Rows, Rows, npt.NDArray[np.float64]]:
    """For each row the `most` others with the largest cosines above zero, and these."""
    length = np.bincount(known.row, minlength=known.rows)
    unit = 1 / np.sqrt(length[known.row])
    matrix = sparse.csr_array((unit, (known.row, known.value)), shape=(known.rows, max(1, len(known.names))))
    step, most = max(1, _CELLS // max(1, known.rows)), min(most, known.rows - 1)
    found: list[tuple[Rows, Rows, npt.NDArray[np.float64]]] = []
    for start in range(0, known.rows if most else 0, step):
        block = (matrix[start : start + step] @ matrix.T).toarray()
        at = np.arange(len(block))
        block[at, at + start] = 0
        best = np.argpartition(-block, most - 1, axis=1)[:, :most]
        cosine = np.take_along_axis(block, best, axis=1)
        near = cosine > 0
        found.append((np.broadcast_to(at[:, None] + start, best.shape)[near], best[near], cosine[near]))
    empty = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0)
    one, other, cosines = (np.concatenate(each) for each in zip(empty, *found, strict=True))
    return one, other, cosines


def _nothing(subject: str) -> InputError:
    return InputError(f"no value of its side information is of two rows of {subject}: name other columns or graphs")
