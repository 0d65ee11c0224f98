"""The second look at text with quoted cells: slow, row by row, only where quotes are unbalanced or rows do not fit."""

from __future__ import annotations

import csv

import numpy as np
import pyarrow as pa

from lmrs.data.report import Report
from lmrs.data.sheet import Sheet

LONGEST = 100
"""Lines that one quoted cell may run over before its quote is taken to be one that was never closed."""


def balanced(data: bytes) -> bool:
    """Whether every line holds an even number of double quotes, so that none runs over the line's end."""
    text = np.frombuffer(data, dtype=np.uint8)
    ends = np.append(np.flatnonzero(text == 10), len(text))
    counts = np.diff(np.searchsorted(np.flatnonzero(text == 34), ends), prepend=0)
    return not (counts % 2).any()


def parse(data: bytes, file: str, separator: str, names: list[str], report: Report, first: int) -> Sheet:
    """Rows of clean text; a quoted cell may hold newlines as long as the row then has as many cells as the header."""
    lines = data.decode().split("\n")
    rows: list[list[str]] = []
    numbers: list[int] = []
    bad: list[int] = []
    words: list[str] = []
    place = 0
    while place < len(lines):
        row, used, fault = _record(lines, place, separator, len(names))
        if fault:
            bad.append(place + first)
            words.append(fault)
        if row and (not fault or report.coerces):
            rows.append((row + [""] * len(names))[: len(names)])
            numbers.append(place + first)
        place += used
    done = "made the best of" if report.coerces else "left out"
    report.rows(file, np.array(bad, dtype=np.int64), lambda i: words[i], done)
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    table = pa.table({name: pa.array(column, pa.string()) for name, column in zip(names, columns, strict=True)})
    return Sheet(file, table, np.array(numbers, dtype=np.int64))


def _record(lines: list[str], place: int, separator: str, width: int) -> tuple[list[str], int, str]:
    """The row that begins at this line, the lines that it takes, and what is wrong with it."""
    if not lines[place]:
        return [], 1, ""
    text, used = lines[place], 1
    while text.count('"') % 2 and used < LONGEST and place + used < len(lines):
        text += "\n" + lines[place + used]
        used += 1
    if used > 1 or text.count('"') % 2:
        row = _cells(text, separator) if text.count('"') % 2 == 0 else []
        if len(row) == width:
            return row, used, ""
        return lines[place].replace('"', "").split(separator), 1, "a quote is opened and never closed"
    row = _cells(text, separator)
    return row, 1, "" if len(row) == width else f"{len(row)} cells where the header has {width}"


def _cells(text: str, separator: str) -> list[str]:
    try:
        rows = list(csv.reader([text], delimiter=separator))
    except csv.Error:
        return []
    return rows[0] if rows else []
