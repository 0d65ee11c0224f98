"""Whether the parts of a recipe fit one another, before anything is loaded or any data is read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path as FilePath

from lmrs.recipe.catalogue import Catalogue
from lmrs.recipe.overrides import Source
from lmrs.recipe.reranks import CANDIDATES
from lmrs.recipe.resolve import resolve
from lmrs.recipe.resolved import Resolved, ResolvedAnswer, ResolvedComponent, ResolvedStage
from lmrs.recipe.subjects import label
from lmrs.recipe.views import check_pulls, check_tables
from lmrs_plugins.errors import InputError

GIVES_CANDIDATES = "candidates"
"""Trait of a task whose cases bring their own candidates (impressions)."""


def prepared(recipe: str | FilePath | Source, catalogue: Catalogue, overrides: Iterable[str] = ()) -> Resolved:
    """A recipe resolved and checked: what a run begins with."""
    return check(resolve(recipe, catalogue, overrides))


def check(resolved: Resolved) -> Resolved:
    """The recipe, with notes on what it does not use.

    Raises
    ------
    InputError
        Two parts do not fit; the message names both.
    """
    check_tables(resolved.model)
    for stage in resolved.stages:
        check_tables(stage.graph)
        for draw in stage.draws.values():
            _columns(draw, stage.sampler)
        for objective in stage.each():
            check_pulls(objective, objective.on, stage.draws, stage.graph)
        _stop(stage, resolved)
    if resolved.answer is not None:
        _answer(resolved.answer, resolved)
    return replace(resolved, notes=(*resolved.notes, *_unused(resolved)))


def _columns(draw: ResolvedComponent, maker: ResolvedComponent | None) -> None:
    """A transform reads columns that the sampler, or in evaluation the task, gives."""
    if maker is None:
        return
    for column in draw.columns():
        if column not in maker.columns():
            given = ", ".join(maker.columns()) or "none"
            raise InputError(
                f"{draw.where}: {label(draw)} reads column {column!r}, but {label(maker)} gives {given}; "
                "take another transform, or another " + maker.card.family
            )


def _stop(stage: ResolvedStage, resolved: Resolved) -> None:
    if stage.stop is None:
        return
    where = resolved.provenance.get(f"stages.{stage.index}.stop.metric", resolved.name)
    place = f"{where}: stages.{stage.index}.stop"
    if resolved.answer is None:
        raise InputError(f"{place}: there is no answer to measure; say answer: SCORER, or leave out `stop`")
    cut = re.fullmatch(r".*@(\d+)", stage.stop.metric)
    if cut and int(cut[1]) not in resolved.evaluate.at:
        cuts = ", ".join(str(at) for at in resolved.evaluate.at)
        raise InputError(f"{place}.metric: {stage.stop.metric} is not computed: evaluate.at has {cuts}")
    for wires in resolved.answer.wires.values():
        for wire in wires:
            if wire.node not in stage.graph:
                raise InputError(
                    f"{place}: {label(resolved.answer)} takes {wire.node!r}, which stage {stage.name!r} does not have; "
                    "leave out `stop`"
                )


def _answer(answer: ResolvedAnswer, resolved: Resolved) -> None:
    draws = {answer.on: answer.draw} if answer.draw else {}
    on = tuple(draws)
    check_pulls(answer, on, draws, resolved.final_graph(), frozenset({CANDIDATES}))
    task = resolved.task
    if answer.draw is not None:
        _columns(answer.draw, task)
    given = task is not None and GIVES_CANDIDATES in task.card.traits
    if answer.reranks and resolved.evaluate.candidates == "all" and not given:
        where = resolved.provenance.get("evaluate.candidates", "default")
        raise InputError(
            f"{where}: evaluate.candidates is all, but {label(answer)} only orders candidates that it is given; "
            "set evaluate.candidates={sample: 100}"
        )


def _unused(resolved: Resolved) -> Iterator[str]:
    last = max((stage.index for stage in resolved.stages if stage.draws), default=-1)
    for stage in resolved.stages:
        used = {name for objective in stage.each() for name in objective.on}
        if resolved.answer is not None and stage.index == last and not resolved.answer.own_draw:
            used.add(resolved.answer.on)
        for name, draw in stage.draws.items():
            if name not in used:
                yield f"{draw.where}: {label(draw)} is used by no objective: its views are made for nothing"
