"""From the `data:` section of a recipe to a split bundle."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
from pydantic import ValidationError

from lmrs.data.assemble import Gathered, divided, gather
from lmrs.data.domains import joined
from lmrs.data.dropped import check_dropped, without
from lmrs.data.events import Counts
from lmrs.data.mapping.read import mapped, mapping_file
from lmrs.data.pictures import pictures
from lmrs.data.readers.options import MappingOptions
from lmrs.data.report import Report
from lmrs.data.settings import DataSettings, SourceSettings
from lmrs_plugins.bundle import PARTS, Bundle
from lmrs_plugins.card import Card
from lmrs_plugins.dataset import Dataset, Problem, Tables
from lmrs_plugins.errors import InputError, PluginError
from lmrs_plugins.options import Options

FORMAT = "format"
"""The trait of cards that read a path; a card without it is a data set with a name."""

BESIDE = "images.zip"
"""The archive of pictures of a source that is a folder."""

Given = TypeVar("Given", bound=Options)
Datasets = Mapping[str, tuple[Card, Callable[[], Any]]]
"""`plugin/name` to the card and a function that loads the class."""


@dataclass(frozen=True)
class Loaded:
    """A bundle, and what there is to say about it; `domains` counts what is left of each of several sources."""

    bundle: Bundle
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]
    before: Counts
    after: Counts
    domains: Mapping[str, Counts] = field(default_factory=dict)


def load(settings: DataSettings, datasets: Datasets) -> Loaded:
    """Read, filter, number, sort and split.

    Raises
    ------
    InputError
        There is no such data, it cannot be read under the policy, or nothing is left of it.
    """
    notes: list[str] = []
    problems: list[Problem] = []
    contents: list[str] = []
    domains: dict[str, Gathered] = {}
    for source in settings.sources():
        tables = _read(source, settings, datasets)
        name = source.name or tables.name
        if name in domains:
            raise InputError(
                f"data.source: two sources are called {name!r}; give one another name: {{source: {source.source}, "
                "name: NAME}"
            )
        said: list[str] = []
        one = gather(tables, settings, said)
        contents += one.bundle.contents()
        domains[name] = replace(one, bundle=without(one.bundle, settings.drop))
        problems += tables.problems
        notes += [f"{name}: {note}" for note in said] if settings.several else said
    check_dropped(settings.drop, contents)
    if settings.several:
        whole = joined({name: one.bundle for name, one in domains.items()})
    else:
        (whole,) = (one.bundle for one in domains.values())
    bundle = divided(whole, settings, notes)
    before, after = (Counts.total(getattr(one, when) for one in domains.values()) for when in ("before", "after"))
    notes += _untested(bundle, domains) if settings.several else []
    left = {name: one.after for name, one in domains.items()} if settings.several else {}
    return Loaded(bundle, tuple(problems), tuple(notes), before, after, left)


def _untested(bundle: Bundle, domains: Mapping[str, Gathered]) -> list[str]:
    """A line for each domain of which nothing is asked; its events stand in a row."""
    assert bundle.part is not None
    notes, start = [], 0
    for name, one in domains.items():
        stop = start + one.after.events
        if not (bundle.part[start:stop] == PARTS.index("test")).any():
            notes.append(f"domain {name} has no test event")
        start = stop
    return notes


def read(settings: DataSettings, datasets: Datasets) -> Tables:
    """The tables of a named set or a path, as they are: neither filtered nor split."""
    if settings.several:
        raise InputError("data.source: several sources become one when they are loaded; name one of them")
    return _read(settings.sources()[0], settings, datasets)


def _read(source: SourceSettings, settings: DataSettings, datasets: Datasets) -> Tables:
    name = _named(source.source, datasets, named=True)
    path = None if name else Path(source.source).expanduser()
    mapping = mapping_file(path) if path is not None and source.format in (None, "auto") else None
    if mapping is not None:
        return _with_pictures(_mapped(mapping, source, settings, datasets), source, path, settings)
    chosen = name or _format(source, path, datasets)
    card, loader = datasets[chosen]
    reader: Dataset = loader()(_options(card, chosen, source))
    tables = reader.read(path, settings.policy)
    _check(tables, chosen)
    return _with_pictures(tables, source, path, settings)


def _mapped(file: Path, source: SourceSettings, settings: DataSettings, datasets: Datasets) -> Tables:
    if source.columns:
        raise InputError(f"data.columns: {file} names the columns; say it there")
    folder = _filled(MappingOptions, dict(source.options or {}), str(file)).folder
    return mapped(
        file, folder, settings.policy, lambda base: _read(SourceSettings(source=str(base)), settings, datasets)
    )


def _with_pictures(tables: Tables, source: SourceSettings, path: Path | None, settings: DataSettings) -> Tables:
    """The tables with pictures of items that lie elsewhere, or in an archive beside the rest."""
    beside = path / BESIDE if path is not None and path.is_dir() else None
    if source.images:
        place = Path(source.images).expanduser()
    elif beside is not None and beside.is_file():
        place = beside
    else:
        return tables
    report = Report(settings.policy)
    found = pictures(place, tables.tables.get("item"), source.image_column or "", report)
    return replace(tables, images={**tables.images, "item": found}, problems=(*tables.problems, *report.problems))


def _named(source: str, datasets: Datasets, named: bool) -> str:
    """Full name of a data set (or format) by its full or short name; empty where there is none."""
    fitting = [full for full, (card, _) in datasets.items() if named != (FORMAT in card.traits)]
    found = [full for full in fitting if source in (full, full.rpartition("/")[2])]
    if len(found) > 1:
        raise InputError(f"{source!r} is the name of several: {', '.join(found)}; say which")
    return found[0] if found else ""


def _format(source: SourceSettings, path: Path | None, datasets: Datasets) -> str:
    formats = [full for full, (card, _) in datasets.items() if FORMAT in card.traits]
    if path is None or not path.exists():
        names = [full.rpartition("/")[2] for full, (card, _) in datasets.items() if FORMAT not in card.traits]
        near = difflib.get_close_matches(source.source, names, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"data sets are {', '.join(names)}"
        raise InputError(f"no file, folder or data set {source.source!r}; {hint}")
    if source.format not in (None, "auto"):
        found = _named(source.format or "", datasets, named=False)
        if not found:
            raise InputError(f"data.format: no format {source.format!r}; there are {', '.join(formats)}")
        return found
    fitting = [full for full in formats if datasets[full][1]().recognises(path)]
    if len(fitting) != 1:
        what = f"{path} looks like {' and '.join(fitting)}" if fitting else f"{path} is of no format that is known"
        raise InputError(f"{what}; say which with data.format: {', '.join(fitting or formats)}")
    return fitting[0]


def _options(card: Card, name: str, source: SourceSettings) -> Options:
    model: type[Options] = Options
    if card.options:
        module, _, attribute = card.options.partition(":")
        model = getattr(import_module(module), attribute)
    values: dict[str, Any] = dict(source.options or {})
    if source.columns:
        if "columns" not in model.model_fields:
            raise InputError(f"data.columns: {name} has no columns to name; take it out")
        values["columns"] = source.columns
    return _filled(model, values, name)


def _filled(model: type[Given], values: dict[str, Any], name: str) -> Given:
    try:
        return model(**values)
    except ValidationError as error:
        first = error.errors()[0]
        where, said = ".".join(str(one) for one in first["loc"]), first["msg"].removeprefix("Value error, ")
        raise InputError(
            f"data.options.{where}: {said}; {name} takes {', '.join(model.model_fields) or 'none'}"
        ) from None


def _check(tables: Tables, name: str) -> None:
    """What the rest relies on, so that a reader that breaks it is named."""
    columns = tables.interactions.column_names
    for wanted in ("user", "item"):
        if wanted not in columns or tables.interactions.column(wanted).null_count:
            raise PluginError(f"data set {name}: its interactions have no {wanted}, or one that is missing")
    for wanted in ("timestamp", "rating"):
        if wanted in columns and not pa.types.is_floating(tables.interactions.column(wanted).type):
            raise PluginError(f"data set {name}: {wanted} of its interactions is not float64")
    if not tables.interactions.num_rows:
        raise InputError(f"data set {name}: no events in it")
