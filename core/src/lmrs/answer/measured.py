"""Finished runs, measured again or beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from lmrs.answer.pipeline import Pipeline
from lmrs.answer.through_windows import keep_result
from lmrs.answer.trec import Trec, write_trec
from lmrs.evaluation import stored
from lmrs.evaluation.report import Result
from lmrs.evaluation.statistics import Difference, compare_results
from lmrs.host.host import Host
from lmrs.recipe.check import check
from lmrs.recipe.overrides import load as read_recipe
from lmrs.recipe.resolve import resolve
from lmrs.runs.folder import RunFolder
from lmrs_plugins.errors import InputError


def evaluate(
    path: str | Path,
    part: str = "test",
    *,
    overrides: Sequence[str] = (),
    device: str | None = None,
    host: Host | None = None,
) -> Result:
    """Evaluate a finished run on a part of its data.

    Parameters
    ----------
    part
        `valid` or `test`.
    overrides
        Changes to the recipe's `evaluate`, `evaluate.seen=include`, or to options of its scorer, `answer.lift=0.05`;
        nothing else can change after training.
    """
    return _measuring(path, overrides, device, host).evaluate(part)


def _measuring(path: str | Path, overrides: Sequence[str], device: str | None, host: Host | None) -> Pipeline:
    """A finished run that is asked as `overrides` say."""
    host = host or Host()
    for text in overrides:
        if not text.startswith(("evaluate.", "answer.")):
            raise InputError(
                f"--set {text}: a finished run can only be measured otherwise: evaluate.KEY=VALUE, or answer.KEY=VALUE "
                "for an option of its scorer"
            )
    pipeline = Pipeline.load(path, host, device)
    if overrides:
        source = read_recipe(pipeline.setting.folder.path / "recipe.yaml", host.registry, overrides)
        changed = check(resolve(source, host.registry))
        said = pipeline.setting.resolved
        asked = [(one.use, one.wires) if one else None for one in (said.answer, changed.answer)]
        if asked[0] != asked[1]:
            raise InputError("answer: of a finished run only options of its scorer can be other, and not what it reads")
        pipeline.setting.resolved = replace(said, evaluate=changed.evaluate, answer=changed.answer)
    return pipeline


def export_trec(
    path: str | Path,
    folder: str | Path,
    part: str = "test",
    *,
    depth: int | None = None,
    overrides: Sequence[str] = (),
    device: str | None = None,
    host: Host | None = None,
) -> tuple[Result, Trec]:
    """Evaluate a finished run, and write what it was measured on as TREC files for other tools.

    Parameters
    ----------
    folder
        Where `PART.run`, `PART.qrels` and `PART.trec.json` are written, each whole or not at all.
    depth
        How many of the best rows of each case are in the run; 100, or as many as the deepest metric looks at, if not
        given.

    Raises
    ------
    InputError
        The run cannot be measured so, `depth` is less than a metric looks at, or nothing can be written there.
    """
    pipeline = _measuring(path, overrides, device, host)
    return write_trec(pipeline, part, Path(folder), depth)


def keep(path: str | Path, result: Result) -> None:
    """Store a result in the run folder, in place of the one of its part; `compare` reads it there."""
    with RunFolder.open(Path(path), write=True) as folder:
        keep_result(folder, result)


def compare(paths: Sequence[str | Path], part: str = "test", metrics: Sequence[str] | None = None) -> list[Difference]:
    """Each two finished runs on each metric: paired randomisation tests with Holm's correction, and intervals.

    Runs are called by the names of their folders, or by their paths where two have one name.

    Raises
    ------
    InputError
        They answer different questions (data, part, candidates, seen items, cases), or one has no result.
    """
    return compare_results(results(paths, part), metrics=metrics)


def results(paths: Sequence[str | Path], part: str = "test") -> dict[str, Result]:
    """The stored results of runs, by the names that `compare` calls them."""
    places = [Path(path) for path in paths]
    names = [place.absolute().name for place in places]
    if len({place.resolve() for place in places}) < len(places):
        raise InputError("a run cannot be compared with itself; name each run once")
    found = {}
    for place, name in zip(places, names, strict=True):
        found[name if names.count(name) == 1 else str(place)] = stored.load(RunFolder.open(place).results, part)
    return found
