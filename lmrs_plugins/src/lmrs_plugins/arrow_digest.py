"""The content of Arrow columns as bytes to hash, whatever the chunks, offsets and hidden values beneath."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from hashlib import _Hash

    import pyarrow as pa

_ROWS = 1 << 20
"""Rows that are turned into bytes at a time: a column may be larger than memory."""


def feed_column(digest: _Hash, column: pa.Array | pa.ChunkedArray) -> None:
    """Add type, nulls and values of a column. Equal columns add equal bytes, however they are chunked or sliced."""
    _feed(digest, column.type, getattr(column, "chunks", [column]))


def _feed(digest: _Hash, kind: Any, chunks: list[Any]) -> None:
    import pyarrow as pa
    import pyarrow.compute as pc

    chunks = [chunk.slice(start, _ROWS) for chunk in chunks for start in range(0, len(chunk), _ROWS)]
    word = "list" if pa.types.is_list(kind) else str(kind)  # the name of a list's element is no content
    nulls = sum(chunk.null_count for chunk in chunks)
    digest.update(f"{word} {sum(len(chunk) for chunk in chunks)} {nulls};".encode())
    if nulls:
        digest.update(np.packbits(np.concatenate([np.asarray(chunk.is_valid()) for chunk in chunks])).data)
        chunks = [chunk.drop_null() for chunk in chunks]
    if pa.types.is_dictionary(kind):
        _feed(digest, kind.value_type, [chunk.dictionary_decode() for chunk in chunks])
    elif pa.types.is_struct(kind):
        for place in range(kind.num_fields):
            _feed(digest, kind.field(place).type, [chunk.flatten()[place] for chunk in chunks])
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        for chunk in chunks:
            digest.update(np.asarray(pc.list_value_length(chunk)).astype(np.int64).data)
        _feed(digest, kind.value_type, [chunk.flatten() for chunk in chunks])
    elif any(
        test(kind)
        for test in (pa.types.is_string, pa.types.is_binary, pa.types.is_large_string, pa.types.is_large_binary)
    ):
        for chunk in chunks:
            digest.update(np.asarray(pc.binary_length(chunk)).astype(np.int64).data)
        for chunk in chunks:
            _feed_bytes(digest, chunk.cast(pa.large_binary()))
    else:
        values = [chunk.to_numpy(zero_copy_only=False) for chunk in chunks]
        if any(one.dtype == object for one in values):
            digest.update(repr([value for chunk in chunks for value in chunk.to_pylist()]).encode())
        else:
            for one in values:
                digest.update(np.ascontiguousarray(one).view(np.uint8).data)


def _feed_bytes(digest: _Hash, array: Any) -> None:
    _, offsets, data = array.buffers()
    bounds = np.frombuffer(offsets, dtype=np.int64)[array.offset : array.offset + len(array) + 1]
    if len(array) and data is not None:
        digest.update(memoryview(data)[bounds[0] : bounds[-1]])
