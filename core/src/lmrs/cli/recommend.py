"""`lmrs recommend`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from lmrs.cli import device as devices
from lmrs.cli.options import Device, Json, NoPlugin, Plugins, Run
from lmrs.cli.shell import Shell
from lmrs.cli.shown_items import items
from lmrs_plugins.errors import InputError

EXAMPLES = (
    "lmrs recommend runs/first --user 196 --top 10",
    "lmrs recommend runs/first --history 50,181,172 --among 1,2,3 --json",
    "lmrs recommend runs/first --history 50,181,172 --add new-items.csv --among-added",
    "lmrs recommend runs/first --history 50,181,172 --add new-items.csv --images ./posters --edges knowledge=new.kg",
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
    add: Annotated[
        Path | None,
        typer.Option("--add", metavar="FILE", help="Items that came after training: CSV, TSV, Parquet or .item."),
    ] = None,
    images: Annotated[
        Path | None,
        typer.Option(
            "--images", metavar="FOLDER", help="Pictures of those items, named by their ids; or a zip archive."
        ),
    ] = None,
    edges: Annotated[
        list[str] | None,
        typer.Option(
            "--edges", metavar="[GRAPH=]FILE", help="Their edges: head, relation, tail in CSV, TSV, Parquet or .kg."
        ),
    ] = None,
    among_added: Annotated[bool, typer.Option("--among-added", help="Only of the items of --add.")] = False,
    repeat: Annotated[bool, typer.Option("--repeat", help="What is in the history may come again.")] = False,
    device: Device = "auto",
    no_plugin: NoPlugin = None,
    plugins: Plugins = None,
    json: Json = False,
) -> None:
    """Recommend for a user, or for a history.

    A history may be of somebody whom the model has never met: nothing is trained again. Nor is it for items that are
    added: a model that reads their texts, columns, pictures or edges ranks them by these.
    """
    shell = Shell.of(context, no_plugin, plugins, json)
    if among_added and (add is None or among is not None):
        raise InputError("--among-added asks for the items of --add FILE: give that, and leave out --among")
    if add is None and (images is not None or edges):
        raise InputError("--images and --edges tell of the items of --add FILE: give that too")
    host, chosen = shell.host(), devices.chosen(device)
    from lmrs.answer.pipeline import Pipeline

    pipeline = Pipeline.load(run, host, chosen)
    if add is not None:
        pipeline = pipeline.add_items(add, images, _by_graph(edges))
        for note in pipeline.notes:
            shell.note(note)
    found = pipeline.recommend(_ids(history), user, top, pipeline.added if among_added else _ids(among), repeat)
    rows = [{"rank": place, **one.to_dict()} for place, one in enumerate(found, 1)]
    plain = {"run": str(run), "user": user, "history": _ids(history), "added": pipeline.added, "recommendations": rows}
    shell.answer(plain, lambda: items(rows, True))


def _by_graph(given: Sequence[str] | None) -> dict[str, str] | str | None:
    """Files of edges by their graphs; the only one alone where nobody says of which graph it is."""
    if not given:
        return None
    said = [text.partition("=") for text in given]
    if len(said) == 1 and not said[0][1]:
        return given[0]
    if not all(equals and path for _, equals, path in said):
        raise InputError("--edges: with several files say the graph of each, --edges GRAPH=FILE")
    return {graph: path for graph, _, path in said}


def _ids(given: Sequence[str] | None) -> list[str] | None:
    """Ids of lists with commas."""
    if given is None:
        return None
    return [one.strip() for text in given for one in text.split(",") if one.strip()]
