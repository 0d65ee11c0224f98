"""Tables that are made piece by piece and may be larger than memory."""

from __future__ import annotations

import mmap
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from lmrs_plugins.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa

PIECE = 1 << 20
"""Rows that are worked on at a time."""
_SMALL = 1 << 24
"""Bytes that are kept in memory."""


def pieces(rows: int) -> Iterator[slice]:
    """Stretches of `rows` rows that are small enough for memory."""
    return (slice(start, min(start + PIECE, rows)) for start in range(0, rows, PIECE))


class Spool:
    """Takes pieces of one schema and gives them back as one table.

    A small table stays in memory. A larger one lies in temporary files without a name, in the system's folder for them
    (`TMPDIR`), and is memory-mapped: the system reads a page when it is looked at and drops it when memory is short.
    The files are gone with the last array that looks into them, however the process ends. Columns of numbers stand in
    one stretch, so that numpy sees them without a copy; others keep their pieces.

    Parameters
    ----------
    small
        Bytes beyond which files are used.
    """

    def __init__(self, schema: pa.Schema, small: int = _SMALL) -> None:
        self.schema, self._small, self._bytes = schema, small, 0
        self._held: list[pa.Table] = []
        self._columns: list[_Numbers | _Others] = []

    def add(self, piece: pa.Table) -> None:
        """One more piece.

        Raises
        ------
        InputError
            There is no room for the files.
        """
        self._held.append(piece)
        self._bytes += piece.nbytes
        if self._columns or self._bytes > self._small:
            self._write()

    def table(self) -> pa.Table:
        """Everything that was added; the last thing to ask for."""
        import pyarrow as pa

        if self._columns:
            with _room():
                return pa.table([column.read() for column in self._columns], schema=self.schema)
        held, self._held = self._held, []
        return pa.concat_tables([self.schema.empty_table(), *held]).combine_chunks()

    def _write(self) -> None:
        with _room():
            self._columns = self._columns or [_column(field) for field in self.schema]
            for piece in self._held:
                for column, values in zip(self._columns, piece.columns, strict=True):
                    column.add(values)
        self._held = []


class _Numbers:
    """A column of numbers as bare bytes, and where it has none."""

    def __init__(self, field: pa.Field) -> None:
        self._kind, self._file = field.type, _file()
        self._valid: list[npt.NDArray[np.bool_] | int] = []

    def add(self, values: pa.ChunkedArray) -> None:
        for chunk in values.chunks:
            gaps = chunk.null_count
            self._valid.append(np.asarray(chunk.is_valid()) if gaps else len(chunk))
            bare = chunk.fill_null(0) if gaps else chunk
            self._file.write(np.ascontiguousarray(bare.to_numpy()).data)

    def read(self) -> pa.Array:
        import pyarrow as pa

        rows = sum(one if isinstance(one, int) else len(one) for one in self._valid)
        valid = None
        if any(not isinstance(one, int) for one in self._valid):
            there = [np.ones(one, dtype=bool) if isinstance(one, int) else one for one in self._valid]
            valid = pa.py_buffer(np.packbits(np.concatenate(there), bitorder="little"))
        return pa.Array.from_buffers(self._kind, rows, [valid, _mapped(self._file)])


class _Others:
    """A column of any other kind, as a stream of Arrow's."""

    def __init__(self, field: pa.Field) -> None:
        import pyarrow as pa

        self._schema, self._file = pa.schema([field]), _file()
        self._stream = pa.ipc.new_stream(self._file, self._schema)

    def add(self, values: pa.ChunkedArray) -> None:
        import pyarrow as pa

        self._stream.write_table(pa.table([values], schema=self._schema))

    def read(self) -> pa.ChunkedArray:
        import pyarrow as pa

        self._stream.close()
        return pa.ipc.open_stream(_mapped(self._file)).read_all().column(0)


def _column(field: pa.Field) -> _Numbers | _Others:
    import pyarrow as pa

    numbers = pa.types.is_integer(field.type) or pa.types.is_floating(field.type)
    return _Numbers(field) if numbers else _Others(field)


@contextmanager
def _room() -> Iterator[None]:
    """A disk that is full says what to do."""
    try:
        yield
    except OSError as error:
        raise InputError(
            f"{tempfile.gettempdir()}: no room for temporary files ({error.strerror or error}); free some, or name "
            "another folder in the variable TMPDIR"
        ) from None


def _file() -> IO[bytes]:
    return tempfile.TemporaryFile(prefix="lmrs.")


def _mapped(file: IO[bytes]) -> Any:
    """The file as an Arrow buffer; the mapping outlives the handle."""
    import pyarrow as pa

    with file:
        file.flush()
        return pa.py_buffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if file.tell() else b"")
