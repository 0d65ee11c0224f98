"""Parquet files of events, columns found by name or given by role."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lmrs.data.names import find_roles, listed
from lmrs.data.readers.options import FileOptions
from lmrs.data.report import Report
from lmrs.data.sheet import Sheet
from lmrs.data.text import first_bytes
from lmrs_plugins.dataset import Policy, Tables
from lmrs_plugins.errors import InputError
from lmrs_plugins.spool import PIECE, Spool


class Parquet:
    """A Parquet file, or a folder of them, read one after the other by name.

    Rows are read a piece at a time: there may be more than memory holds, in row groups that it holds one by one. They
    are counted from 1 in each file, as there is no header line.
    """

    def __init__(self, options: FileOptions) -> None:
        self._columns = options.columns

    @staticmethod
    def recognises(path: Path) -> bool:
        """By the name's ending, or the first four bytes; a folder where nothing else is in it."""
        if path.is_dir():
            return bool(_files(path)) and all(_file(one) or one.name.startswith(("_", ".")) for one in path.iterdir())
        return path.is_file() and (_file(path) or first_bytes(path, 4) == b"PAR1")

    def read(self, path: Path | None, policy: Policy) -> Tables:
        """Events; a column that nobody asked for is not read. Dates become seconds since 1970."""
        files = _files(path) if path else []
        if path is None or not files:
            raise InputError(f"{path}: no such file; give the path of a Parquet file, or of a folder of them")
        report = Report(policy)
        parts = [_Part(file, self._columns) for file in files]
        whole = {role for role in ("user", "item") if all(part.whole(role) for part in parts)}
        spool: Spool | None = None
        for part in parts:
            for sheet in part.sheets(whole, report):
                spool = spool or Spool(sheet.table.schema)
                spool.add(part.fitted(sheet.table, spool.schema))
        if spool is None:
            raise InputError(f"{path}: no events in it that can be read; give a file with at least one row")
        return Tables(path.stem, spool.table(), problems=report.problems)


class _Part:
    """One file: its columns by role."""

    def __init__(self, path: Path, columns: Mapping[str, str]) -> None:
        self._path = path
        with self._explained():
            self._file = pq.ParquetFile(path)
            names = self._file.schema_arrow.names
            self._roles = find_roles([name for name in names if names.count(name) == 1], columns, str(path))

    def whole(self, role: str) -> bool:
        """Whether ids are whole numbers wherever they are floats, as those of a column with gaps are."""
        name = self._roles[role]
        if not pa.types.is_floating(self._file.schema_arrow.field(name).type):
            return True
        with self._explained():
            return all(
                pc.all(pc.and_(pc.is_finite(one), pc.equal(pc.floor(one), one)), min_count=0).as_py()
                for one in (batch.column(0) for batch in self._batches([name]))
            )

    def sheets(self, whole: Container[str], report: Report) -> Iterator[Sheet]:
        """Rows under our names and of our types, a piece at a time; pieces without a good row are left out."""
        first = 1
        with self._explained():
            for batch in self._batches(list(self._roles.values())):
                lines = np.arange(first, first + batch.num_rows, dtype=np.int64)
                first += batch.num_rows
                table = pa.Table.from_batches([batch]).select(list(self._roles.values()))
                sheet = self._typed(
                    Sheet(str(self._path), table.rename_columns(list(self._roles)), lines), whole, report
                )
                if len(sheet.lines):
                    yield sheet

    def _batches(self, columns: list[str]) -> Iterator[pa.RecordBatch]:
        """Rows, a piece at a time. Asked for row groups one by one, the reader does not keep those before."""
        about = self._file.metadata
        ends = np.cumsum([0, *(about.row_group(group).num_rows for group in range(about.num_row_groups))])
        group = 0
        while group < about.num_row_groups:
            stop = max(group + 1, int(np.searchsorted(ends, ends[group] + PIECE, side="right")) - 1)
            yield from self._file.iter_batches(PIECE, row_groups=list(range(group, stop)), columns=columns)
            group = stop

    def _typed(self, sheet: Sheet, whole: Container[str], report: Report) -> Sheet:
        for name in self._roles:
            sheet = sheet.column(name, _plain(sheet.table.column(name)))
        for role in ("user", "item"):
            sheet = sheet.column(role, _text(sheet.table.column(role), role, self._path, role in whole))
        sheet = sheet.ids(["user", "item"], report)
        for role in ("timestamp", "rating"):
            if role in self._roles:
                column = _number_text(sheet.table.column(role), role, self._path)
                sheet = sheet.column(role, column).numbers(role, report, required=True)
        return sheet

    def fitted(self, table: pa.Table, schema: pa.Schema) -> pa.Table:
        """The table as the first file has it."""
        if table.column_names != schema.names:
            raise InputError(f"{self._path}: its columns are {listed(table.column_names)}, not {listed(schema.names)}")
        try:
            return table.cast(schema)
        except pa.ArrowException as error:
            raise InputError(f"{self._path}: {_line(error)}; files of a folder have to hold the same types") from None

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (pa.ArrowException, OSError) as error:
            raise InputError(
                f"{self._path}: not a Parquet file that can be read ({_line(error)}); write it again"
            ) from None


def _files(path: Path) -> list[Path]:
    return sorted(filter(_file, path.iterdir())) if path.is_dir() else [path] if path.is_file() else []


def _file(path: Path) -> bool:
    return path.suffix == ".parquet"


def _line(error: Exception) -> str:
    return str(error).split("\n")[0][:200]


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column


def _text(column: pa.ChunkedArray, role: str, path: Path, whole: bool) -> pa.ChunkedArray:
    """Ids as text: whole numbers without a point, so that 3.0 of a column that has gaps is `3`."""
    if pa.types.is_floating(column.type) and whole:
        column = column.cast(pa.int64(), safe=False)
    try:
        return column.cast(pa.string())
    except pa.ArrowException:
        raise InputError(f"{path}: column for {role} holds {column.type}; ids are text or whole numbers") from None


def _number_text(column: pa.ChunkedArray, role: str, path: Path) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        micro = column.cast(pa.timestamp("us", tz=getattr(kind, "tz", None)), safe=False).cast(pa.int64())
        return pc.divide(micro.cast(pa.float64(), safe=False), 1e6)
    try:
        return column if pa.types.is_floating(kind) or pa.types.is_integer(kind) else column.cast(pa.string())
    except pa.ArrowException:
        raise InputError(f"{path}: column for {role} holds {kind}; it has to be numbers") from None
