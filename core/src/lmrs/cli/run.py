"""`lmrs run`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lmrs.cli import device as devices
from lmrs.cli import dry_run, finished
from lmrs.cli.options import Data, Device, Groups, Json, NoPlugin, Plugins, Set
from lmrs.cli.progress import watching
from lmrs.cli.shell import Shell

EXAMPLES = (
    "lmrs run popularity --data ml-100k",
    "lmrs run my-recipe.yaml --data ./events.csv --set stages.0.epochs=3 --seed 7 --out runs/first",
    "lmrs run popularity --data ./events.csv --dry-run",
    "lmrs run my-tuning.yaml --data ./books --init runs/pretrained --out runs/tuned",
)


def command(
    context: typer.Context,
    recipe: Annotated[str, typer.Argument(help="Name of an installed recipe, or a YAML file.", show_default=False)],
    data: Data = None,
    change: Set = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Of everything random.", show_default=False)] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Folder of the run; runs/RECIPE-TIME if not given.")
    ] = None,
    init: Annotated[
        Path | None,
        typer.Option("--init", metavar="RUN", help="A finished run, whose weights the first stage starts from."),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the run that is in --out.")] = False,
    device: Device = "auto",
    dry: Annotated[bool, typer.Option("--dry-run", help="Check recipe and data, and write nothing.")] = False,
    groups: Groups = False,
    no_plugin: NoPlugin = None,
    plugins: Plugins = None,
    json: Json = False,
) -> None:
    """Train a recipe and evaluate it."""
    shell = Shell.of(context, no_plugin, plugins, json)
    host, chosen = shell.host(), devices.chosen(device)
    if dry:
        dry_run.show(shell, host, recipe, data, change or (), seed, init)
        return
    from lmrs.answer.run import run

    with watching(shell) as listener:
        pipeline = run(
            recipe,
            data,
            overrides=change or (),
            seed=seed,
            out=out,
            init=init,
            overwrite=overwrite,
            device=chosen,
            host=host,
            listener=listener,
        )
    finished.show(shell, pipeline, groups)
