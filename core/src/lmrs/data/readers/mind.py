"""MIND's files: `behaviors.tsv` and `news.tsv`, in one folder or in one a part (`train`, `dev`, `test`).

Source: https://github.com/msnews/msnews.github.io/blob/master/assets/doc/introduction.md. No file has a header, no cell
is quoted. A behaviour is an impression: who was shown what, and what was clicked of it. Those of the test part of the
large set have no labels.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lmrs.data import delimited
from lmrs.data.encode import codes
from lmrs.data.picture_folder import beside
from lmrs.data.readers.behaviors import behaviors
from lmrs.data.readers.options import NoOptions
from lmrs.data.report import Report
from lmrs.data.text import clean, read_bytes
from lmrs_plugins.bundle import IMPRESSION
from lmrs_plugins.dataset import Policy, Tables
from lmrs_plugins.errors import InputError

NEWS = ("id", "category", "subcategory", "title", "abstract", "url", "title_entities", "abstract_entities")
_PARTS = {"train": "train", "dev": "valid", "valid": "valid", "test": "test"}
_ENTITY = r'"WikidataId"\s*:\s*"'


class Mind:
    """A folder of MIND. Events are the clicks, and what stands in histories, whose time nobody knows."""

    def __init__(self, options: NoOptions) -> None:
        pass

    @staticmethod
    def recognises(path: Path) -> bool:
        """A folder with `behaviors.tsv`, or with folders that have one."""
        return bool(_holding(path))

    def read(self, path: Path | None, policy: Policy) -> Tables:
        """Impressions, news, and the entities that a title or abstract mentions, as a graph."""
        if path is None or not _holding(path):
            raise InputError(f"{path}: no folder with behaviors.tsv and news.tsv, or with such folders train and dev")
        report = Report(policy)
        folders = _parts(path)
        shown = pa.concat_tables([behaviors(_file(at, "behaviors"), part, report) for part, at in folders.items()])
        if not shown.num_rows:
            raise InputError(f"{path}: no impression in it that can be read; behaviors.tsv has one a row")
        news = pa.concat_tables([_news(_file(at, "news"), report) for at in folders.values()])
        news = news.take(pa.array(_first(codes(news.column("id"))[0])))  # a part repeats what the one before it had
        mentions = _mentions(news)
        return Tables(
            name=path.absolute().name,
            interactions=_events(shown),
            tables={"item": _described(news), IMPRESSION: shown},
            triples={"mentions": mentions} if mentions.num_rows else {},
            ends={"mentions": ("item", "entity")} if mentions.num_rows else {},
            images=beside(path),
            problems=report.problems,
        )


def _holding(path: Path) -> list[Path]:
    """The folder itself, or those in it, where behaviours lie."""
    if not path.is_dir():
        return []
    return [at for at in (path, *sorted(path.iterdir())) if at.is_dir() and _there(at, "behaviors")]


def _there(folder: Path, stem: str) -> Path | None:
    both = (folder / f"{stem}.tsv", folder / f"{stem}.tsv.gz")
    return next((file for file in both if file.is_file()), None)


def _file(folder: Path, stem: str) -> Path:
    found = _there(folder, stem)
    if found is None:
        raise InputError(f"{folder}: no {stem}.tsv beside the other file of MIND; put it there")
    return found


def _parts(path: Path) -> dict[str, Path]:
    """Part to folder, by the last word of the folder's name; a single folder is of no part."""
    found = _holding(path)
    if found[0] == path:
        return {"": path}
    parts: dict[str, Path] = {}
    for at in found:
        word = re.split(r"[^a-z]", at.name.lower())[-1]
        if word not in _PARTS:
            raise InputError(f"{at}: which part it holds is said by the end of its name: train, dev or test; rename it")
        if _PARTS[word] in parts:
            raise InputError(f"{at}: {parts[_PARTS[word]].name!r} is of the same part; take one of them out of {path}")
        parts[_PARTS[word]] = at
    return {part: parts[part] for part in ("train", "valid", "test") if part in parts}


def _events(shown: pa.Table) -> pa.Table:
    """What users chose: an item of a user's histories once, where no click tells when it was; then the clicks."""
    history, clicks = (_entries(shown, name) for name in ("history", "clicks"))
    both = pa.concat_tables([history, clicks])
    (users, _), (items, known) = codes(both.column("user")), codes(both.column("item"))
    keys = users * len(known) + items
    first = _first(keys[: history.num_rows])
    kept = first[~np.isin(keys[first], keys[history.num_rows :])]
    history = history.take(pa.array(kept)).set_column(2, "timestamp", [pa.array(np.full(len(kept), np.nan))])
    return pa.concat_tables([history, clicks])


def _entries(shown: pa.Table, name: str) -> pa.Table:
    """`user`, `item`, `timestamp` of each entry of a column of lists."""
    column = shown.column(name).combine_chunks()
    owners = pc.list_parent_indices(column)
    return pa.table(
        {
            "user": shown.column("user").take(owners),
            "item": column.flatten(),
            "timestamp": shown.column("timestamp").take(owners),
        }
    )


def _first(keys: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Where each key stands for the first time, in this order."""
    return np.sort(np.unique(keys, return_index=True)[1]).astype(np.int64)


def _news(file: Path, report: Report) -> pa.Table:
    data = clean(read_bytes(file), str(file), report)
    sheet = delimited.parse(data, str(file), "\t", list(NEWS), report, first=1)
    sheet = sheet.ids(["id"], report).unique("id", report)
    for name in NEWS[1:]:
        sheet = sheet.missing(name)
    return sheet.table


def _described(news: pa.Table) -> pa.Table:
    """What is said of each; `categories` are the category and the one within it."""
    both = pc.binary_join_element_wise(news["category"], news["subcategory"], "|", null_handling="skip")
    both = pc.if_else(pc.equal(both, ""), pa.scalar(None, pa.string()), both)
    found = news.select(["id", "title", "abstract", "subcategory", "url"])
    return found.append_column("categories", pc.split_pattern(both, "|"))


def _mentions(news: pa.Table) -> pa.Table:
    """Which entities of Wikidata an item's title or abstract names: `head`, `relation`, `tail`."""
    found = []
    for relation in ("title", "abstract"):
        cell = pc.fill_null(news.column(f"{relation}_entities"), "").combine_chunks()
        pieces = pc.split_pattern_regex(cell, _ENTITY)
        owners = np.asarray(pc.list_parent_indices(pieces))
        named = pc.extract_regex(pieces.flatten(), r'^(?P<id>[^"]+)"').field("id")
        kept = np.asarray(named.is_valid()) & (np.diff(owners, prepend=-1) == 0)  # before the first none is named
        head = news.column("id").take(pa.array(owners[kept]))
        words = pa.array(np.full(int(kept.sum()), relation), pa.string())
        found.append(pa.table({"head": head, "relation": words, "tail": named.filter(pa.array(kept))}))
    return pa.concat_tables(found)
