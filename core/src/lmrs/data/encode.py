"""Ids to rows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Codes = npt.NDArray[np.int64]


def codes(column: pa.ChunkedArray) -> tuple[Codes, pa.Array]:
    """Codes (rows,) in order of first appearance, and the ids that they stand for."""
    if not len(column):
        return np.empty(0, dtype=np.int64), pa.array([], pa.string())
    encoded = pc.dictionary_encode(column).unify_dictionaries()
    indices = np.concatenate([np.asarray(chunk.indices) for chunk in encoded.chunks])
    return indices.astype(np.int64), encoded.chunk(0).dictionary


def renumber(old: Codes, count: int) -> tuple[Codes, Codes]:
    """Codes below `count` without gaps, in the same order, and the old code of each new one."""
    present = np.zeros(count, dtype=bool)
    present[old] = True
    return (np.cumsum(present) - 1)[old], np.flatnonzero(present)


def rows_of(ids: pa.ChunkedArray | pa.Array, vocabulary: pa.Array) -> Codes:
    """Row of each id in the vocabulary, -1 where it is not there."""
    found = pc.fill_null(pc.index_in(ids.cast(pa.string()), value_set=vocabulary), -1)
    return np.asarray(found).astype(np.int64)


def aligned(table: pa.Table, vocabulary: pa.Array) -> pa.Table:
    """Rows of a table with a column `id`, one for each id of the vocabulary in its order, null where there is none."""
    place = pc.index_in(vocabulary, value_set=table.column("id").combine_chunks().cast(pa.string()))
    return table.drop_columns(["id"]).combine_chunks().take(place)
