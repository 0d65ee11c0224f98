"""Tables as atomic files, so that they can be looked at, edited and read again."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from lmrs.data.names import field_name
from lmrs.data.picture_folder import FOLDERS
from lmrs.data.safe_folder import whole_folder
from lmrs_plugins.bundle import IMPRESSION
from lmrs_plugins.dataset import Tables
from lmrs_plugins.errors import InputError

_IDS = {"user": "user_id", "item": "item_id"}
_BREAKS = r"[\t\n\r]"


def write_atomic(tables: Tables, folder: Path) -> None:
    """Write `NAME.inter` and its siblings into a new folder named as the set, pictures into `images/`.

    Reading the folder gives the tables again, but for impressions, which the format does not have: `write_mind` does. A
    tab or line break in a text becomes a space.

    Raises
    ------
    InputError
        An id holds a tab or a line break, a word of a list a space, or the folder cannot be written.
    """
    stem = folder.absolute().name
    with whole_folder(folder) as draft:
        _write(tables.interactions, draft / f"{stem}.inter", _IDS)
        for subject, table in tables.tables.items():
            if subject == IMPRESSION:
                continue
            _write(table, draft / f"{stem}.{subject}", {"id": _IDS.get(subject, f"{subject}_id")})
        for name, triples in tables.triples.items():
            if tables.ends.get(name) == ("user", "user"):
                edges = triples.select(["head", "tail"])
                _write(edges, draft / f"{stem}.net", {"head": "source_id", "tail": "target_id"})
            else:
                ends = {"head": "head_id", "relation": "relation_id", "tail": "tail_id"}
                _write(triples.select(list(ends)), draft / f"{stem}.kg", ends)
        for link in tables.links.values():
            _write(link.select(["id", "entity"]), draft / f"{stem}.link", {"id": "item_id", "entity": "entity_id"})
        for subject, images in tables.images.items():
            write_pictures(images, draft, subject)


def _write(table: pa.Table, path: Path, ids: dict[str, str]) -> None:
    columns: dict[str, pa.ChunkedArray] = {}
    for name in table.column_names:
        column = table.column(name)
        header, cells = _cells(column, ids.get(name, name), name in ids, path)
        columns[header] = pc.fill_null(cells, "")
    options = pacsv.WriteOptions(delimiter="\t", quoting_style="none", include_header=False)
    with path.open("wb") as file:
        file.write(("\t".join(columns) + "\n").encode())
        try:
            pacsv.write_csv(pa.table(columns), file, options)
        except pa.ArrowInvalid:  # Arrow refuses quotes in unquoted cells; the format has no quotes that mean anything
            rows = pc.binary_join_element_wise(*columns.values(), "\t")
            file.write(("\n".join(rows.to_pylist()) + "\n").encode())


def _cells(column: pa.ChunkedArray, name: str, is_id: bool, path: Path) -> tuple[str, pa.ChunkedArray]:
    """The typed header of a column, and its cells as text."""
    kind = column.type
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        numbers = pa.types.is_floating(kind.value_type) or pa.types.is_integer(kind.value_type)
        words = column.cast(pa.list_(pa.string()))
        flat = pc.list_flatten(words)
        if pc.any(pc.match_substring_regex(flat, r"\s")).as_py():
            raise InputError(f"{path.name}: a word of {name} has a space in it, which atomic files put between words")
        return f"{name}:{'float_seq' if numbers else 'token_seq'}", pc.binary_join(words, " ")
    if pa.types.is_floating(kind) or pa.types.is_integer(kind):
        return f"{name}:float", _numbers(column)
    text = column.cast(pa.string())
    if is_id:
        if pc.any(pc.match_substring_regex(text, _BREAKS)).as_py():
            raise InputError(f"{path.name}: an id of {name} holds a tab or a line break, which atomic files cannot")
        return f"{name}:token", text
    several = field_name(name) in ("title", "categories") or pc.any(pc.match_substring(text, " ")).as_py()
    return f"{name}:{'token_seq' if several else 'token'}", pc.replace_substring_regex(text, _BREAKS, " ")


def _numbers(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Whole numbers without a point or exponent; others with as many digits as it takes."""
    whole = pc.all(pc.equal(pc.round(column), column), min_count=0).as_py()
    small = pc.all(pc.less(pc.abs(column), 2.0**53), min_count=0).as_py()
    return (column.cast(pa.int64()) if whole and small else column).cast(pa.string())


def write_pictures(images: pa.Table, folder: Path, subject: str) -> None:
    """Into the folder of a folder that pictures of the subject are read from."""
    folder = folder / FOLDERS.get(subject, f"images_{subject}")
    folder.mkdir()
    for id_, image in zip(images.column("id").to_pylist(), images.column("image").to_pylist(), strict=True):
        if image:
            end = "png" if image.startswith(b"\x89PNG") else "jpg"
            (folder / f"{quote(id_, safe='').replace('.', '%2E')}.{end}").write_bytes(image)
