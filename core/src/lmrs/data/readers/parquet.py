"""Parquet files of events, columns found by name or given by role."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lmrs.data.names import find_roles
from lmrs.data.readers.options import FileOptions
from lmrs.data.report import Report
from lmrs.data.sheet import Sheet
from lmrs.data.text import first_bytes
from lmrs_plugins.dataset import Policy, Tables
from lmrs_plugins.errors import InputError


class Parquet:
    """One Parquet file; rows are counted from 1, as there is no header line."""

    def __init__(self, options: FileOptions) -> None:
        self._columns = options.columns

    @staticmethod
    def recognises(path: Path) -> bool:
        """By the name's ending, or the first four bytes."""
        return path.is_file() and (path.suffix == ".parquet" or first_bytes(path, 4) == b"PAR1")

    def read(self, path: Path | None, policy: Policy) -> Tables:
        """Events; a column that nobody asked for is not read. Dates become seconds since 1970."""
        if path is None or not path.is_file():
            raise InputError(f"{path}: no such file; give the path of a Parquet file")
        report = Report(policy)
        try:
            file = pq.ParquetFile(path)
            names = file.schema_arrow.names
            roles = find_roles([name for name in names if names.count(name) == 1], self._columns, str(path))
            table = file.read(columns=list(roles.values())).select(list(roles.values())).rename_columns(list(roles))
        except (pa.ArrowException, OSError) as error:
            line = str(error).split("\n")[0][:200]
            raise InputError(f"{path}: not a Parquet file that can be read ({line}); write it again") from None
        sheet = Sheet(str(path), table, np.arange(1, table.num_rows + 1, dtype=np.int64)).demand("events")
        for role in ("user", "item"):
            sheet = sheet.column(role, _text(sheet.table.column(role), role, path))
        sheet = sheet.ids(["user", "item"], report)
        for role in ("timestamp", "rating"):
            if role in roles:
                sheet = sheet.column(role, _number_text(sheet.table.column(role), role, path)).numbers(
                    role, report, required=True
                )
        return Tables(path.stem, sheet.demand("events").table, problems=report.problems)


def _text(column: pa.ChunkedArray, role: str, path: Path) -> pa.ChunkedArray:
    """Ids as text: whole numbers without a point, so that 3.0 of a column that has gaps is `3`."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_floating(column.type):
        whole = pc.all(pc.equal(pc.floor(column), column), min_count=0).as_py()
        column = column.cast(pa.int64(), safe=False) if whole and pc.all(pc.is_finite(column)).as_py() else column
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
