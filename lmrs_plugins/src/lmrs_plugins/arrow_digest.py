"""The content of Arrow columns as bytes to hash, whatever the chunks, offsets and hidden values beneath."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from hashlib import _Hash

    import pyarrow as pa


def feed_column(digest: _Hash, column: pa.Array | pa.ChunkedArray) -> None:
    """Add type, nulls and values of a column. Equal columns add equal bytes, however they are chunked or sliced."""
    import pyarrow as pa

    if isinstance(column, pa.ChunkedArray):
        column = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
    _feed(digest, column)


def _feed(digest: _Hash, array: Any) -> None:
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = array.type
    word = "list" if pa.types.is_list(kind) else str(kind)  # the name of a list's element is no content
    digest.update(f"{word} {len(array)} {array.null_count};".encode())
    if array.null_count:
        digest.update(np.packbits(np.asarray(array.is_valid())).tobytes())
        array = array.drop_null()
    if pa.types.is_dictionary(kind):
        _feed(digest, array.dictionary_decode())
    elif pa.types.is_struct(kind):
        for child in array.flatten():
            _feed(digest, child)
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        digest.update(np.asarray(pc.list_value_length(array)).astype(np.int64).tobytes())
        _feed(digest, array.flatten())
    elif any(
        test(kind)
        for test in (pa.types.is_string, pa.types.is_binary, pa.types.is_large_string, pa.types.is_large_binary)
    ):
        digest.update(np.asarray(pc.binary_length(array)).astype(np.int64).tobytes())
        array = array.cast(pa.large_binary())
        _, offsets, data = array.buffers()
        bounds = np.frombuffer(offsets, dtype=np.int64)[array.offset : array.offset + len(array) + 1]
        if len(array) and data is not None:
            digest.update(memoryview(data)[bounds[0] : bounds[-1]])
    else:
        values = array.to_numpy(zero_copy_only=False)
        digest.update(
            repr(array.to_pylist()).encode() if values.dtype == object else np.ascontiguousarray(values).tobytes()
        )
