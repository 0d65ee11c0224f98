"""Checks of datasets: a format is tried on what is none of its own; a named data set only on how it is made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from lmrs_plugins.dataset import Tables
from lmrs_plugins.errors import InputError
from lmrs_plugins.testing.case import Case


def check(case: Case) -> None:
    """It reads what is its own and refuses the rest in one line; `inputs` names a path that is its own."""
    with case.check("build"):
        dataset = case.call(case.load())
        case.require(callable(getattr(dataset, "read", None)), "it has no `read`")
    given = case.given()
    if given is not None:
        with case.check("read"):
            _check_tables(case, dataset.read(Path(given), "strict"))
            own = "format" not in case.card.traits or dataset.recognises(Path(given))
            case.require(own, f"it does not recognise {given}, which it reads: let `recognises` say so")
    if "format" in case.card.traits:
        with TemporaryDirectory() as folder:
            _check_strangers(case, dataset, Path(folder))


def _check_tables(case: Case, tables: Any) -> None:
    case.require(isinstance(tables, Tables), f"read() gives {type(tables).__name__}: return Tables")
    for name in ("user", "item"):
        column = next((one for one in tables.interactions.schema if one.name == name), None)
        said = "missing" if column is None else str(column.type)
        case.require(
            said in ("string", "large_string"), f"column {name!r} of the interactions is {said}: ids are strings"
        )
    case.require(tables.interactions.num_rows, "it reads no interaction")


def _check_strangers(case: Case, dataset: Any, folder: Path) -> None:
    junk = folder / "notes.bin"
    junk.write_bytes(bytes(range(256)))
    empty = folder / "empty"
    empty.mkdir()
    with case.check("recognises"):
        for path in (junk, empty, folder / "missing.txt"):
            case.require(
                dataset.recognises(path) is False,
                f"it recognises {path.name!r}, which is none of its own: look at names first",
            )
    with case.check("refuses"):
        for path in (empty, folder / "missing.txt"):
            said = _refusal(case, lambda at=path: dataset.read(at, "strict"), path.name)  # type: ignore[misc]
            case.require("\n" not in said, "its message has several lines: say file, row and what to do in one")
            case.require(path.name in said, f"its message about {path.name!r} does not name the file: {said!r}")


def _refusal(case: Case, read: Callable[[], Any], name: str) -> str:
    try:
        read()
    except InputError as error:
        return str(error)
    case.require(False, f"it reads {name!r}, where nothing is, without an error: raise an InputError")
    return ""
