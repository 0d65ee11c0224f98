"""RecBole's atomic files: `.inter .user .item .kg .link .net`, tab-separated under a typed header, also gzipped.

Source: https://recbole.io/docs/user_guide/data/atomic_files.html. Cells are not quoted, as there.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lmrs.data import delimited
from lmrs.data.names import ROLES, distinct, field_name, find_roles, listed
from lmrs.data.readers.options import FileOptions
from lmrs.data.report import Report
from lmrs.data.sheet import Sheet
from lmrs.data.text import clean, plain_name, read_bytes
from lmrs_plugins.dataset import Policy, Tables
from lmrs_plugins.errors import InputError

TYPES = ("token", "float", "token_seq", "float_seq")
IMAGES = "images"


class Atomic:
    """A folder of atomic files, or its `.inter` file."""

    def __init__(self, options: FileOptions) -> None:
        self._columns = options.columns

    @staticmethod
    def recognises(path: Path) -> bool:
        """A `.inter` file, or a folder that holds one."""
        return bool(_interactions(path))

    def read(self, path: Path | None, policy: Policy) -> Tables:
        """The interactions and every file of the same name beside them."""
        found = _interactions(path) if path else []
        if not found or path is None:
            raise InputError(f"{path}: no .inter file; atomic files need NAME.inter or NAME.inter.gz")
        named = [file for file in found if plain_name(file).removesuffix(".inter") == path.name]
        if len(found) > 1 and not named:
            raise InputError(f"{path}: several .inter files ({listed([f.name for f in found])}); give the path of one")
        main = (named or found)[0]
        stem = plain_name(main).removesuffix(".inter")
        report = Report(policy)
        interactions = _inter(main, self._columns, report)
        tables = {}
        for subject in ("user", "item"):
            if file := _sibling(main, stem, subject):
                tables[subject] = _described(file, subject, report)
        triples: dict[str, pa.Table] = {}
        if file := _sibling(main, stem, "kg"):
            triples["knowledge"] = _tokens(
                file, {"head": "head_id", "relation": "relation_id", "tail": "tail_id"}, report
            )
        if file := _sibling(main, stem, "net"):
            edges = _tokens(file, {"head": "source_id", "tail": "target_id"}, report)
            relation = pa.array(["follows"] * edges.num_rows, pa.string())
            triples["social"] = edges.add_column(1, "relation", relation)
        links = {}
        if file := _sibling(main, stem, "link"):
            links["item"] = _tokens(file, {"id": "item_id", "entity": "entity_id"}, report)
        return Tables(
            name=stem,
            interactions=interactions,
            tables=tables,
            triples=triples,
            ends={"social": ("user", "user")} if "social" in triples else {},
            links=links,
            images=_images(main.parent),
            problems=report.problems,
        )


def _interactions(path: Path) -> list[Path]:
    if path.is_dir():
        found = {plain_name(file): file for end in (".inter.gz", ".inter") for file in sorted(path.glob(f"*{end}"))}
        return list(found.values())
    return [path] if plain_name(path).endswith(".inter") and path.is_file() else []


def _sibling(main: Path, stem: str, end: str) -> Path | None:
    """The file beside `main` with another ending, plain or gzipped."""
    both = (main.with_name(f"{stem}.{end}"), main.with_name(f"{stem}.{end}.gz"))
    return next((file for file in both if file.is_file()), None)


def _sheet(path: Path, report: Report) -> tuple[Sheet, dict[str, str]]:
    """All columns as strings, and their types by name."""
    file = str(path)
    data = clean(read_bytes(path), file, report)
    if not data.strip():
        raise InputError(f"{file}: empty; an atomic file begins with a header such as user_id:token and item_id:token")
    header, rest = delimited.split_header(data)
    separator = _separator(header, file, report)
    names: list[str] = []
    types: list[str] = []
    drop: list[int] = []
    for place, cell in enumerate(header.split(separator)):
        name, _, kind = cell.strip().rpartition(":")
        if kind not in TYPES or not name:
            name = cell.strip() if not name or report.coerces else name
            advice = f"write {name or 'NAME'}:token, or another of {', '.join(TYPES)}"
            done = "read as token" if report.coerces else "left out"
            report.whole(f"{file}, row 1", f"column {cell.strip()!r} has no type", done, advice)
            kind = "token"
            if not report.coerces:
                drop.append(place)
        names.append(name)
        types.append(kind)
    names, twice = distinct(names)
    if twice:
        report.whole(f"{file}, row 1", f"column {twice[0]!r} stands twice", "the first is read", "take one of them out")
        drop += [place for place, name in enumerate(names) if name.endswith(")") and name.rpartition(" (")[0] in twice]
    sheet = delimited.parse(rest, file, separator, names, report)
    kept = [name for place, name in enumerate(names) if place not in drop]
    return Sheet(file, sheet.table.select(kept), sheet.lines), dict(zip(names, types, strict=True))


def _separator(header: str, file: str, report: Report) -> str:
    if "\t" in header or header.count(":") < 2:
        return "\t"
    used = max(",;| ", key=header.count)
    if not header.count(used):
        return "\t"
    if report.policy != "coerce":
        raise InputError(
            f"{file}, row 1: cells are separated by {used!r}, not by tabs; replace them, or set data.policy to coerce"
        )
    report.whole(f"{file}, row 1", f"cells are separated by {used!r} in place of tabs", "read so", "")
    return used


def _typed(sheet: Sheet, types: Mapping[str, str], report: Report, required: bool) -> Sheet:
    for name in sheet.table.column_names:
        kind = types.get(name, "token")
        if kind == "float":
            sheet = sheet.numbers(name, report, required)
        elif kind == "float_seq":
            sheet = sheet.lists(name, " ")
            sheet = _floats(sheet, name, report)
        elif kind == "token_seq" and field_name(name) == "categories":
            sheet = sheet.lists(name, " ")
        elif not required:
            sheet = sheet.missing(name)
    return sheet


def _floats(sheet: Sheet, name: str, report: Report) -> Sheet:
    column = sheet.table.column(name).combine_chunks()
    try:
        return sheet.column(name, pa.chunked_array([column.cast(pa.list_(pa.float64()))]))
    except pa.ArrowInvalid:
        pass
    flat = Sheet(
        sheet.file, pa.table({name: column.flatten()}), sheet.lines[np.asarray(pc.list_parent_indices(column))]
    )
    numbers = flat.numbers(name, Report("coerce"), required=False).table.column(name).combine_chunks()
    bad = np.zeros(len(sheet.lines), dtype=bool)
    bad[np.asarray(pc.list_parent_indices(column))[np.asarray(numbers.is_null())]] = True
    report.rows(
        sheet.file,
        sheet.lines[bad],
        lambda i: f"{name} holds what is not a number",
        "read as missing" if report.coerces else "left out",
    )
    lists = pa.ListArray.from_arrays(column.offsets, numbers)
    lists = pc.if_else(pa.array(bad | np.asarray(column.is_null())), pa.scalar(None, lists.type), lists)
    typed = sheet.column(name, pa.chunked_array([lists]))
    return typed if report.coerces else typed.keep(~bad)


def _inter(path: Path, columns: Mapping[str, str], report: Report) -> pa.Table:
    sheet, types = _sheet(path, report)
    roles = find_roles(sheet.table.column_names, columns, sheet.file)
    ours = {name: role for role, name in roles.items()}
    sheet = sheet.demand("events").ids([roles["user"], roles["item"]], report)
    types = {**types, **{roles[role]: "float" for role in ("timestamp", "rating") if role in roles}}
    table = _typed(sheet, types, report, required=True).demand("events").table
    return table.rename_columns([ours.get(name, name) for name in table.column_names])


def _described(path: Path, subject: str, report: Report) -> pa.Table:
    sheet, types = _sheet(path, report)
    names = sheet.table.column_names
    fitting = [name for name in names if name.lower() in ROLES[subject]] or names[:1]
    if not fitting:
        raise InputError(f"{path}, row 1: no column for the id of a {subject}; call one {subject}_id:token")
    sheet = sheet.ids([fitting[0]], report).unique(fitting[0], report)
    types = {**types, fitting[0]: "token"}
    table = _typed(sheet, types, report, required=False).table
    return table.rename_columns(["id" if name == fitting[0] else name for name in names])


def _tokens(path: Path, columns: Mapping[str, str], report: Report) -> pa.Table:
    """Some token columns, under our names: by their names in the format, else by place."""
    sheet, _ = _sheet(path, report)
    names = sheet.table.column_names
    if len(names) < len(columns):
        raise InputError(f"{path}, row 1: {len(names)} columns where {listed(list(columns.values()))} are wanted")
    chosen = list(columns.values()) if all(name in names for name in columns.values()) else names[: len(columns)]
    table = sheet.ids(chosen, report).table.select(chosen)
    return table.rename_columns(list(columns))


def _images(folder: Path) -> dict[str, pa.Table]:
    """Pictures of items in `images/ID.png`, ids percent-encoded; `images_user/` for users."""
    found: dict[str, pa.Table] = {}
    for subject in ("item", "user"):
        place = folder / (IMAGES if subject == "item" else f"{IMAGES}_{subject}")
        files = sorted(file for file in place.glob("*.*") if file.suffix.lower() in (".png", ".jpg", ".jpeg"))
        if files:
            ids = pa.array([unquote(file.stem) for file in files], pa.string())
            found[subject] = pa.table({"id": ids, "image": pa.array([read_bytes(file) for file in files], pa.binary())})
    return found
