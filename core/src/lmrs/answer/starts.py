"""What the weights of each stage start from, checked before anything is trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from lmrs.answer.earlier import Earlier
from lmrs.model.growth import grown
from lmrs.recipe.other_ids import Vocabularies, check_ids, takes
from lmrs.recipe.resolved import Resolved
from lmrs_plugins import Bundle, InputError


def check_starts(
    resolved: Resolved, final: Bundle, others: Mapping[int, Bundle], earlier: Mapping[int, Earlier]
) -> None:
    """Refuse stages whose tables of ids would take rows of other ids, and runs that have no node of the stage.

    `final` and `others` are data as in `Prepared`; `earlier` are the runs that stages start from, by index.

    Raises
    ------
    InputError
        The message names the stage, the node and what to do.
    """
    for stage in resolved.stages:
        index, run = stage.index, earlier.get(stage.index)
        data, before = others.get(index, final), others.get(index - 1, final)
        if run is not None:
            nodes, whence = run.nodes, f"run {run.path}"
            had: Vocabularies = run.vocabularies()
            if not set(nodes) & set(stage.graph):
                there, here = ", ".join(nodes) or "nothing", ", ".join(stage.graph)
                raise InputError(
                    f"stage {stage.name!r} has no node in common with {whence}: that has weights of {there}, this "
                    f"stage nodes {here}; call them alike, or start without"
                )
        elif index > 0 and data is not before:
            nodes, had = list(resolved.graph(index - 1)), _vocabularies(resolved, before, index - 1)
            whence = "the stage before"
        else:
            continue
        has = _vocabularies(resolved, data, index)
        for name in nodes:
            if name in stage.graph and takes(stage, name, run is not None, other=True):
                check_ids(stage, name, had, has, whence)


def pinned(resolved: Resolved, earlier: Mapping[int, Earlier]) -> Resolved:
    """The recipe with the runs that stages start from as they are now: from anywhere, and with no other weights."""
    stages = [
        replace(stage, init=earlier[stage.index].pinned()) if stage.index in earlier else stage
        for stage in resolved.stages
    ]
    return replace(resolved, stages=tuple(stages))


def _vocabularies(resolved: Resolved, data: Bundle, stage: int) -> Vocabularies:
    return grown(data, resolved.growths(stage)).vocabularies
