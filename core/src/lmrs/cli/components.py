"""`lmrs components`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Any

import typer

from lmrs.cli.options import Json, NoPlugin, Plugins
from lmrs.cli.shell import Shell
from lmrs.cli.table import table
from lmrs.host.shelf import Entry
from lmrs_plugins.card import Card

EXAMPLES = ("lmrs components", "lmrs components --family encoder", "lmrs components --family metric --json")


def command(
    context: typer.Context,
    family: Annotated[str, typer.Option("--family", help="Only of this family: encoder, objective ….")] = "",
    no_plugin: NoPlugin = None,
    plugins: Plugins = None,
    json: Json = False,
) -> None:
    """List the components that plugins offer."""
    shell = Shell.of(context, no_plugin, plugins, json)
    entries = list(shell.host().registry.entries(family))
    shell.answer({"components": [_plain(entry) for entry in entries]}, lambda: _lines(entries))


def _plain(entry: Entry[Card]) -> dict[str, Any]:
    origin = {"plugin": entry.plugin, "distribution": entry.distribution, "version": entry.version}
    return {**asdict(entry.card), "name": entry.name, **origin}


def _lines(entries: list[Entry[Card]]) -> Iterator[str]:
    yield from table(
        ("family", "component", "summary"), [(one.card.family, one.name, one.card.summary) for one in entries]
    )
