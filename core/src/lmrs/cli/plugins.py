"""`lmrs plugins`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from lmrs.cli.options import Json, NoPlugin, Plugins
from lmrs.cli.shell import Shell
from lmrs.cli.table import table
from lmrs.host.host import LOCK, Host
from lmrs.host.pins import text
from lmrs.runs.atomic import write_file
from lmrs_plugins.version import __version__ as contract

EXAMPLES = (
    "lmrs plugins",
    "lmrs --no-plugin text plugins --json",
    "lmrs plugins --lock plugins.json",
    "lmrs --plugin-lock plugins.json --strict-plugins plugins",
)


def command(
    context: typer.Context,
    lock: Annotated[
        Path | None, typer.Option("--lock", metavar="FILE", help="Write what is loaded now, version and contents.")
    ] = None,
    no_plugin: NoPlugin = None,
    plugins: Plugins = None,
    json: Json = False,
) -> None:
    """List the installed plugins, and what is wrong with them."""
    shell = Shell.of(context, no_plugin, plugins, json)
    host = shell.host()
    if lock is not None:
        pins = host.pins()
        write_file(lock, text(pins).encode())
        for name in (name for name, pin in pins.items() if not pin.covers):
            shell.note(f"{name} is installed from a working copy: the lock holds its version, not its code")
        shell.note(f"`lmrs --plugin-lock {lock} ...` or {LOCK}={lock} lets in what is loaded now, and nothing else")
    rows = [{**asdict(row), "notes": list(row.notes), "counts": dict(row.counts)} for row in host.plugins]
    shell.answer({"contract": contract, "plugins": rows, "notes": list(host.notes)}, lambda: _lines(host))


def _lines(host: Host) -> Iterator[str]:
    rows = []
    for row in host.plugins:
        offers = ", ".join(f"{count} {_word(host, family, count)}" for family, count in row.counts.items())
        rows.append((row.name, row.origin, row.state, offers))
    yield from table(("plugin", "from", "state", "offers"), rows)
    for row in host.plugins:
        if row.cause:
            yield ""
            yield f"{row.name}: {row.cause}"
            yield f"  {row.cure}"
        yield from (f"{row.name}: {note}" for note in row.notes)


def _word(host: Host, family: str, count: int) -> str:
    """The family's name, or its plural: that of its hook."""
    return family if count == 1 else host.families[family].hook.removeprefix("lmrs_").replace("_", " ")
