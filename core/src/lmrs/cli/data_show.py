"""`lmrs data show`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from lmrs.cli.options import Json, NoPlugin, Plugins
from lmrs.cli.shell import Shell
from lmrs.cli.table import table, wrapped

EXAMPLES = (
    "lmrs data show ml-100k",
    "lmrs data show ./events.csv --set columns.user=uid --set policy=quarantine",
    "lmrs data show synthetic --set split.by=temporal --json",
    "lmrs data show ml-100k ./books --set min_user=5",
)


def command(
    context: typer.Context,
    source: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH|NAME...",
            help="A file, a folder or the name of a data set; several are shown as domains of one.",
            show_default=False,
        ),
    ],
    change: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="A key of the recipe's `data`: policy=coerce, min_user=5."),
    ] = None,
    no_plugin: NoPlugin = None,
    plugins: Plugins = None,
    json: Json = False,
) -> None:
    """Show counts, types of data and problems of a data set.

    Rows that cannot be read end it, with the first of them named, unless --set policy=quarantine or coerce.
    """
    shell = Shell.of(context, no_plugin, plugins, json)
    host = shell.host()
    from lmrs.answer.data import load_data, section
    from lmrs.data.describe import describe

    found = describe(load_data(section(source if len(source) > 1 else source[0], change or ()), host))
    shell.answer(found, lambda: _lines(found))


def _lines(found: Mapping[str, Any]) -> Iterator[str]:
    counts, before, history = found["counts"], found["before"], found["history"]
    yield f"{found['name']}: " + ", ".join(f"{count} {what}" for what, count in counts.items())
    for name, counted in found["domains"].items():
        yield f"  domain {name}: " + ", ".join(f"{count} {what}" for what, count in counted.items())
    if before["events"] != counts["events"]:
        yield f"before filtering: {before['users']} users, {before['items']} items, {before['events']} events"
    yield f"sparsity: {found['sparsity']:.2%} of all pairs of user and item have no event"
    yield (
        f"history of a user: {history['min']:.0f} to {history['max']:.0f} events, median {history['median']:.0f}, "
        f"mean {history['mean']:.1f}"
    )
    yield "parts: " + ", ".join(f"{count} {name}" for name, count in found["parts"].items())
    if found["time"]:
        first, last = (_date(found["time"][end]) for end in ("first", "last"))
        yield f"time: {first} to {last}"
    yield ""
    kinds = [
        (name, f"{share:.0f} edges" if name.startswith("graph.") else f"{share:.1%}")
        for name, share in found["data"].items()
    ]
    yield from table(("data", "there"), [*kinds, *_covered(found["coverage"])], right=(1,))
    if found["impressions"]:
        shown = found["impressions"]
        parts = ", ".join(f"{count} {name}" for name, count in shown["parts"].items())
        yield (
            f"impressions: {shown['count']} ({parts}); on average {shown['clicks']:.1f} of {shown['candidates']:.1f} "
            f"candidates clicked, after a history of {shown['history']:.1f}"
        )
    yield ""
    problems = found["problems"]
    yield f"problems: {problems['total'] or 'none'}"
    for one in problems["first"]:
        where = f"{one['file']}, row {one['row']}" if one["row"] else one["file"]
        yield from wrapped(f"  {where}: {one['message']}", "    ")
    for note in found["notes"]:
        yield from wrapped(f"note: {note}", "  ")


def _covered(coverage: Mapping[str, Mapping[str, float]]) -> Iterator[tuple[str, str]]:
    """What is not said of columns, pictures and graphs by themselves."""
    for subject, shares in coverage.items():
        for name, share in shares.items():
            words = {"training": "with a training event", "nothing": "with nothing but an id"}.get(name, f"in {name}")
            if name in ("training", "nothing") or name.startswith("graph."):
                yield f"{subject} {words}", f"{share:.1%}"


def _date(seconds: float) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M")
    except (OverflowError, ValueError, OSError):  # no time of this world, or of another unit
        return f"{seconds:g} s"
