"""`lmrs cache clear`."""

from __future__ import annotations

import typer

from lmrs.cli.cache_show import mebibytes
from lmrs.cli.options import Json, NoPlugin, Plugins
from lmrs.cli.shell import Shell

EXAMPLES = ("lmrs cache clear", "lmrs cache clear --json")


def command(context: typer.Context, no_plugin: NoPlugin = None, plugins: Plugins = None, json: Json = False) -> None:
    """Remove the computed rows that are kept.

    The next run computes what it needs anew. Data sets that were fetched stay.
    """
    shell = Shell.of(context, no_plugin, plugins, json)
    from lmrs.data.cache_folder import rows_folder
    from lmrs.model.kept_contents import clear

    folder = rows_folder()
    size = 0 if folder is None else clear(folder)
    where = "nothing is kept: LMRS_CACHE is off" if folder is None else f"{folder}: {mebibytes(size)} MiB removed"
    shell.answer({"folder": None if folder is None else str(folder), "bytes": size}, lambda: [where])
