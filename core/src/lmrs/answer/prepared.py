"""A recipe and its data, read and checked against each other: what can be known before training. Without torch."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lmrs.answer.data import load_data
from lmrs.answer.through_windows import check_windows
from lmrs.host.host import Host
from lmrs.recipe.check import check
from lmrs.recipe.check_data import check_data
from lmrs.recipe.overrides import load as read_recipe
from lmrs.recipe.overrides import override
from lmrs.recipe.resolve import resolve
from lmrs.recipe.resolved import Resolved
from lmrs_plugins import Bundle, InputError

_OF_A_SOURCE = ("format", "columns", "options")
"""Keys of the data section that belong to one source, and go when another is named."""

Data = str | Path | Sequence[str | Path]
"""A data set by its name or path; several are domains of one."""


@dataclass(frozen=True)
class Prepared:
    """A recipe that fits its data, and lines for the user on both."""

    resolved: Resolved
    bundle: Bundle
    notes: tuple[str, ...]


def prepare(
    recipe: str | Path, host: Host, data: Data | None, overrides: Sequence[str], seed: int | None
) -> Prepared:
    """Read and check; see `lmrs.run` for the parameters.

    Raises
    ------
    InputError, PluginError
        In one line: where, which key or row, what to do.
    """
    source = read_recipe(recipe, host.registry, changes(recipe, host, data, seed, overrides))
    resolved = check(resolve(source, host.registry))
    loaded = load_data(source, host)
    bundle = loaded.bundle
    check_windows(resolved, bundle)
    fitted = check_data(resolved, bundle.has, bundle.contents(), bundle.name)
    return Prepared(fitted, bundle, (*loaded.notes, *fitted.notes))


def changes(
    recipe: str | Path, host: Host, data: Data | None, seed: int | None, overrides: Sequence[str]
) -> list[str]:
    """All overrides of a recipe: what naming data or a seed changes in it, then those of the user.

    Raises
    ------
    InputError
        The user says a thing twice.
    """
    found: list[str] = []
    if seed is not None:
        _once(f"--seed {seed}", ["seed"], overrides)
        found.append(f"seed={seed}")
    if data is not None and data != []:
        named = [str(data)] if isinstance(data, str | Path) else [str(one) for one in data]
        _once(" ".join(f"--data {one}" for one in named), ["data", "source"], overrides)
        section = read_recipe(recipe, host.registry).tree.plain().get("data") or {}
        found += [f"data.{key}=null" for key in _OF_A_SOURCE if isinstance(section, dict) and section.get(key)]
        said = named[0] if len(named) == 1 else named
        found.append(f"data.source={json.dumps(said, ensure_ascii=False)}")
    return [*found, *overrides]


def _once(said: str, path: list[str], overrides: Sequence[str]) -> None:
    for text in overrides:
        keys, _ = override(text)
        if keys == path[: len(keys)]:
            raise InputError(f"{said} and --set {text} say the same thing twice: leave one of them out")
