"""From `data.yaml` to tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import ValidationError

from lmrs.data.encode import aligned, codes
from lmrs.data.mapping.schema import Edges, File, Folder
from lmrs.data.mapping.sheets import sheet_of
from lmrs.data.names import ROLES, field_name, find_roles, listed
from lmrs.data.pictures import pictures
from lmrs.data.report import Report
from lmrs.data.sheet import Sheet
from lmrs.data.text import read_bytes
from lmrs.recipe import source
from lmrs.recipe.problems import at, explained
from lmrs.recipe.suggest import meant
from lmrs.recipe.tree import Tree
from lmrs_plugins.dataset import Policy, Tables
from lmrs_plugins.errors import InputError

NAME = "data.yaml"
TABLES = {"item": "items", "user": "users"}


def mapping_file(path: Path) -> Path | None:
    """The `data.yaml` of a folder, or the file itself where its name ends so; None where there is none."""
    found = path / NAME if path.is_dir() else path
    return found if found.is_file() and (found.name == NAME or found.name.endswith(f".{NAME}")) else None


def mapped(file: Path, folder: str, policy: Policy, base: Callable[[Path], Tables]) -> Tables:
    """The tables that a mapping file says.

    Parameters
    ----------
    folder
        Where its paths begin; empty: where the file lies. None may lead out of there.
    base
        Reads a file or folder of a known format.

    Raises
    ------
    InputError
        A key is unknown or of a wrong kind, a file or column is missing, or a row is bad under policy `strict`.
    """
    tree = _tree(file)
    try:
        said = Folder(**tree.plain())
    except ValidationError as error:
        raise explained(error, tree, Folder) from None
    return _Reading(tree, Path(folder).expanduser() if folder else file.parent, Report(policy)).tables(said, base)


def _tree(file: Path) -> Tree:
    try:
        text = read_bytes(file).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{file}: not UTF-8 (byte {error.start}); save the file as UTF-8") from None
    tree = source.value(text, str(file))
    if not isinstance(tree.value, Mapping):
        raise InputError(f"{file}: should be a mapping, such as events: {{file: ratings.txt}}")
    return tree


class _Reading:
    """One mapping file on its way to tables; errors say where in it they lie."""

    def __init__(self, tree: Tree, folder: Path, report: Report) -> None:
        self._tree, self._folder, self._report = tree, folder, report

    def tables(self, said: Folder, base: Callable[[Path], Tables]) -> Tables:
        found = base(self._path(said.base, "base")) if said.base else None
        tables = dict(found.tables) if found else {}
        for subject, key in TABLES.items():
            about = getattr(said, key)
            if about is not None:
                tables[subject] = _joined(tables.get(subject), self._described(about, subject, key))
        triples = {name: self._edges(edges, name) for name, edges in said.graphs.items()}
        ends = {name: edges.ends for name, edges in said.graphs.items()}
        links = {subject: self._links(link, subject) for subject, link in said.links.items()}
        images = dict(found.images) if found else {}
        if said.images is not None:
            place = self._path(said.images.file, "images", "file")
            images["item"] = pictures(place, tables.get("item"), said.images.column, self._report)
        whole = found or Tables("", self._events(said.events))
        return replace(
            whole,
            name=said.name or self._folder.absolute().name,
            tables=tables,
            triples={**whole.triples, **triples},
            ends={**whole.ends, **ends},
            links={**whole.links, **links},
            images=images,
            problems=(*whole.problems, *self._report.problems),
        )

    def _path(self, name: str, *where: str) -> Path:
        path = self._folder / name
        if not path.resolve().is_relative_to(self._folder.resolve()):
            raise at(self._tree, where, f"{name!r} leads out of {self._folder}; name a file within it")
        if not path.exists():
            there = [one.name for one in path.parent.iterdir()] if path.parent.is_dir() else []
            raise at(self._tree, where, f"no {name!r} in {self._folder}{meant(path.name, there)}")
        return path

    def _sheet(self, said: File, *where: str) -> Sheet:
        path = self._path(said.file, *where, "file")
        if path.is_dir():
            raise at(self._tree, (*where, "file"), f"{said.file!r} is a folder; name a file")
        return sheet_of(said, path, self._report)

    def _columns(self, sheet: Sheet, wanted: tuple[str, ...], *where: str) -> None:
        lacking = [name for name in wanted if name not in sheet.table.column_names]
        if lacking:
            has = listed(sheet.table.column_names)
            raise at(self._tree, (*where, "columns"), f"no column is called {lacking[0]!r}; there are {has}")

    def _typed(self, sheet: Sheet, said: File, *where: str) -> Sheet:
        """Lists and numbers as they are named; elsewhere an empty cell is missing."""
        self._columns(sheet, (*said.lists, *said.numbers), *where)
        for name in sheet.table.column_names:
            if name in said.lists:
                sheet = sheet.lists(name, said.lists[name])
            elif name in said.numbers:
                sheet = sheet.numbers(name, self._report, required=False)
            elif pa.types.is_string(sheet.table.column(name).type):
                sheet = sheet.missing(name)
        return sheet

    def _events(self, said: File | None) -> pa.Table:
        assert said is not None
        sheet = self._sheet(said, "events")
        names = sheet.table.column_names
        if isinstance(said.columns, list):
            self._columns(sheet, ("user", "item"), "events")
            roles = {name: name for name in names}
        else:
            roles = find_roles(names, {name: name for name in said.columns}, sheet.file)
        sheet = Sheet(sheet.file, sheet.table.select(list(roles.values())).rename_columns(list(roles)), sheet.lines)
        sheet = sheet.demand("events").ids(["user", "item"], self._report)
        for role in ("timestamp", "rating"):
            if role in roles:
                sheet = sheet.numbers(role, self._report, required=True)
        for name in said.numbers:
            self._columns(sheet, (name,), "events")
            sheet = sheet.numbers(name, self._report, required=True)
        return sheet.demand("events").table

    def _described(self, said: File, subject: str, key: str) -> pa.Table:
        sheet = self._sheet(said, key)
        names = sheet.table.column_names
        usual = ("id", *ROLES[subject])
        mine = next((name for word in usual for name in names if name.lower() == word), names[0])
        table = sheet.table.rename_columns(["id" if name == mine else name for name in names])
        sheet = Sheet(sheet.file, table, sheet.lines).ids(["id"], self._report).unique("id", self._report)
        return self._typed(sheet, said, key).table

    def _edges(self, said: Edges, name: str) -> pa.Table:
        sheet = self._sheet(said, "graphs", name)
        self._columns(sheet, ("head", "tail"), "graphs", name)
        if "relation" not in sheet.table.column_names:
            words = pa.array(np.full(sheet.table.num_rows, said.relation), pa.string())
            sheet = Sheet(sheet.file, sheet.table.append_column("relation", words), sheet.lines)
        sheet = sheet.ids(["head", "relation", "tail"], self._report)
        if said.relations:
            column = sheet.table.column("relation")
            known = np.asarray(pc.is_in(column, value_set=pa.array(said.relations, pa.string())).to_numpy())
            odd = column.filter(pa.array(~known)).slice(0, 1000).to_pylist()
            say = f"of graph {name}: {listed(said.relations)}"
            self._report.rows(sheet.file, sheet.lines[~known], lambda i: f"{odd[i]!r} is no relation {say}", "left out")
            sheet = sheet.keep(known)
        return sheet.table.select(["head", "relation", "tail"])

    def _links(self, said: File, subject: str) -> pa.Table:
        sheet = self._sheet(said, "links", subject)
        self._columns(sheet, ("id", "entity"), "links", subject)
        return sheet.ids(["id", "entity"], self._report).table.select(["id", "entity"])


def _joined(old: pa.Table | None, new: pa.Table) -> pa.Table:
    """Both tables as one, a row an id; of a column that both have, the new one counts."""
    if old is None:
        return new
    ids = codes(pa.chunked_array([*old.column("id").chunks, *new.column("id").chunks], pa.string()))[1]
    columns: Mapping[str, Any] = {
        field_name(name): table.column(name)
        for table in (aligned(old, ids), aligned(new, ids))
        for name in table.column_names
    }
    return pa.table({"id": ids, **columns})
