"""`lmrs recipes`."""

from __future__ import annotations

import typer

from lmrs.cli.options import Json, NoPlugin, Plugins
from lmrs.cli.shell import Shell
from lmrs.cli.table import table

EXAMPLES = ("lmrs recipes", "lmrs recipes --json")
_NONE = "no plugin offers a recipe: `lmrs plugins` lists those that are installed"


def command(context: typer.Context, no_plugin: NoPlugin = None, plugins: Plugins = None, json: Json = False) -> None:
    """List the recipes that plugins offer."""
    shell = Shell.of(context, no_plugin, plugins, json)
    rows = [
        {
            "name": entry.name,
            "plugin": entry.plugin,
            "distribution": entry.distribution,
            "version": entry.version,
            "summary": entry.card.summary,
            "source": entry.card.source,
        }
        for entry in shell.host().recipes
    ]
    short = [row["name"].rpartition("/")[2] for row in rows]
    names = [name if short.count(name) == 1 else row["name"] for name, row in zip(short, rows, strict=True)]
    listed = [(name, row["plugin"], row["summary"]) for name, row in zip(names, rows, strict=True)]
    shell.answer({"recipes": rows}, lambda: table(("recipe", "plugin", "summary"), listed) if listed else [_NONE])
