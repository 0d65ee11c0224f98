"""`lmrs recipe show --parameters`: what trains in each stage, and how many numbers that is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from lmrs.cli.table import table

if TYPE_CHECKING:
    from lmrs.answer.parameters import Counted


def lines(stages: Sequence[Counted]) -> Iterator[str]:
    """A table for each stage."""
    if not stages:
        yield "no stages: nothing is trained"
    for number, stage in enumerate(stages):
        if number:
            yield ""
        if stage.note:
            yield f"stage {stage.name!r} {stage.note}"
            continue
        how = f" ({stage.strategy})" if stage.strategy else ""
        yield f"stage {stage.name!r}{how}: {stage.trainable:,} of {stage.total:,} parameters train"
        rows = [
            (part.name, f"{part.trainable:,}", f"{part.total:,}", ", ".join(f"{rate:g}" for rate in part.rates) or "–")
            for part in stage.parts
        ]
        yield from table(("part", "trainable", "total", "rate"), rows, right=(1, 2))
        if stage.once:
            yield f"computed once, not in every step: {', '.join(stage.once)}"
