"""What `run` and `resume` say of a run that has finished."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from lmrs.cli.reporting import report as write_report
from lmrs.cli.shell import Shell

if TYPE_CHECKING:
    from lmrs.answer.pipeline import Pipeline
    from lmrs.evaluation.report import Result


def result_of(folder: Path, part: str = "test") -> Result | None:
    """The stored result of a run; None where its recipe gives no answer."""
    from lmrs.evaluation import stored

    return stored.load(folder / "results", part) if (folder / "results" / f"{part}.json").exists() else None


def show(shell: Shell, pipeline: Pipeline, groups: bool = False) -> None:
    """Write the report, and answer with metrics and paths; of the processes of `torchrun`, the first does.

    `groups` shows people the metrics by groups too; JSON has them anyway.
    """
    if os.environ.get("RANK", "0") != "0":
        return
    folder = pipeline.setting.folder.path
    result = result_of(folder)
    report = write_report(shell, folder)
    recipe = pipeline.setting.resolved.name
    shell.answer(
        {
            "run": str(folder),
            "recipe": recipe,
            "data": pipeline.setting.bundle.name,
            "seed": pipeline.setting.resolved.seed,
            "report": None if report is None else str(report),
            "result": None if result is None else result.to_json(),
        },
        lambda: _lines(folder, recipe, result, report, groups),
    )


def _lines(folder: Path, recipe: str, result: Result | None, report: Path | None, groups: bool) -> Iterator[str]:
    from lmrs.cli import metrics

    if result is None:
        yield f"recipe {recipe!r} has no answer to measure"
    else:
        yield from metrics.lines(result)
        yield from metrics.groups(result) if groups else ()
    yield ""
    yield f"run: {near(folder)}"
    if report is not None:
        yield f"report: {near(report)}"


def near(path: Path) -> str:
    """A path as one would type it from here."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
