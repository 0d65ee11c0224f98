"""Plain sequence files: `user item item …` a line, or `user item` pairs in the order of time; attributes beside them.

Sources: the data of S3-Rec (one line a user, `_item2attributes.json` beside it), SASRec and BERT4Rec (pairs).
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lmrs.data.readers.options import NoOptions
from lmrs.data.report import Report
from lmrs.data.sheet import Sheet
from lmrs.data.text import clean, first_bytes, plain_name, read_bytes
from lmrs_plugins.dataset import Policy, Tables
from lmrs_plugins.errors import InputError

_ATTRIBUTES = "_item2attributes.json"


class Sequences:
    """A `.txt` or `.txt.gz` file of ids between spaces or tabs."""

    def __init__(self, options: NoOptions) -> None:
        pass

    @staticmethod
    def recognises(path: Path) -> bool:
        """A text file whose first line is two or more words."""
        if not plain_name(path).endswith(".txt") or not path.is_file():
            return False
        words = first_bytes(path).split(b"\n", 1)[0].split()
        return len(words) > 1 and not words[0].endswith(b":token") and b"\0" not in words[0]

    def read(self, path: Path | None, policy: Policy) -> Tables:
        """Interactions without time: the order of the file is the order of events."""
        if path is None or not path.is_file():
            raise InputError(f"{path}: no such file; a sequence file is NAME.txt or NAME.txt.gz")
        report = Report(policy)
        interactions = read_sequences(path, report)
        tables = _attributes(path, report)
        return Tables(plain_name(path).removesuffix(".txt"), interactions, tables, problems=report.problems)


def read_sequences(path: Path, report: Report) -> pa.Table:
    """`user`, `item` of either layout, found from the lines themselves.

    Lines of two words each are pairs where some user has several of them; anything else is one line a user.
    """
    file = str(path)
    data = clean(read_bytes(path), file, report).translate(bytes.maketrans(b"\t", b" "))
    words, owners, lines = _words(data)
    if not len(lines):
        raise InputError(f"{file}: empty; a sequence file has lines such as `user item item …`")
    counts = np.bincount(owners, minlength=len(lines))
    firsts = np.append(0, np.cumsum(counts)[:-1])
    users = words.take(pa.array(firsts))
    codes = np.asarray(pc.dictionary_encode(users).indices)
    pairs = 2 * np.count_nonzero(counts == 2) > len(lines) and np.unique(codes).size < len(lines)
    bad = counts != 2 if pairs else counts < 2
    want = "a user and an item" if pairs else "a user and at least one item"
    rows = lines[bad]
    shown = counts[bad]
    report.rows(
        file, rows, lambda i: f"{shown[i]} word{'s' if shown[i] != 1 else ''} where {want} should stand", "left out"
    )
    if not pairs:
        bad |= _repeated(codes, lines, file, report)
    keep = ~bad[owners]
    keep[firsts] = False
    table = pa.table({"user": users.take(pa.array(owners[keep])), "item": words.filter(pa.array(keep))})
    sheet = Sheet(file, table, lines[owners[keep]]).ids(["user", "item"], report)
    return sheet.demand("events").table


def _words(data: bytes) -> tuple[pa.Array, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """All words (n,), for each the place of its line among those that have any, and the numbers of these lines."""
    text = np.frombuffer(data, dtype=np.uint8)
    inside = (text != 32) & (text != 10)
    edges = np.diff(inside.astype(np.int8), prepend=0, append=0)
    starts = np.flatnonzero(edges == 1)
    lengths = np.flatnonzero(edges == -1) - starts
    numbers = np.searchsorted(np.flatnonzero(text == 10), starts) + 1
    offsets = np.append(0, np.cumsum(lengths)).astype(np.int64)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(text[inside])]
    words = pa.Array.from_buffers(pa.large_string(), len(starts), buffers).cast(pa.string())
    lines, owners = np.unique(numbers, return_inverse=True)
    return words, owners.astype(np.int64), lines.astype(np.int64)


def _repeated(
    codes: npt.NDArray[np.int64], lines: npt.NDArray[np.int64], file: str, report: Report
) -> npt.NDArray[np.bool_]:
    """Lines to leave out because their user has an earlier one; `coerce` reads such a line as more of the first."""
    _, first, inverse = np.unique(codes, return_index=True, return_inverse=True)
    again: npt.NDArray[np.bool_] = first[inverse] != np.arange(len(codes))
    earlier = lines[first[inverse]][again]
    done = "read as the rest of that line" if report.coerces else "left out"
    report.rows(file, lines[again], lambda i: f"its user already stands on row {earlier[i]}", done)
    return np.zeros_like(again) if report.coerces else again


def _attributes(path: Path, report: Report) -> dict[str, pa.Table]:
    stem = plain_name(path).removesuffix(".txt")
    both = (path.with_name(stem + _ATTRIBUTES), path.with_name(stem + _ATTRIBUTES + ".gz"))
    beside = next((file for file in both if file.is_file()), None)
    if beside is None:
        return {}
    try:
        found = json.loads(read_bytes(beside))
        lists = [[_word(one) for one in value] for value in found.values()]
    except (ValueError, TypeError, AttributeError, RecursionError):
        report.whole(
            str(beside), 0, "not a JSON object of lists of words or numbers", "left out", "mend it, or move it away"
        )
        return {}
    return {
        "item": pa.table(
            {"id": pa.array(list(found), pa.string()), "categories": pa.array(lists, pa.list_(pa.string()))}
        )
    }


def _word(value: object) -> str:
    if not isinstance(value, str | int | float):
        raise TypeError
    return str(value)
