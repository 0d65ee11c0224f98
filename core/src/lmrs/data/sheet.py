"""The rows of one file on their way from text to types, each with the line that it stands on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lmrs.data.report import Report
from lmrs_plugins.errors import InputError

_NUMBER = r"^[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?$"
_NO_ID = ["", "nan", "NaN", "NAN"]


@dataclass(frozen=True)
class Sheet:
    """Columns of one file, and the line that each row stands on.

    `lines` is (rows,), ascending, counted from 1. Columns are strings until a method here has typed them.
    """

    file: str
    table: pa.Table
    lines: npt.NDArray[np.int64]

    def keep(self, mask: npt.NDArray[np.bool_]) -> Sheet:
        """Only the rows under a true `mask`."""
        return self if mask.all() else Sheet(self.file, self.table.filter(pa.array(mask)), self.lines[mask])

    def column(self, name: str, values: pa.ChunkedArray) -> Sheet:
        """This sheet with one column replaced."""
        place = self.table.column_names.index(name)
        return Sheet(self.file, self.table.set_column(place, name, values), self.lines)

    def ids(self, names: list[str], report: Report) -> Sheet:
        """Leaves out rows without an id in one of these columns: empty, blank or `nan`."""
        sheet = self
        for name in names:
            trimmed = pc.utf8_trim_whitespace(pc.fill_null(sheet.table.column(name), ""))
            bad = _array(pc.is_in(trimmed, value_set=pa.array(_NO_ID, trimmed.type)))
            if bad.any():
                values = sheet.table.column(name).filter(pa.array(bad)).slice(0, 1000).to_pylist()
                report.rows(sheet.file, sheet.lines[bad], _not_an_id(name, values), "left out")
                sheet = sheet.keep(~bad)
        return sheet

    def numbers(self, name: str, report: Report, required: bool) -> Sheet:
        """A column as float64. An empty cell is missing, which is a fault only where the number is `required`."""
        column = self.table.column(name)
        try:
            values = pc.cast(column, pa.float64())
            if values.null_count == 0 and pc.all(pc.is_finite(values), min_count=0).as_py():
                return self.column(name, values)
        except pa.ArrowInvalid:
            pass
        if pa.types.is_string(column.type):
            trimmed = pc.utf8_trim_whitespace(column)
            empty = _array(pc.equal(trimmed, ""))
            shaped = pc.match_substring_regex(trimmed, _NUMBER)
            values = pc.cast(pc.if_else(shaped, trimmed, pa.scalar(None, trimmed.type)), pa.float64())
        else:
            empty = _array(column.is_null())
            values = pc.cast(column, pa.float64(), safe=False)
        finite = pc.fill_null(pc.is_finite(values), False)
        values = pc.if_else(finite, values, pa.scalar(None, pa.float64()))
        bad = ~_array(finite) if required else ~_array(finite) & ~empty
        if not bad.any():
            return self.column(name, values)
        shown = column.filter(pa.array(bad)).slice(0, 1000).to_pylist()
        done = "read as missing" if report.coerces else "left out"
        report.rows(self.file, self.lines[bad], lambda i: f"{name} is {shown[i]!r}, not a finite number", done)
        typed = self.column(name, values)
        return typed if report.coerces else typed.keep(~bad)

    def unique(self, name: str, report: Report) -> Sheet:
        """Leaves out rows that repeat the id of an earlier one."""
        ids = self.table.column(name).combine_chunks()
        codes = np.asarray(pc.dictionary_encode(ids).indices) if len(ids) else np.empty(0, dtype=np.int64)
        first = np.zeros(len(codes), dtype=bool)
        first[np.unique(codes, return_index=True)[1]] = True
        if first.all():
            return self
        shown = ids.filter(pa.array(~first)).slice(0, 1000).to_pylist()
        report.rows(
            self.file, self.lines[~first], lambda i: f"{name} {shown[i]!r} stands in an earlier row", "left out"
        )
        return self.keep(first)

    def lists(self, name: str, separator: str) -> Sheet:
        """A column as lists of strings, cut at `separator`; an empty cell is missing."""
        column = pc.utf8_trim_whitespace(self.table.column(name))
        filled = pc.if_else(pc.equal(column, ""), pa.scalar(None, column.type), column)
        return self.column(name, pc.split_pattern(filled, separator))

    def missing(self, name: str) -> Sheet:
        """A column in which an empty string is missing."""
        column = self.table.column(name)
        return self.column(name, pc.if_else(pc.equal(column, ""), pa.scalar(None, column.type), column))

    def demand(self, what: str) -> Sheet:
        """Itself, unless it has no rows."""
        if not len(self.lines):
            raise InputError(
                f"{self.file}: no {what} in it that can be read; give a file with at least one row under its header"
            )
        return self


def _not_an_id(name: str, values: list[str | None]) -> Callable[[int], str]:
    return lambda i: f"{name} is {values[i]!r}, not an id"


def _array(values: pa.ChunkedArray) -> npt.NDArray[np.bool_]:
    return np.asarray(values.to_numpy(), dtype=bool)
