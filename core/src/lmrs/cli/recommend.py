"""`lmrs recommend`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from lmrs.cli import device as devices
from lmrs.cli.options import Device, Json, NoPlugin, Plugins, Run
from lmrs.cli.shell import Shell
from lmrs.cli.shown_items import items

EXAMPLES = (
    "lmrs recommend runs/first --user 196 --top 10",
    "lmrs recommend runs/first --history 50,181,172 --among 1,2,3 --json",
)


def command(
    context: typer.Context,
    run: Run,
    history: Annotated[
        list[str] | None,
        typer.Option("--history", metavar="ITEM,ITEM,…", help="What somebody did, oldest first; may be repeated."),
    ] = None,
    user: Annotated[
        str | None, typer.Option("--user", metavar="ID", help="A user of the data.", show_default=False)
    ] = None,
    top: Annotated[int, typer.Option("--top", help="How many.")] = 10,
    among: Annotated[
        list[str] | None, typer.Option("--among", metavar="ITEM,…", help="Only of these; may be repeated.")
    ] = None,
    repeat: Annotated[bool, typer.Option("--repeat", help="What is in the history may come again.")] = False,
    device: Device = "auto",
    no_plugin: NoPlugin = None,
    plugins: Plugins = None,
    json: Json = False,
) -> None:
    """Recommend for a user, or for a history.

    A history may be of somebody whom the model has never met: nothing is trained again.
    """
    shell = Shell.of(context, no_plugin, plugins, json)
    host, chosen = shell.host(), devices.chosen(device)
    from lmrs.answer.pipeline import Pipeline

    pipeline = Pipeline.load(run, host, chosen)
    found = pipeline.recommend(_ids(history), user, top, _ids(among), repeat)
    rows = [{"rank": place, **one.to_dict()} for place, one in enumerate(found, 1)]
    shell.answer(
        {"run": str(run), "user": user, "history": _ids(history), "recommendations": rows}, lambda: items(rows, True)
    )


def _ids(given: Sequence[str] | None) -> list[str] | None:
    """Ids of lists with commas."""
    if given is None:
        return None
    return [one.strip() for text in given for one in text.split(",") if one.strip()]
