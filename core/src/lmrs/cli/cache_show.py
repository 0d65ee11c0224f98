"""`lmrs cache show`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from lmrs.cli.options import Json, NoPlugin, Plugins
from lmrs.cli.shell import Shell
from lmrs.cli.table import table

if TYPE_CHECKING:
    from lmrs.model.kept_contents import Kept

EXAMPLES = ("lmrs cache show", "lmrs cache show --json")


def command(context: typer.Context, no_plugin: NoPlugin = None, plugins: Plugins = None, json: Json = False) -> None:
    """Show which computed rows are kept, where, and how large they are.

    Rows of encoders that do not train are kept between runs, by their content. LMRS_CACHE names another folder than
    ~/.cache/lmrs, or is `off`.
    """
    shell = Shell.of(context, no_plugin, plugins, json)
    from lmrs.data.cache_folder import rows_folder
    from lmrs.model.kept_contents import contents

    folder = rows_folder()
    found = [] if folder is None else contents(folder)
    size = sum(one.size for one in found)
    plain = {"folder": None if folder is None else str(folder), "bytes": size, "kept": [asdict(one) for one in found]}
    shell.answer(plain, lambda: _lines(folder, found, size))


def _lines(folder: Path | None, found: Sequence[Kept], size: int) -> Iterator[str]:
    if folder is None:
        yield "nothing is kept: LMRS_CACHE is off"
        return
    rows = [
        (one.use or "?", f"{one.rows:,}", mebibytes(one.size), ", ".join(f"{k}={v}" for k, v in one.options.items()))
        for one in found
    ]
    if rows:
        yield from table(("component", "rows", "MiB", "options"), rows, right=(1, 2))
        yield ""
    yield f"{folder}: {mebibytes(size)} MiB"


def mebibytes(size: int) -> str:
    """With one digit after the point."""
    return f"{size / 2**20:,.1f}"
