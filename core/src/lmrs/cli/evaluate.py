"""`lmrs evaluate`."""

from __future__ import annotations

from typing import Annotated

import typer

from lmrs.cli import device as devices
from lmrs.cli.options import Device, Json, NoPlugin, Part, Plugins, Run
from lmrs.cli.shell import Shell
from lmrs_plugins.errors import InputError

EXAMPLES = (
    "lmrs evaluate runs/first",
    "lmrs evaluate runs/first --part valid --json",
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
    device: Device = "auto",
    no_plugin: NoPlugin = None,
    plugins: Plugins = None,
    json: Json = False,
) -> None:
    """Evaluate a finished run again.

    The result is stored in the run folder, unless --set changed the question.
    """
    shell = Shell.of(context, no_plugin, plugins, json)
    host, chosen = shell.host(), devices.chosen(device)
    from lmrs.answer.measured import evaluate, keep
    from lmrs.cli import metrics

    result = evaluate(run, part, overrides=change or (), device=chosen, host=host)
    if not change:
        try:
            keep(run, result)
        except InputError as error:  # a run may lie where nobody can write
            shell.note(f"the result is not stored: {error}")
    shell.answer({"run": str(run), "result": result.to_json()}, lambda: metrics.lines(result))
