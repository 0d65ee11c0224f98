"""`lmrs demo`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lmrs.cli.beside import beside
from lmrs.cli.finished import near
from lmrs.cli.options import Json, NoPlugin, Plugins
from lmrs.cli.progress import watching
from lmrs.cli.reporting import report
from lmrs.cli.shell import Shell
from lmrs.cli.table import table, wrapped
from lmrs.host.host import Host
from lmrs_plugins.errors import InputError
from lmrs_plugins.recipe import RecipeCard

if TYPE_CHECKING:
    from lmrs.evaluation.report import Result
    from lmrs.report.examples import Example, Shown

DATA = "synthetic"
EXAMPLES = ("lmrs demo", "lmrs demo --out ./demo --json")


def command(
    context: typer.Context,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder of the runs.")] = Path("runs/demo"),
    seed: Annotated[int, typer.Option("--seed", help="Of everything random.")] = 42,
    no_plugin: NoPlugin = None,
    plugins: Plugins = None,
    json: Json = False,
) -> None:
    """Train, compare and recommend on generated data, in two minutes.

    Runs that an earlier demo left in the same folder are replaced.
    """
    shell = Shell.of(context, no_plugin, plugins, json)
    host = shell.host()
    recipes = chosen(host)
    from lmrs.answer.measured import results
    from lmrs.answer.run import run
    from lmrs.report.examples import of_pipeline

    folders = [out / card.name for card in recipes]
    shown: list[Example] = []
    for card, folder in zip(recipes, folders, strict=True):
        with watching(shell, card.name) as listener:
            pipeline = run(
                card.name,
                DATA,
                overrides=card.demo or (),
                seed=seed,
                out=folder,
                overwrite=True,
                host=host,
                listener=listener,
            )
        shown = shown or of_pipeline(pipeline)
    page = report(shell, folders[0], folders[1:], shown)
    found = results(folders)
    shell.answer(
        {
            "runs": [str(folder) for folder in folders],
            "report": None if page is None else str(page),
            "results": {name: result.to_json() for name, result in found.items()},
            "example": _plain(shown[0]),
        },
        lambda: [*_lines(found, shown[0]), "", *_next(recipes, folders, shown[0], page)],
    )


def chosen(host: Host) -> list[RecipeCard]:
    """The recipes that plugins lend to the demo; the first is the one that it is about."""
    cards = [entry.card for entry in host.recipes if entry.card.demo is not None]
    if not cards:
        raise InputError("no installed plugin has a recipe for the demo: `lmrs plugins` lists those that are")
    return cards


def _lines(found: Mapping[str, Result], example: Example) -> Iterator[str]:
    from lmrs.cli.metrics import definitions, question

    first = next(iter(found.values()))
    yield from beside(found, [one.name for one in first.measured])
    yield ""
    yield from wrapped(question(first))
    yield from definitions(first)
    yield ""
    yield f"{next(iter(found))} for user {example.user}, whose history ends with"
    yield from table(("id", "title", "categories"), [_cells(one) for one in example.history])
    yield ""
    wanted = ", ".join(filter(None, (f"{one.id} {one.title}".rstrip() for one in example.wanted)))
    yield f"what came next: {wanted}"
    yield "what is recommended:"
    rows = [
        (str(place), f"{score:.4f}", *_cells(one), "<- came next" if one in example.wanted else "")
        for place, (one, score) in enumerate(example.answers, 1)
    ]
    yield from table(("rank", "score", "id", "title", "categories", ""), rows, right=(0, 1))


def _next(recipes: Sequence[RecipeCard], folders: Sequence[Path], example: Example, page: Path | None) -> Iterator[str]:
    """Where things are, and what to try now."""
    if page is not None:
        yield f"report: {near(page)}"
    yield f"runs: {', '.join(near(folder) for folder in folders)}"
    history = ",".join(one.id for one in example.history[-3:])
    yield f"now try: lmrs recommend {near(folders[0])} --history {history}"
    yield f"         lmrs compare {' '.join(near(folder) for folder in folders)}"
    yield f"         lmrs run {recipes[0].name} --data PATH"


def _cells(one: Shown) -> tuple[str, str, str]:
    return one.id, one.title, one.about


def _plain(example: Example) -> dict[str, Any]:
    def item(one: Shown) -> dict[str, str]:
        return {"id": one.id, "title": one.title, "categories": one.about}

    return {
        "user": example.user,
        "history": [item(one) for one in example.history],
        "wanted": [item(one) for one in example.wanted],
        "recommendations": [
            {"rank": place, "score": score, **item(one)} for place, (one, score) in enumerate(example.answers, 1)
        ],
    }
