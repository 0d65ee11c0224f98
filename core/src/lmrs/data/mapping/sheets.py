"""One file of `data.yaml` as a sheet, its columns under our names."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pajson

from lmrs.data import delimited
from lmrs.data.mapping.schema import NOTHING, File
from lmrs.data.names import distinct, listed
from lmrs.data.report import Report
from lmrs.data.sheet import Sheet
from lmrs.data.text import clean, plain_name, read_bytes
from lmrs_plugins.errors import InputError

SEPARATORS = ("\t", "::", ",", ";", "|", " ")
_UNIT = b"\x1f"
"""Stands for a separator of two letters, as Arrow wants one byte."""


def sheet_of(said: File, path: Path, report: Report) -> Sheet:
    """Every column that is read, as text."""
    if plain_name(path).endswith(".jsonl"):
        return _named(_json(path, said), said)
    data = read_bytes(path)
    if said.encoding == "latin-1":
        data = data.decode("latin-1").encode()
    data = clean(data, str(path), report)
    if not data or data.isspace():
        raise InputError(f"{path}: empty; take it out of data.yaml")
    line = data.partition(b"\n")[0].decode()
    separator = said.separator or next((one for one in SEPARATORS if one in line), "\t")
    quotes, inside = separator in (",", ";"), separator
    if len(separator) > 1:
        data, inside = data.replace(separator.encode(), _UNIT), _UNIT.decode()
    if isinstance(said.columns, list):
        names, again = distinct(said.columns)
        sheet = delimited.parse(data, str(path), inside, names, report, first=1, quotes=quotes)
        kept = [name for name in names if not name.startswith(NOTHING)]
        return Sheet(sheet.file, sheet.table.select(kept), sheet.lines)
    header, rest = delimited.split_header(data, str(path))
    cells = next(csv.reader([header], delimiter=inside), []) if quotes else header.split(inside)
    names, again = distinct([cell.strip() for cell in cells])
    if again:
        raise InputError(f"{path}, row 1: column {cells[again[0]].strip()!r} stands twice; list the columns")
    return _named(delimited.parse(rest, str(path), inside, names, report, quotes=quotes), said)


def _named(sheet: Sheet, said: File) -> Sheet:
    """Columns under the names that the mapping gives; the others keep theirs, where no other has it."""
    assert not isinstance(said.columns, list)
    there = sheet.table.column_names
    for ours, theirs in said.columns.items():
        if theirs not in there:
            raise InputError(f"{sheet.file}: no column {theirs!r}, which is to be {ours}; it has {listed(there)}")
    columns: dict[str, Any] = {ours: sheet.table.column(theirs) for ours, theirs in said.columns.items()}
    used = set(said.columns.values())
    columns |= {name: sheet.table.column(name) for name in there if name not in used and name not in columns}
    return Sheet(sheet.file, pa.table(columns), sheet.lines)


def _json(path: Path, said: File) -> Sheet:
    if isinstance(said.columns, list):
        raise InputError(f"{path}: JSON names its columns; give `columns` as a mapping, our name to its")
    try:
        table = pajson.read_json(io.BytesIO(read_bytes(path)))
    except pa.ArrowException as error:
        line = str(error).split("\n")[0][:200]
        raise InputError(f"{path}: not JSON with an object of the same shape a line ({line})") from None
    while any(pa.types.is_struct(column.type) for column in table.schema):
        table = table.flatten()
    columns: Mapping[str, pa.ChunkedArray] = {
        name: _text(table.column(name)) for name in table.column_names if _plain(table.column(name).type)
    }
    return Sheet(str(path), pa.table(dict(columns)), np.arange(1, table.num_rows + 1, dtype=np.int64))


def _plain(kind: pa.DataType) -> bool:
    return not pa.types.is_nested(kind) and not pa.types.is_null(kind)


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.fill_null(column.cast(pa.string()), "")
