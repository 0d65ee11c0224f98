"""Impressions as MIND's files, so that other software reads them too."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lmrs.data.encode import codes
from lmrs.data.readers.behaviors import TIME
from lmrs.data.safe_folder import whole_folder
from lmrs.data.write import write_pictures
from lmrs_plugins.bundle import IMPRESSION
from lmrs_plugins.dataset import Tables
from lmrs_plugins.errors import InputError

_BREAKS = r"[\t\n\r]"


def write_mind(tables: Tables, folder: Path) -> None:
    """Write `behaviors.tsv` and `news.tsv` into a new folder, pictures into `images/`.

    The format has impressions, and of items the title, an abstract and two categories; ratings, graphs and what is said
    of users are not in it, nor are events that no impression has. A tab or line break in a text becomes a space.

    Raises
    ------
    InputError
        There are no impressions, an id holds a blank, or the folder cannot be written.
    """
    if IMPRESSION not in tables.tables:
        raise InputError(f"{tables.name!r} has no impressions to write as MIND's files; write atomic files")
    shown = tables.tables[IMPRESSION]
    items = tables.tables.get("item", pa.table({"id": pa.array([], pa.string())}))
    for column in (shown.column("user"), shown.column("candidates").combine_chunks().flatten(), items.column("id")):
        if pc.any(pc.match_substring_regex(column, r"\s")).as_py():
            raise InputError(f"{tables.name!r}: an id holds a blank, which MIND's files put between ids")
    with whole_folder(folder) as draft:
        _write(draft / "behaviors.tsv", _behaviors(shown))
        _write(draft / "news.tsv", _news(items))
        for subject, images in tables.images.items():
            write_pictures(images, draft, subject)


def _write(path: Path, columns: list[pa.ChunkedArray | pa.Array]) -> None:
    rows = pc.binary_join_element_wise(*columns, "\t")
    path.write_text("".join(f"{row}\n" for row in rows.to_pylist()), encoding="utf-8")


def _behaviors(shown: pa.Table) -> list[pa.ChunkedArray | pa.Array]:
    if pc.any(pc.is_nan(shown.column("timestamp"))).as_py():
        raise InputError("an impression has no time, and MIND's files have one of each")
    times = pc.floor(shown.column("timestamp")).cast(pa.int64()).cast(pa.timestamp("s"))
    lists = shown.column("candidates").combine_chunks()
    labels = pc.if_else(pa.array(_clicked(shown)), "1", "0")
    words = pc.binary_join_element_wise(lists.flatten(), labels, "-")
    starts = pa.array(np.append(0, np.cumsum(np.asarray(lists.value_lengths()))), pa.int32())
    return [
        shown.column("id"),
        shown.column("user"),
        pc.strftime(times, TIME),
        pc.binary_join(shown.column("history"), " "),
        pc.binary_join(pa.ListArray.from_arrays(starts, words), " "),
    ]


def _clicked(shown: pa.Table) -> npt.NDArray[np.bool_]:
    """Of every candidate of every impression, whether it was clicked."""
    lists = [shown.column(name).combine_chunks() for name in ("candidates", "clicks")]
    flat = [one.flatten() for one in lists]
    numbers, known = codes(pa.chunked_array(flat))
    owners = np.concatenate([np.asarray(pc.list_parent_indices(one)) for one in lists])
    keys = owners * len(known) + numbers
    found: npt.NDArray[np.bool_] = np.isin(keys[: len(flat[0])], keys[len(flat[0]) :])
    return found


def _news(items: pa.Table) -> list[pa.ChunkedArray | pa.Array]:
    nothing = pa.array([""] * items.num_rows, pa.string())

    def text(*names: str) -> pa.ChunkedArray | pa.Array:
        found = [items.column(name).cast(pa.string()) for name in names if name in items.column_names]
        return pc.replace_substring_regex(pc.fill_null(found[0], ""), _BREAKS, " ") if found else nothing

    kinds = [nothing, text("subcategory")]
    if "categories" in items.column_names:
        lists = items.column("categories").combine_chunks()
        lengths = pc.fill_null(lists.value_lengths(), 0)
        for place in (0, 1):
            there = pc.if_else(pc.greater(lengths, place), lists, pa.scalar([""] * 2, lists.type))
            kinds[place] = pc.replace_substring_regex(pc.list_element(there, place), _BREAKS, " ")
    empty = pa.array(["[]"] * items.num_rows, pa.string())
    return [items.column("id"), *kinds, text("title"), text("abstract", "description"), text("url"), empty, empty]
