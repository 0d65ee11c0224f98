"""Whether a run differs from others on the same cases."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from lmrs.evaluation.correction import holm
from lmrs.evaluation.statistics import Difference, compare_results
from lmrs.report.blocks import table
from lmrs.report.markup import Markup, join, tag
from lmrs.report.reading import Run
from lmrs_plugins import InputError

_DRAWS = 10_000


def same_question(run: Run, other: Run, name: str, part: str) -> None:
    """Refuse to show numbers beside each other that do not answer the same question.

    Raises
    ------
    InputError
        Data, split, candidates or seen items are others.
    """
    if run.folder.facts["fingerprint"] != other.folder.facts["fingerprint"]:
        raise InputError(f"{name} was run on other data or another split")
    mine, theirs = run.results[part].setting, other.results[part].setting
    for what in ("subject", "candidates", "seen", "seed"):
        if getattr(mine, what) != getattr(theirs, what):
            raise InputError(f"its {what}: {getattr(theirs, what)}, and here: {getattr(mine, what)}")


def differences(run: Run, others: Mapping[str, Run], part: str) -> Markup:
    """A table of this run minus each other, on each metric; a sentence where the cases are not the same."""
    found: list[tuple[str, Difference]] = []
    refused = []
    for name, other in others.items():
        try:
            rows = compare_results({name: other.results[part], run.name: run.results[part]}, draws=_DRAWS)
            found += [(name, row) for row in rows]
        except InputError as error:
            refused.append(tag("p", f"Not compared with {name}: {error}.", class_="soft"))
    corrected = holm(np.array([np.nan if row.p is None else row.p for _, row in found], dtype=np.float64))
    shown = [(row.metric, name, *_cells(row, float(p))) for (name, row), p in zip(found, corrected, strict=True)]
    caption = (
        f"{run.name} minus the other, on the cases that count in both, with the 95 % interval of the mean difference; "
        f"p of the paired randomisation test ({_DRAWS:,} draws), after Holm's correction over the {len(shown)} rows."
    )
    heads = ("Metric", "Other", "Difference", "p")
    return join(table(caption, heads, shown, numbers=2) if shown else None, *refused)


def _cells(row: Difference, p: float) -> tuple[object, object]:
    if row.difference is None:
        return tag("span", "too few cases", class_="soft"), ""
    between = "" if row.low is None or row.high is None else f"{row.low:+.4f} to {row.high:+.4f}"
    value = join(f"{row.difference:+.4f}", tag("span", between, class_="interval"))
    return value, "" if np.isnan(p) else "< 0.001" if p < 0.001 else f"{p:.3f}"
