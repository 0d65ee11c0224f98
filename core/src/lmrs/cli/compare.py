"""`lmrs compare`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lmrs.cli.beside import beside
from lmrs.cli.options import Groups, Json, NoPlugin, Part, Plugins
from lmrs.cli.shell import Shell
from lmrs.cli.table import table, wrapped

if TYPE_CHECKING:
    from lmrs.evaluation.report import Result
    from lmrs.evaluation.statistics import Difference

EXAMPLES = ("lmrs compare runs/first runs/second", "lmrs compare runs/* --metric NDCG@10 --json")


def command(
    context: typer.Context,
    runs: Annotated[list[Path], typer.Argument(metavar="RUN RUN…", help="Folders of runs.", show_default=False)],
    metric: Annotated[
        list[str] | None, typer.Option("--metric", metavar="NAME", help="Only this metric; may be repeated.")
    ] = None,
    part: Part = "test",
    groups: Groups = False,
    no_plugin: NoPlugin = None,
    plugins: Plugins = None,
    json: Json = False,
) -> None:
    """Compare runs on the same cases, with paired tests.

    Runs on other data, parts, candidates or cases are refused: their numbers do not compare.
    """
    shell = Shell.of(context, no_plugin, plugins, json)
    from lmrs.answer.measured import results
    from lmrs.evaluation.statistics import compare_results

    found = results(runs, part)
    rows = compare_results(found, metrics=metric, within_groups=groups)
    plain = {
        "part": part,
        "runs": {name: result.to_json() for name, result in found.items()},
        "differences": [row.to_json() for row in rows],
    }
    shell.answer(plain, lambda: _lines(found, rows))


def _lines(found: Mapping[str, Result], rows: Sequence[Difference]) -> Iterator[str]:
    from lmrs.cli.metrics import definitions, groupings, question

    first = next(iter(found.values()))
    names = list(dict.fromkeys(row.metric for row in rows))
    yield from beside(found, names)
    yield ""
    cells = [
        (
            row.metric,
            f"{row.second} − {row.first}",
            *([_where(row)] if any(row.group for row in rows) else []),
            *(_signed(row.difference), _spread(row), _p(row.p), _p(row.p_holm)),
        )
        for row in rows
    ]
    head = ["metric", "difference of", *(["cases"] if len(cells[0]) > 6 else [])]
    numbers = ("mean", "95% interval", "p", "p (Holm)")
    yield from table((*head, *numbers), cells, right=range(len(head), len(head) + len(numbers)))
    yield ""
    yield from wrapped(question(first))
    yield from definitions(first, names)
    yield from wrapped(
        f"p: two-sided paired randomisation test; p (Holm): corrected for the {len(rows)} tests of this table. "
        "Intervals are of the mean difference, not corrected."
    )
    if any(row.group for row in rows):
        yield from groupings(first)


def _where(row: Difference) -> str:
    return f"{row.grouping} {row.group}, {row.cases}" if row.group else f"all, {row.cases}"


def _signed(value: float | None) -> str:
    return "none" if value is None else f"{value:+.4f}"


def _spread(row: Difference) -> str:
    return "" if row.low is None or row.high is None else f"{row.low:+.4f} … {row.high:+.4f}"


def _p(value: float | None) -> str:
    return "none" if value is None else "<0.0001" if value < 0.0001 else f"{value:.4f}"
