"""Metrics of several runs beside each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from lmrs.cli.table import table

if TYPE_CHECKING:
    from lmrs.evaluation.report import Result


def beside(found: Mapping[str, Result], names: Sequence[str]) -> Iterator[str]:
    """Metrics of several runs, a column each, with half their intervals."""
    rows = []
    for name in names:
        cells = [name]
        for result in found.values():
            one = next((one for one in result.measured if one.name == name), None)
            reach = "" if one is None or one.high is None or one.value is None else f" ±{one.high - one.value:.4f}"
            cells.append("" if one is None else "none" if one.value is None else f"{one.value:.4f}{reach}")
        rows.append(cells)
    yield from table(("metric", *found), rows, right=range(1, len(found) + 1))
