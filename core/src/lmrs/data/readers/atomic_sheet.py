"""One atomic file: a typed header, then rows of cells between tabs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lmrs.data import delimited
from lmrs.data.names import distinct, field_name
from lmrs.data.report import Report
from lmrs.data.sheet import Sheet
from lmrs.data.text import clean, read_bytes
from lmrs_plugins.errors import InputError

TYPES = ("token", "float", "token_seq", "float_seq")


def read_sheet(path: Path, report: Report) -> tuple[Sheet, dict[str, str]]:
    """All columns as strings, and their types by name."""
    file = str(path)
    data = clean(read_bytes(path), file, report)
    if not data or data.isspace():
        raise InputError(f"{file}: empty; an atomic file begins with a header such as user_id:token and item_id:token")
    header, rest = delimited.split_header(data, file)
    del data  # as large as the file
    separator = _separator(header, file, report)
    cells = header.split(separator)
    names, types, drop = _header(cells, file, report)
    names, again = distinct(names)
    if again:
        word = f"column {names[again[0]].rpartition(' (')[0]!r} stands twice"
        report.whole(file, 1, word, "the first is read", "take one of them out")
    sheet = delimited.parse(rest, file, separator, names, report)
    kept = [name for place, name in enumerate(names) if place not in {*drop, *again}]
    return Sheet(file, sheet.table.select(kept), sheet.lines), dict(zip(names, types, strict=True))


def _header(cells: list[str], file: str, report: Report) -> tuple[list[str], list[str], list[int]]:
    """Names, types, and the places of columns that are not read for want of a type."""
    names: list[str] = []
    types: list[str] = []
    drop: list[int] = []
    for place, cell in enumerate(word.strip() for word in cells):
        name, _, kind = cell.rpartition(":")
        if kind not in TYPES or not name:
            name = cell
            advice = f"write {name or 'NAME'}:token, or another of {', '.join(TYPES)}"
            done = "read as token" if report.coerces else "left out"
            report.whole(file, 1, f"column {cell!r} has no type", done, advice)
            kind = "token"
            if not report.coerces:
                drop.append(place)
        names.append(name)
        types.append(kind)
    return names, types, drop


def _separator(header: str, file: str, report: Report) -> str:
    if "\t" in header or header.count(":") < 2:
        return "\t"
    used = max(",;| ", key=header.count)
    if not header.count(used):
        return "\t"
    if report.policy != "coerce":
        raise InputError(
            f"{file}, row 1: cells are separated by {used!r}, not by tabs; replace them, or set data.policy to coerce"
        )
    report.whole(file, 1, f"cells are separated by {used!r} in place of tabs", "read so", "")
    return used


def typed(sheet: Sheet, types: Mapping[str, str], report: Report, required: bool) -> Sheet:
    """Columns by their types: numbers, lists, and texts, where an empty cell is missing unless it is `required`."""
    for name in sheet.table.column_names:
        kind = types.get(name, "token")
        if kind == "float":
            sheet = sheet.numbers(name, report, required)
        elif kind == "float_seq":
            sheet = sheet.lists(name, " ")
            sheet = _floats(sheet, name, report)
        elif kind == "token_seq" and field_name(name) == "categories":
            sheet = sheet.lists(name, " ")
        elif not required:
            sheet = sheet.missing(name)
    return sheet


def _floats(sheet: Sheet, name: str, report: Report) -> Sheet:
    column = sheet.table.column(name).combine_chunks()
    try:
        return sheet.column(name, pa.chunked_array([column.cast(pa.list_(pa.float64()))]))
    except pa.ArrowInvalid:
        pass
    flat = Sheet(
        sheet.file, pa.table({name: column.flatten()}), sheet.lines[np.asarray(pc.list_parent_indices(column))]
    )
    numbers = flat.numbers(name, Report("coerce"), required=False).table.column(name).combine_chunks()
    bad = np.zeros(len(sheet.lines), dtype=bool)
    bad[np.asarray(pc.list_parent_indices(column))[np.asarray(numbers.is_null())]] = True
    report.rows(
        sheet.file,
        sheet.lines[bad],
        lambda i: f"{name} holds what is not a number",
        "read as missing" if report.coerces else "left out",
    )
    lists = pa.ListArray.from_arrays(column.offsets, numbers)
    lists = pc.if_else(pa.array(bad | np.asarray(column.is_null())), pa.scalar(None, lists.type), lists)
    whole = sheet.column(name, pa.chunked_array([lists]))
    return whole if report.coerces else whole.keep(~bad)
