"""Text with one row a line and a separator between cells, as Arrow strings.

Arrow reads the file in one go. Where it cannot, a second look finds the lines that do not fit; what is left is given
to Arrow again, so nothing is ever looped over but bad lines.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pacsv

from lmrs.data import quoted
from lmrs.data.report import Report
from lmrs.data.sheet import Sheet
from lmrs_plugins.errors import InputError

_BLOCK = 1 << 24
_NEWLINE = 10
_BOM = b"\xef\xbb\xbf"


def split_header(data: bytes, file: str) -> tuple[str, bytes]:
    """The first line, and the rest with nothing taken away but that line.

    Raises
    ------
    InputError
        The line is blank.
    """
    line, _, rest = data.partition(b"\n")
    if not line.strip():
        raise InputError(f"{file}, row 1: blank, where the header should stand; take out the blank lines before it")
    return line.decode(), rest


def parse(
    data: bytes, file: str, separator: str, names: list[str], report: Report, first: int = 2, quotes: bool = False
) -> Sheet:
    """Rows of clean text under these column names.

    Parameters
    ----------
    data
        UTF-8, lines ended by a bare newline, without the header.
    first
        Number of the first of these lines in the file.
    quotes
        Whether a cell may stand in double quotes.
    """
    data = _without_blank_end(data)
    if not data:
        empty = {name: pa.array([], pa.string()) for name in names}
        return Sheet(file, pa.table(empty), np.empty(0, dtype=np.int64))
    if quotes and b'"' in data:
        if not quoted.balanced(data):
            return quoted.parse(data.rstrip(b"\n"), file, separator, names, report, first)
    else:
        quotes = False
    if b"\n\n" not in data and not data.startswith(b"\n"):
        try:
            table = _arrow(data, separator, names, quotes)
            return Sheet(file, table, np.arange(first, first + table.num_rows, dtype=np.int64))
        except pa.ArrowInvalid:
            pass
    data = data.rstrip(b"\n")
    if quotes:
        return quoted.parse(data, file, separator, names, report, first)
    return _second_look(data, file, separator, names, report, first)


def _without_blank_end(data: bytes) -> bytes:
    """Without empty lines at the end; a file of many gigabytes is not copied for one newline."""
    end = len(data)
    while end and data[end - 1] == _NEWLINE:
        end -= 1
    return data if end and end + 1 >= len(data) else data[:end]


def _arrow(data: bytes, separator: str, names: list[str], quotes: bool) -> pa.Table:
    places = [str(place) for place in range(len(names))]
    if data.startswith(_BOM):  # Arrow would take it away, but here it is part of the first cell
        data = _BOM + data
    table = pacsv.read_csv(
        pa.BufferReader(data),
        read_options=pacsv.ReadOptions(column_names=places, block_size=_BLOCK),
        parse_options=pacsv.ParseOptions(
            delimiter=separator, quote_char='"' if quotes else False, double_quote=quotes, newlines_in_values=False
        ),
        convert_options=pacsv.ConvertOptions(
            column_types={place: pa.string() for place in places}, strings_can_be_null=False
        ),
    )
    return table.rename_columns(names)


def _second_look(data: bytes, file: str, separator: str, names: list[str], report: Report, first: int) -> Sheet:
    text = np.frombuffer(data, dtype=np.uint8)
    ends = np.append(np.flatnonzero(text == 10), len(text))
    starts = np.append(0, ends[:-1] + 1)
    cuts = np.flatnonzero(text == ord(separator))
    cells = np.searchsorted(cuts, ends) - np.searchsorted(cuts, starts) + 1
    blank = starts == ends
    bad = np.flatnonzero((cells != len(names)) & ~blank)
    done = "missing cells are empty, further ones are cut off" if report.coerces else "left out"
    report.rows(
        file,
        bad.astype(np.int64) + first,
        lambda i: f"{cells[bad[i]]} cells where the header has {len(names)}",
        done,
    )
    longest = int((ends - starts).max())
    if longest >= _BLOCK:
        raise InputError(
            f"{file}, row {int((ends - starts).argmax()) + first}: a line of {longest} bytes; is this a text file?"
        )
    data = _replace(data, starts[bad], ends[bad], separator.encode(), len(names) if report.coerces else 0)
    if not report.coerces:
        blank[bad] = True
    elif len(names) == 1:  # of a line that begins with a separator, nothing is left
        blank[bad] = text[starts[bad]] == ord(separator)
    lines: npt.NDArray[np.int64] = np.flatnonzero(~blank) + first
    if not len(lines):
        return parse(b"", file, separator, names, report)
    try:
        table = _arrow(data, separator, names, quotes=False)
    except pa.ArrowInvalid as error:
        raise InputError(f"{file}: cannot be read ({str(error).splitlines()[0][:200]}); is this a text file?") from None
    return Sheet(file, table, lines)


def _replace(
    data: bytes, starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64], separator: bytes, width: int
) -> bytes:
    """These lines cut or filled up to `width` cells; with a width of 0 they are emptied."""
    pieces: list[bytes] = []
    done = 0
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        cells = data[start:end].split(separator)[:width]
        pieces += [data[done:start], separator.join(cells + [b""] * (width - len(cells)))]
        done = end
    return b"".join([*pieces, data[done:]])
