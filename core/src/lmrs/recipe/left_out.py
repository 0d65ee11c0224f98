"""A stage without the optional objectives and makers that its data, or what is left of its graph, cannot feed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lmrs.recipe.graph import Absent, loses
from lmrs.recipe.resolved import ResolvedStage, ResolvedWired
from lmrs.recipe.subjects import label

if TYPE_CHECKING:
    from lmrs.recipe.check_data import Known


def fed(stage: ResolvedStage, absent: Absent, data: Known, asked: str, notes: dict[str, None]) -> ResolvedStage:
    """The stage, with a note on what is left out.

    Draws go with the objectives that alone stood on them, but for the one that the answer asks; strategy and sampler
    go where nothing is left to minimise.
    """
    lost = {one.name for one in stage.each() if _lacks(one, absent, data, notes)}
    makers = {name: maker for name, maker in stage.makers.items() if not _lacks(maker, absent, data, notes)}
    if not lost:
        return replace(stage, makers=makers)
    kept = [
        replace(choice, objectives=tuple(one for one in choice.objectives if one.name not in lost))
        for choice in stage.objectives
    ]
    used = {draw for one in stage.each() if one.name not in lost for draw in one.on}
    unused = {draw for one in stage.each() if one.name in lost for draw in one.on} - used - {asked}
    stage = replace(
        stage,
        objectives=tuple(choice for choice in kept if choice.objectives),
        makers=makers,
        draws={name: draw for name, draw in stage.draws.items() if name not in unused},
    )
    if stage.objectives:
        return stage
    notes[f"stage {stage.name!r} trains nothing: all its objectives are left out"] = None
    return replace(stage, strategy=None, sampler=None, stop=None)


def _lacks(one: ResolvedWired, absent: Absent, data: Known, notes: dict[str, None]) -> bool:
    """Whether an optional component cannot be had."""
    need = data.lacks(one) if one.optional else ""
    why = f"{label(one)} needs {need}, and {data} has no {need}" if need else loses(one, absent) if one.optional else ""
    if why:
        notes[f"left out: {why}"] = None
    return bool(why)
