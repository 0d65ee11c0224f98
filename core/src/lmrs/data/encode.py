"""Ids to rows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Codes = npt.NDArray[np.int64]


class Numbering:
    """Numbers ids in the order in which they first appear; `ids` are those so far, and a code is a place in them."""

    def __init__(self) -> None:
        self.ids = pa.array([], pa.string())

    def codes(self, column: pa.ChunkedArray) -> Codes:
        """(rows,) codes of the next rows."""
        encoded = pc.dictionary_encode(column.combine_chunks())
        known = rows_of(encoded.dictionary, self.ids)
        new = known < 0
        known[new] = len(self.ids) + np.arange(np.count_nonzero(new))
        self.ids = pa.concat_arrays([self.ids, encoded.dictionary.filter(pa.array(new)).cast(pa.string())])
        found: Codes = known[np.asarray(encoded.indices)]
        return found


def codes(column: pa.ChunkedArray) -> tuple[Codes, pa.Array]:
    """Codes (rows,) in order of first appearance, and the ids that they stand for."""
    numbering = Numbering()
    return numbering.codes(column), numbering.ids


def rows_of(ids: pa.ChunkedArray | pa.Array, vocabulary: pa.Array) -> Codes:
    """Row of each id in the vocabulary, -1 where it is not there."""
    found = pc.fill_null(pc.index_in(ids.cast(pa.string()), value_set=vocabulary), -1)
    return np.asarray(found).astype(np.int64)


def aligned(table: pa.Table, vocabulary: pa.Array) -> pa.Table:
    """Rows of a table with a column `id`, one for each id of the vocabulary in its order, null where there is none."""
    place = pc.index_in(vocabulary, value_set=table.column("id").combine_chunks().cast(pa.string()))
    return table.drop_columns(["id"]).combine_chunks().take(place)
