"""One `behaviors.tsv` of MIND: an impression a row."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lmrs.data import delimited
from lmrs.data.report import Report
from lmrs.data.sheet import Sheet
from lmrs.data.text import clean, read_bytes

COLUMNS = ("id", "user", "timestamp", "history", "shown")
TIME = "%m/%d/%Y %I:%M:%S %p"
_LABELLED = r"^(?P<id>.+)-(?P<label>[01])$"


def behaviors(path: Path, part: str, report: Report) -> pa.Table:
    """Impressions as `Tables` has them; `part` is that of all of them, where it is not empty.

    A candidate ends in `-1` where it was clicked and in `-0` where it was not; without either, nobody says.
    """
    data = clean(read_bytes(path), str(path), report)
    sheet = delimited.parse(data, str(path), "\t", list(COLUMNS), report, first=1).ids(["id", "user"], report)
    sheet = _timed(sheet, report)
    owners, said = _words(sheet.table.column("shown"))
    found = pc.extract_regex(said, _LABELLED)
    labelled = np.asarray(found.is_valid())
    rows = len(sheet.lines)
    some = np.bincount(owners[labelled], minlength=rows)
    odd = (some > 0) & (some < np.bincount(owners, minlength=rows))
    done = "read as not clicked" if report.coerces else "left out"
    report.rows(sheet.file, sheet.lines[odd], lambda _: "some of its candidates have no -0 or -1", done)
    items = pc.if_else(found.is_valid(), found.field("id"), said)
    clicked = labelled & np.asarray(pc.fill_null(pc.equal(found.field("label"), "1"), False))
    table = pa.table(
        {
            "id": sheet.table.column("id"),
            "user": sheet.table.column("user"),
            "timestamp": sheet.table.column("timestamp"),
            "history": _lists(*_words(sheet.table.column("history")), rows),
            "candidates": _lists(owners, items, rows),
            "clicks": _lists(owners[clicked], items.filter(pa.array(clicked)), rows),
        }
    )
    if part:
        table = table.append_column("part", pa.array(np.full(rows, part), pa.string()))
    return table if report.coerces else table.filter(pa.array(~odd))


def _timed(sheet: Sheet, report: Report) -> Sheet:
    column = sheet.table.column("timestamp")
    times = pc.strptime(pc.utf8_trim_whitespace(column), TIME, "s", error_is_null=True)
    bad = np.asarray(times.is_null())
    shown = column.filter(pa.array(bad)).slice(0, 1000).to_pylist()
    done = "read as missing" if report.coerces else "left out"
    report.rows(sheet.file, sheet.lines[bad], lambda i: f"time is {shown[i]!r}, not as 11/15/2019 8:55:22 AM", done)
    seconds = pc.fill_null(pc.cast(times.cast(pa.int64()), pa.float64()), np.nan)
    timed = sheet.column("timestamp", seconds)
    return timed if report.coerces else timed.keep(~bad)


def _words(column: pa.ChunkedArray) -> tuple[npt.NDArray[np.int64], pa.Array]:
    """The words of all cells, and the cell of each."""
    lists = pc.utf8_split_whitespace(column.combine_chunks())
    words, owners = lists.flatten(), np.asarray(pc.list_parent_indices(lists))
    there = np.asarray(pc.not_equal(words, ""))
    return owners[there], words.filter(pa.array(there))


def _lists(owners: npt.NDArray[np.int64], words: pa.Array, rows: int) -> pa.Array:
    offsets = np.append(0, np.cumsum(np.bincount(owners, minlength=rows)))
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), words)
