"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
NoPlugin = Annotated[
    list[str] | None, typer.Option("--no-plugin", metavar="NAME", help="Leave a plugin out; may be repeated.")
]
Plugins = Annotated[
    str | None, typer.Option("--plugins", metavar="A,B", help="The only plugins to load; empty for none.")
]
Strict = Annotated[
    bool, typer.Option("--strict-plugins", help="Stop at a plugin that is broken, in place of going on without it.")
]
PluginLock = Annotated[
    Path | None,
    typer.Option("--plugin-lock", metavar="FILE", help="Load only what `lmrs plugins --lock FILE` found, unchanged."),
]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Change a value, stages.0.epochs=3; may be repeated."),
]
Device = Annotated[str, typer.Option("--device", help="auto, cpu or cuda.")]
Run = Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a run.", show_default=False)]
Data = Annotated[
    list[str] | None,
    typer.Option(
        "--data",
        metavar="PATH|NAME",
        help="A file, a folder or the name of a data set, not the recipe's; several are domains of one.",
    ),
]
Part = Annotated[str, typer.Option("--part", help="test or valid.")]
Groups = Annotated[
    bool, typer.Option("--groups", help="By groups too: popularity of the right answer, length of the history.")
]
