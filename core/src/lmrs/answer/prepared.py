"""A recipe and its data, read and checked against each other: what can be known before training. Without torch."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath

from lmrs.answer.data import DATA, load_data
from lmrs.answer.earlier import Earlier
from lmrs.answer.starts import check_starts, pinned
from lmrs.answer.through_windows import check_windows
from lmrs.host.host import Host
from lmrs.recipe.check import check
from lmrs.recipe.check_data import Known, check_data
from lmrs.recipe.merge import Merge
from lmrs.recipe.overrides import Source, override
from lmrs.recipe.overrides import load as read_recipe
from lmrs.recipe.resolve import resolve
from lmrs.recipe.resolved import Resolved
from lmrs.recipe.rounds import written_out
from lmrs.recipe.tree import Mark, Path, Tree
from lmrs_plugins import Bundle, InputError

_OF_A_SOURCE = ("format", "columns", "options")
"""Keys of the data section that belong to one source, and go when another is named."""

Data = str | FilePath | Sequence[str | FilePath]
"""A data set by its name or path; several are domains of one."""


@dataclass(frozen=True)
class Prepared:
    """A recipe that fits its data, and lines for the user on both.

    `bundle` is what is asked about, `others` are the data of stages that train on others, by index.
    """

    resolved: Resolved
    bundle: Bundle
    notes: tuple[str, ...]
    others: Mapping[int, Bundle] = field(default_factory=dict)


def prepare(
    recipe: str | FilePath,
    host: Host,
    data: Data | None,
    overrides: Sequence[str],
    seed: int | None,
    init: str | FilePath | None = None,
) -> Prepared:
    """Read and check; see `lmrs.run` for the parameters.

    Raises
    ------
    InputError, PluginError
        In one line: where, which key or row, what to do.
    """
    source = read_recipe(recipe, host.registry, changes(recipe, host, data, seed, overrides))
    source = replace(source, tree=written_out(source.tree))
    if init is not None:
        source = _started(source, str(init), overrides)
    resolved = check(resolve(source, host.registry))
    earlier = {stage.index: Earlier(stage.init) for stage in resolved.stages if stage.init.kind == "run"}
    bundle, others, notes = _loaded(source, resolved, host, data)
    check_windows(resolved, bundle, others)
    named = {index: Known.of(other, resolved.stages[index].name) for index, other in others.items()}
    fitted = check_data(resolved, Known.of(bundle), named)
    check_starts(fitted, bundle, others, earlier)
    return Prepared(pinned(fitted, earlier), bundle, (*notes, *fitted.notes), others)


def _started(source: Source, path: str, overrides: Sequence[str]) -> Source:
    """The recipe with its first stage starting from a run."""
    _once(f"--init {path}", ["stages", "0", "init"], overrides)
    stages = source.tree.child("stages")
    if stages is None or not stages.value:
        raise InputError(f"--init {path}: recipe {source.chain[0]!r} has no stage that could start from it")
    mark = Mark(f"--init {path}")
    said = Tree.of({"stages": {"0": {"init": f"run {path}"}}}, mark)
    return replace(source, tree=Merge().lay(source.tree, said))


def _loaded(
    source: Source, resolved: Resolved, host: Host, data: Data | None
) -> tuple[Bundle, dict[int, Bundle], list[str]]:
    """What is asked about, the data of stages that have others, and notes; the same words are read once."""
    sections: list[Path] = [
        DATA if stage.data is None else ("stages", stage.index, "data") for stage in resolved.stages
    ] or [DATA]
    notes: list[str] = []
    if DATA not in sections and data:
        raise InputError("--data names the data of the recipe, and each of its stages has its own; --set stages.0.data")
    if DATA not in sections and source.tree.child("data") is not None:
        notes.append("data: no stage looks at them: each has its own")
    read: dict[str, Bundle] = {}
    found: dict[str, Bundle] = {}
    bundles: list[Bundle] = []
    for path in sections:
        said = source.tree.at(path)
        words = json.dumps(said.plain() if said is not None else None, sort_keys=True)
        if words not in read:
            loaded = load_data(source, host, path)
            of = "" if path == DATA else f"data of stage {resolved.stages[int(path[1])].name!r}: "
            notes += [f"{of}{note}" for note in loaded.notes]
            read[words] = found.setdefault(loaded.bundle.fingerprint, loaded.bundle)
        bundles.append(read[words])
    return bundles[-1], {index: one for index, one in enumerate(bundles) if one is not bundles[-1]}, notes


def changes(
    recipe: str | FilePath, host: Host, data: Data | None, seed: int | None, overrides: Sequence[str]
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
        named = [str(data)] if isinstance(data, str | FilePath) else [str(one) for one in data]
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
