"""`lmrs data make`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from lmrs.cli.options import Json, NoPlugin, Plugins
from lmrs.cli.shell import Shell

EXAMPLES = (
    "lmrs data make synthetic ./synthetic",
    "lmrs data make synthetic ./small --set options.users=100 --json",
    "lmrs data make synthetic ./news --set options.impressions=2000 --as mind",
)


class Form(StrEnum):
    """Of the files."""

    ATOMIC = "atomic"
    MIND = "mind"


def command(
    context: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="NAME|PATH", help="Name of a data set, or a path.", show_default=False)
    ],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A folder that is not there yet.", show_default=False)],
    change: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="A key of the recipe's `data`: options.users=100."),
    ] = None,
    form: Annotated[
        Form, typer.Option("--as", help="Atomic files, or MIND's of the impressions.", case_sensitive=False)
    ] = Form.ATOMIC,
    no_plugin: NoPlugin = None,
    plugins: Plugins = None,
    json: Json = False,
) -> None:
    """Write a data set as atomic files.

    They hold everything that the set has, unfiltered, but for impressions; reading the folder gives the same set. With
    --as mind, behaviors.tsv and news.tsv hold its impressions, and what these show.
    """
    shell = Shell.of(context, no_plugin, plugins, json)
    host = shell.host()
    from lmrs.answer.data import read_tables, section
    from lmrs.data.write import write_atomic
    from lmrs.data.write_mind import write_mind
    from lmrs_plugins.bundle import IMPRESSION

    tables = read_tables(section(name, change or ()), host)
    (write_mind if form is Form.MIND else write_atomic)(tables, out)
    files = sorted(path.name for path in out.iterdir())
    shown = tables.tables[IMPRESSION].num_rows if form is Form.ATOMIC and IMPRESSION in tables.tables else 0
    left = [f"{shown} impressions are left out, which atomic files do not have; --as mind writes them"] if shown else []
    shell.answer(
        {
            "name": tables.name,
            "folder": str(out),
            "files": files,
            "events": tables.interactions.num_rows,
            "impressions_left_out": shown,
        },
        lambda: [f"{tables.name}: {tables.interactions.num_rows} events in {out}: {', '.join(files)}", *left],
    )
