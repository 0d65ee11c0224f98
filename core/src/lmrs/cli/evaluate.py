"""`lmrs evaluate`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lmrs.cli import device as devices
from lmrs.cli.options import Device, Json, NoPlugin, Part, Plugins, Run
from lmrs.cli.shell import Shell
from lmrs.cli.table import wrapped
from lmrs_plugins.errors import InputError

if TYPE_CHECKING:
    from lmrs.answer.trec import Trec
    from lmrs.evaluation.report import Result

EXAMPLES = (
    "lmrs evaluate runs/first",
    "lmrs evaluate runs/first --part valid --json",
    "lmrs evaluate runs/first --trec runs/first/trec --depth 1000",
    "lmrs evaluate runs/first --set 'evaluate.candidates={sample: 100, by: popularity}'",
)


def command(
    context: typer.Context,
    run: Run,
    part: Part = "test",
    change: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Change evaluate.…; the run keeps its own result then."),
    ] = None,
    trec: Annotated[
        Path | None,
        typer.Option("--trec", metavar="DIR", help="Write rankings and right answers there as TREC files."),
    ] = None,
    depth: Annotated[
        int | None,
        typer.Option("--depth", metavar="N", help="Of --trec: the best N rows of each case; 100 if not given."),
    ] = None,
    device: Device = "auto",
    no_plugin: NoPlugin = None,
    plugins: Plugins = None,
    json: Json = False,
) -> None:
    """Evaluate a finished run again.

    Numbers come of all cases and by groups: popularity of the right answer, length of the history.

    The result is stored in the run folder, unless --set changed the question.
    """
    shell = Shell.of(context, no_plugin, plugins, json)
    if depth is not None and trec is None:
        raise InputError("--depth is of the files that --trec writes: give --trec DIR, or leave it out")
    host, chosen = shell.host(), devices.chosen(device)
    from lmrs.answer.measured import evaluate, export_trec, keep

    written: Trec | None = None
    if trec is None:
        result = evaluate(run, part, overrides=change or (), device=chosen, host=host)
    else:
        result, written = export_trec(run, trec, part, depth=depth, overrides=change or (), device=chosen, host=host)
    if not change:
        try:
            keep(run, result)
        except InputError as error:  # a run may lie where nobody can write
            shell.note(f"the result is not stored: {error}")
    plain = {
        "run": str(run),
        "result": result.to_json(),
        "trec": None if written is None else asdict(written),
    }
    shell.answer(plain, lambda: _lines(result, written))


def _lines(result: Result, written: Trec | None) -> Iterator[str]:
    from lmrs.cli import metrics

    yield from metrics.lines(result)
    yield from metrics.groups(result)
    if written is not None:
        yield ""
        yield f"run: {written.run} ({written.lines:,} lines, the best {written.depth} of each case)"
        yield f"qrels: {written.qrels} ({written.judgements:,} lines)"
        if written.tied:
            yield from wrapped(
                f"{written.tied:,} right answers share their score with another candidate: trec_eval breaks such ties "
                "by id, and may find other numbers."
            )
