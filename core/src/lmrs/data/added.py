"""Items that came after training, as somebody hands them over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from lmrs.data.added_edges import AddedEdges, read_edges
from lmrs.data.added_images import read_images
from lmrs.data.added_table import as_texts, table_of
from lmrs.data.graphs import ENTITY
from lmrs.data.names import ROLES, field_name, listed
from lmrs.data.readers import atomic, csv
from lmrs.data.readers.options import CsvOptions
from lmrs.data.report import Report
from lmrs.recipe.suggest import meant
from lmrs_plugins import Bundle, InputError

IMAGE = "image"


@dataclass(frozen=True)
class Added:
    """`table` has the columns of the data's table of items, a row for each of `ids`; `images` (items,) their pictures,
    None where none are given; `notes` are lines for people.
    """

    ids: tuple[str, ...]
    table: pa.Table
    notes: tuple[str, ...] = ()
    images: pa.Array | None = None
    edges: AddedEdges = field(default_factory=AddedEdges)


def read_added(source: Any, bundle: Bundle, images: str | Path | None = None, edges: Any = None) -> Added:
    """New items for these data.

    Parameters
    ----------
    source
        An Arrow table, a frame of pandas or polars, or the path of a CSV, TSV, Parquet or `.item` file. It has a column
        of ids (`id`, `item_id`, …; of a file, otherwise the first) and columns of the data's table of items. What it
        does not have is missing for all of them. Beside those it may have `image`, a picture's bytes or the name of
        its file, and `entity`, which entity of the data's graphs an item is.
    images
        A folder or zip archive of pictures: the files that `image` names, or files that are named by the items' ids.
        Where it is not given, names are relative to the folder of the file of items.
    edges
        See `read_edges`.

    Raises
    ------
    InputError
        An id is missing, stands twice or is in the data already; a column is none of theirs, or of another type; a
        picture is not there; an edge leads to what is not there.
    """
    table, where = table_of(source, "the table of added items", "items to add", _READERS)
    key = _key(table.column_names, where, first=isinstance(source, str | Path))
    ids = _ids(table.column(key), where)
    _check_new(ids, bundle, where)
    old = bundle.tables["item"].schema if "item" in bundle.tables else pa.schema([])
    own = {name: table.column(name) for name in (IMAGE, ENTITY) if name in table.column_names and name not in old.names}
    columns = _columns(table.drop_columns([key, *own]), old, where)
    missing = [name for name in old.names if name not in columns]
    whole = {name: columns.get(name, pa.nulls(len(ids), old.field(name).type)) for name in old.names}
    notes = (f"{where} does not say {listed(missing)}: missing for all {len(ids)} added items",) if missing else ()
    beside = Path(source).parent if isinstance(source, str | Path) and IMAGE in own else None
    place = beside if images is None else Path(images)
    seen, said = read_images(own.get(IMAGE), place, ids, bundle, where)
    entities = as_texts(own[ENTITY], f"{where}: column {ENTITY!r}") if ENTITY in own else None
    known = read_edges(edges, ids, entities, bundle)
    plain = pa.table(whole, schema=old) if old.names else pa.table({})
    return Added(tuple(ids), plain, (*notes, *said), seen, known)


def _delimited(path: Path) -> pa.Table:
    report = Report("strict")
    sheet = csv.Csv(CsvOptions(separator="", items="")).sheet(path, report)
    return csv.described(sheet, _key(sheet.table.column_names, str(path), first=True), report)


def _atomic(path: Path) -> pa.Table:
    return atomic.described(path, "item", Report("strict"))


_READERS = {".csv": _delimited, ".tsv": _delimited, ".item": _atomic}


def _columns(table: pa.Table, old: pa.Schema, where: str) -> dict[str, pa.ChunkedArray]:
    """Columns by their names in the data, as the data have them."""
    columns: dict[str, pa.ChunkedArray] = {}
    for name in table.column_names:
        ours = name if name in old.names else field_name(name)
        if ours not in old.names:
            raise InputError(f"{where}: the items of these data have no column {name!r}{meant(name, old.names)}")
        if ours in columns:
            raise InputError(f"{where}: two of its columns are {ours!r} of an item; leave one out")
        columns[ours] = _cast(table.column(name), old.field(ours).type, f"{where}: column {name!r}")
    return columns


def _key(names: Sequence[str], where: str, first: bool) -> str:
    usual = ("id", *ROLES["item"])
    found = [name for word in usual for name in names if name.strip().lower() == word] or list(names[: int(first)])
    if not found:
        raise InputError(f"{where}: no column of ids among {listed(names)}; call one 'id'")
    return found[0]


def _ids(column: pa.ChunkedArray, where: str) -> list[str]:
    ids = as_texts(column, where)
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
