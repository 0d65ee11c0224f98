"""GroupLens's own files: `ratings.dat movies.dat users.dat` of 1M, `u.data u.item u.user u.genre` of 100K.

Sources: the README of each archive. The files are Latin-1 and have no header. In place of `ratings.dat` a folder may
hold `NAME.txt` or `NAME.txt.gz` with `user item` a line in the order of time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lmrs.data import delimited
from lmrs.data.readers.options import NoOptions
from lmrs.data.readers.sequences import read_sequences
from lmrs.data.report import Report
from lmrs.data.sheet import Sheet
from lmrs.data.text import clean, is_utf8, read_bytes
from lmrs_plugins.dataset import Policy, Tables
from lmrs_plugins.errors import InputError

_EVENTS = ["user", "item", "rating", "timestamp"]
_ODD = b"\x1f"
"""Stands for the separator `::`, as Arrow wants one byte; a unit separator occurs in no title."""

Files = Mapping[str, Callable[[], bytes]]
"""File name to a function that gives its bytes."""


class MovieLens:
    """A folder as it comes out of the archive."""

    def __init__(self, options: NoOptions) -> None:
        pass

    @staticmethod
    def recognises(path: Path) -> bool:
        """A folder with `u.data`, or with `movies.dat` and ratings or one text file beside it."""
        if (path / "u.data").is_file():
            return True
        return (path / "movies.dat").is_file() and ((path / "ratings.dat").is_file() or len(_ordered(path)) == 1)

    def read(self, path: Path | None, policy: Policy) -> Tables:
        """Events, movies and users."""
        if path is None or not self.recognises(path):
            raise InputError(f"{path}: no folder with u.data, or with movies.dat and ratings.dat")
        report = Report(policy)
        files = {file.name: (lambda file=file: read_bytes(file)) for file in sorted(path.iterdir()) if file.is_file()}
        interactions = None
        if not {"ratings.dat", "u.data"} & set(files):
            interactions = read_sequences(_ordered(path)[0], report)
        return read_files(path.name or "movielens", files, str(path), report, interactions)


def _ordered(path: Path) -> list[Path]:
    return sorted([*path.glob("*.txt"), *path.glob("*.txt.gz")])


def read_files(name: str, files: Files, where: str, report: Report, interactions: pa.Table | None = None) -> Tables:
    """Tables of the files of either layout; `where` goes before their names in messages."""

    def sheet(file: str, separator: str, names: list[str]) -> Sheet:
        data = files[file]()
        data = data if is_utf8(data) else data.decode("latin-1").encode()
        data = clean(data, f"{where}/{file}", report)
        if separator == "::":
            data, separator = data.replace(b"::", _ODD), _ODD.decode()
        return delimited.parse(data, f"{where}/{file}", separator, names, report, first=1)

    old = "u.data" in files
    if interactions is None:
        events = sheet("u.data", "\t", _EVENTS) if old else sheet("ratings.dat", "::", _EVENTS)
        events = events.ids(["user", "item"], report).numbers("rating", report, True).numbers("timestamp", report, True)
        interactions = events.demand("events").table
    tables: dict[str, pa.Table] = {}
    if old and {"u.item", "u.genre"} <= set(files):
        tables["item"] = _old_items(sheet, report)
    elif "movies.dat" in files:
        movies = sheet("movies.dat", "::", ["id", "title", "categories"]).ids(["id"], report).unique("id", report)
        tables["item"] = movies.missing("title").lists("categories", "|").table
    if old and "u.user" in files:
        users = sheet("u.user", "|", ["id", "age", "gender", "occupation", "zip_code"])
        tables["user"] = _users(users, report)
    elif "users.dat" in files:
        tables["user"] = _users(sheet("users.dat", "::", ["id", "gender", "age", "occupation", "zip_code"]), report)
    return Tables(name, interactions, tables, problems=report.problems)


def _users(sheet: Sheet, report: Report) -> pa.Table:
    return sheet.ids(["id"], report).unique("id", report).numbers("age", report, required=False).table


def _old_items(sheet: Callable[[str, str, list[str]], Sheet], report: Report) -> pa.Table:
    """Of 100K: the genres are nineteen columns of 0 and 1."""
    genres = sheet("u.genre", "|", ["genre", "place"]).table.column("genre").to_pylist()
    names = ["id", "title", "release_date", "video_date", "address", *(f"genre {one}" for one in genres)]
    movies = (
        sheet("u.item", "|", names).ids(["id"], report).unique("id", report).missing("title").missing("release_date")
    )
    flags = np.stack(
        [np.asarray(pc.equal(movies.table.column(f"genre {one}"), "1").to_numpy()) for one in genres], axis=1
    )
    offsets = np.append(0, np.cumsum(flags.sum(axis=1)))
    words = pa.array(genres, pa.string()).take(pa.array(np.nonzero(flags)[1]))
    nothing = np.append(~flags.any(axis=1), False)
    categories = pa.ListArray.from_arrays(pa.array(offsets, pa.int32(), mask=nothing), words)
    return movies.table.select(["id", "title", "release_date"]).append_column("categories", categories)
