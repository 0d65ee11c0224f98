"""CSV and TSV with a header, columns found by name or given by role."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow as pa

from lmrs.data import delimited
from lmrs.data.names import distinct, field_name, find_roles
from lmrs.data.readers.options import CsvOptions
from lmrs.data.report import Report
from lmrs.data.sheet import Sheet
from lmrs.data.text import clean, plain_name, read_bytes
from lmrs_plugins.dataset import Policy, Tables
from lmrs_plugins.errors import InputError

_ENDS = (".csv", ".tsv")


class Csv:
    """A delimited text file of events."""

    def __init__(self, options: CsvOptions) -> None:
        self._options = options

    @staticmethod
    def recognises(path: Path) -> bool:
        """By the name's ending."""
        return plain_name(path).endswith(_ENDS) and path.is_file()

    def read(self, path: Path | None, policy: Policy) -> Tables:
        """Events, and items where the options name a second file. Columns that nobody asked for are not read."""
        if path is None or not path.is_file():
            raise InputError(f"{path}: no such file; give the path of a CSV or TSV file with a header")
        report = Report(policy)
        sheet = self.sheet(path, report)
        roles = find_roles(sheet.table.column_names, self._options.columns, sheet.file)
        table = sheet.table.select(list(roles.values())).rename_columns(list(roles))
        sheet = Sheet(sheet.file, table, sheet.lines).demand("events").ids(["user", "item"], report)
        for role in ("timestamp", "rating"):
            if role in roles:
                sheet = sheet.numbers(role, report, required=True)
        tables = {"item": self._items(path.with_name(self._options.items), report)} if self._options.items else {}
        name = plain_name(path).rpartition(".")[0]
        return Tables(name, sheet.demand("events").table, tables, problems=report.problems)

    def sheet(self, path: Path, report: Report) -> Sheet:
        """Every column of a file as text."""
        file = str(path)
        data = clean(read_bytes(path), file, report)
        if not data or data.isspace():
            raise InputError(f"{file}: empty; a CSV file begins with a header that names its columns")
        header, rest = delimited.split_header(data, file)
        del data  # as large as the file
        separator = self._options.separator or max("\t,;|", key=header.count)
        try:
            cells = next(csv.reader([header], delimiter=separator), [])
        except csv.Error as error:
            raise InputError(f"{file}, row 1: no header can be read ({error}); is this a text file?") from None
        names, again = distinct([cell.strip() for cell in cells])
        if again:
            word = f"column {cells[again[0]].strip()!r} stands twice"
            report.whole(file, 1, word, "the first is read", "take one of them out")
        return delimited.parse(rest, file, separator, names, report, quotes=True)

    def _items(self, path: Path, report: Report) -> pa.Table:
        sheet = self.sheet(path, report)
        return described(sheet, sheet.table.column_names[0], report)


def described(sheet: Sheet, key: str, report: Report) -> pa.Table:
    """Rows that describe items: ids in a column `id`, and what is said of each."""
    names = sheet.table.column_names
    sheet = sheet.ids([key], report).unique(key, report)
    for name in names:
        if name != key:
            cut = "|" if field_name(name) == "categories" else ""
            sheet = sheet.lists(name, cut) if cut else sheet.missing(name)
    return sheet.table.rename_columns(["id" if name == key else name for name in names])
