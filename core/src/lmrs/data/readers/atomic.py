"""RecBole's atomic files: `.inter .user .item .kg .link .net`, tab-separated under a typed header, also gzipped.

Source: https://recbole.io/docs/user_guide/data/atomic_files.html. Cells are not quoted, as there.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from lmrs.data.names import ROLES, find_roles, listed
from lmrs.data.picture_folder import beside
from lmrs.data.readers.atomic_sheet import read_sheet, typed
from lmrs.data.readers.options import FileOptions
from lmrs.data.report import Report
from lmrs.data.text import plain_name
from lmrs_plugins.dataset import Policy, Tables
from lmrs_plugins.errors import InputError


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
                tables[subject] = described(file, subject, report)
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
            images=beside(main.parent),
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


def _inter(path: Path, columns: Mapping[str, str], report: Report) -> pa.Table:
    sheet, types = read_sheet(path, report)
    roles = find_roles(sheet.table.column_names, columns, sheet.file)
    ours = {name: role for role, name in roles.items()}
    sheet = sheet.demand("events").ids([roles["user"], roles["item"]], report)
    types = {**types, **{roles[role]: "float" for role in ("timestamp", "rating") if role in roles}}
    table = typed(sheet, types, report, required=True).demand("events").table
    return table.rename_columns([ours.get(name, name) for name in table.column_names])


def described(path: Path, subject: str, report: Report) -> pa.Table:
    """A `.user` or `.item` file: ids in a column `id`, and what it says of each."""
    sheet, types = read_sheet(path, report)
    names = sheet.table.column_names
    fitting = [name for name in names if name.lower() in ROLES[subject]] or names[:1]
    if not fitting:
        raise InputError(f"{path}, row 1: no column for the id of a {subject}; call one {subject}_id:token")
    sheet = sheet.ids([fitting[0]], report).unique(fitting[0], report)
    types = {**types, fitting[0]: "token"}
    table = typed(sheet, types, report, required=False).table
    return table.rename_columns(["id" if name == fitting[0] else name for name in names])


def _tokens(path: Path, columns: Mapping[str, str], report: Report) -> pa.Table:
    """Some token columns, under our names: by their names in the format, else by place."""
    sheet, _ = read_sheet(path, report)
    names = sheet.table.column_names
    if len(names) < len(columns):
        raise InputError(f"{path}, row 1: {len(names)} columns where {listed(list(columns.values()))} are wanted")
    chosen = list(columns.values()) if all(name in names for name in columns.values()) else names[: len(columns)]
    table = sheet.ids(chosen, report).table.select(chosen)
    return table.rename_columns(list(columns))
