"""A table as somebody hands it over: Arrow's, a frame, or a file of one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lmrs.data.text import plain_name
from lmrs_plugins import InputError

PARQUET = ".parquet"


def table_of(
    source: Any, unnamed: str, what: str, readers: Mapping[str, Callable[[Path], pa.Table]]
) -> tuple[pa.Table, str]:
    """The table, and how messages call it.

    Parameters
    ----------
    unnamed
        What a table that is no file is called.
    what
        What is read, for messages: `items to add`.
    readers
        By the ending of a file; Parquet is read anyway.

    Raises
    ------
    InputError
        It is no table, there is no such file, or two of its columns have one name.
    """
    if isinstance(source, str | Path):
        return _file(Path(source), what, readers), str(source)
    if isinstance(source, pa.Table):
        found = source
    elif hasattr(source, "__arrow_c_stream__"):
        found = pa.table(source)
    else:
        kind = type(source).__name__
        raise InputError(f"{what} are a table: Arrow's, a frame of pandas or polars, or a path, not {kind}")
    names = found.column_names
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise InputError(f"{unnamed} has two columns {twice[0]!r}; take one out")
    return found, unnamed


def _file(path: Path, what: str, readers: Mapping[str, Callable[[Path], pa.Table]]) -> pa.Table:
    name = plain_name(path)
    if not path.is_file():
        raise InputError(f"{path}: no such file of {what}")
    if name.endswith(PARQUET):
        try:
            return pq.read_table(path)
        except (pa.ArrowException, OSError) as error:
            line = str(error).split("\n")[0][:200]
            raise InputError(f"{path}: not a Parquet file that can be read ({line}); write it again") from None
    for ending, read in readers.items():
        if name.endswith(ending):
            return read(path)
    raise InputError(f"{path}: {what} are read from {', '.join([*readers, PARQUET])}; save them as one of these")


def as_texts(column: pa.ChunkedArray, where: str) -> list[str | None]:
    """Ids as text: whole numbers without a point."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
    if pa.types.is_floating(column.type) and pc.all(pc.equal(pc.floor(column), column), min_count=0).as_py():
        column = column.cast(pa.int64(), safe=False)
    if pa.types.is_floating(column.type) or pa.types.is_nested(column.type) or pa.types.is_binary(column.type):
        raise InputError(f"{where}: its ids are {kind}; ids are text or whole numbers")
    try:
        found: list[str | None] = column.cast(pa.string()).to_pylist()
    except pa.ArrowException:
        raise InputError(f"{where}: its ids are {kind}; ids are text or whole numbers") from None
    return found
