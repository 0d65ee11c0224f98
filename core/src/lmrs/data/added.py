"""Items that came after training, as somebody hands them over: a table, or a file of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lmrs.data.names import ROLES, field_name, listed
from lmrs.data.readers import atomic, csv
from lmrs.data.readers.options import CsvOptions
from lmrs.data.report import Report
from lmrs.data.text import plain_name
from lmrs.recipe.suggest import meant
from lmrs_plugins import Bundle, InputError

_FILES = (".csv", ".tsv", ".parquet", ".item")


@dataclass(frozen=True)
class Added:
    """`table` has the columns of the data's table of items, a row for each of `ids`; `notes` are lines for people."""

    ids: tuple[str, ...]
    table: pa.Table
    notes: tuple[str, ...] = ()


def read_added(source: Any, bundle: Bundle) -> Added:
    """New items for these data.

    Parameters
    ----------
    source
        An Arrow table, a frame of pandas or polars, or the path of a CSV, TSV, Parquet or `.item` file. It has a column
        of ids (`id`, `item_id`, …; of a file, otherwise the first) and columns of the data's table of items. What it
        does not have is missing for all of them.

    Raises
    ------
    InputError
        An id is missing, stands twice or is in the data already; a column is none of theirs, or of another type.
    """
    table, where = _table(source)
    names = table.column_names
    key = _key(names, where, first=isinstance(source, str | Path))
    ids = _ids(table.column(key), where)
    _check_new(ids, bundle, where)
    old = bundle.tables["item"].schema if "item" in bundle.tables else pa.schema([])
    columns: dict[str, pa.ChunkedArray] = {}
    for name in names:
        if name != key:
            ours = name if name in old.names else field_name(name)
            if ours not in old.names:
                raise InputError(f"{where}: the items of these data have no column {name!r}{meant(name, old.names)}")
            if ours in columns:
                raise InputError(f"{where}: two of its columns are {ours!r} of an item; leave one out")
            columns[ours] = _cast(table.column(name), old.field(ours).type, f"{where}: column {name!r}")
    missing = [name for name in old.names if name not in columns]
    whole = {name: columns.get(name, pa.nulls(len(ids), old.field(name).type)) for name in old.names}
    notes = (f"{where} does not say {listed(missing)}: missing for all {len(ids)} added items",) if missing else ()
    return Added(tuple(ids), pa.table(whole, schema=old) if old.names else pa.table({}), notes)


def _table(source: Any) -> tuple[pa.Table, str]:
    if isinstance(source, str | Path):
        return _file(Path(source)), str(source)
    if isinstance(source, pa.Table):
        found = source
    elif hasattr(source, "__arrow_c_stream__"):
        found = pa.table(source)
    else:
        raise InputError(
            f"items to add are a table: Arrow's, a frame of pandas or polars, or a path, not {type(source).__name__}"
        )
    names = found.column_names
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise InputError(f"the table of added items has two columns {twice[0]!r}; take one out")
    return found, "the table of added items"


def _file(path: Path) -> pa.Table:
    report, name = Report("strict"), plain_name(path)
    if not path.is_file():
        raise InputError(f"{path}: no such file of items to add")
    if name.endswith(".item"):
        return atomic.described(path, "item", report)
    if name.endswith(".parquet"):
        try:
            return pq.read_table(path)
        except (pa.ArrowException, OSError) as error:
            line = str(error).split("\n")[0][:200]
            raise InputError(f"{path}: not a Parquet file that can be read ({line}); write it again") from None
    if name.endswith((".csv", ".tsv")):
        sheet = csv.Csv(CsvOptions(separator="", items="")).sheet(path, report)
        return csv.described(sheet, _key(sheet.table.column_names, str(path), first=True), report)
    raise InputError(f"{path}: items to add are read from {', '.join(_FILES)}; save them as one of these")


def _key(names: Sequence[str], where: str, first: bool) -> str:
    usual = ("id", *ROLES["item"])
    found = [name for word in usual for name in names if name.strip().lower() == word] or list(names[: int(first)])
    if not found:
        raise InputError(f"{where}: no column of ids among {listed(names)}; call one 'id'")
    return found[0]


def _ids(column: pa.ChunkedArray, where: str) -> list[str]:
    """Ids as text: whole numbers without a point."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
    if pa.types.is_floating(column.type) and pc.all(pc.equal(pc.floor(column), column), min_count=0).as_py():
        column = column.cast(pa.int64(), safe=False)
    if pa.types.is_floating(column.type) or pa.types.is_nested(column.type) or pa.types.is_binary(column.type):
        raise InputError(f"{where}: its ids are {kind}; ids are text or whole numbers")
    try:
        ids: list[str | None] = column.cast(pa.string()).to_pylist()
    except pa.ArrowException:
        raise InputError(f"{where}: its ids are {kind}; ids are text or whole numbers") from None
    if not ids:
        raise InputError(f"{where}: no items in it")
    found: dict[str, int] = {}
    for row, id_ in enumerate(ids, 1):
        if id_ is None or not id_.strip():
            raise InputError(f"{where}: item {row} has no id")
        if id_ in found:
            raise InputError(f"{where}: items {found[id_]} and {row} have one id, {id_!r}; take one out")
        found[id_] = row
    return list(found)


def _check_new(ids: Sequence[str], bundle: Bundle, where: str) -> None:
    old = [id_ for id_ in ids if id_ in bundle.vocabularies["item"]]
    if old:
        more = f" and {len(old) - 1} more are" if len(old) > 1 else " is"
        raise InputError(f"{where}: {old[0]!r}{more} in these data already; take out what is not new")


def _cast(column: pa.ChunkedArray, kind: pa.DataType, where: str) -> pa.ChunkedArray:
    """As the data have it; one text for a list is cut at `|`, as in files."""
    try:
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        if pa.types.is_list(kind) and (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
            column = pc.split_pattern(pc.utf8_trim_whitespace(column), "|")
        return column.cast(kind)
    except pa.ArrowException:
        raise InputError(f"{where} is {column.type}, and the items of these data have {kind}") from None
