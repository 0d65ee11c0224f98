"""How a recipe answers, and how its answers are measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from lmrs.recipe.bench import Bench
from lmrs.recipe.reranks import CANDIDATES, without_tables
from lmrs.recipe.resolved import ResolvedAnswer, ResolvedComponent, ResolvedEvaluation
from lmrs.recipe.schema import AnswerSpec, EvaluateSettings, MetricSpec
from lmrs.recipe.suggest import meant
from lmrs.recipe.tree import Path
from lmrs.recipe.wired import Board, active_pulls, fields


def answer_of(spec: AnswerSpec, board: Board, draws: Mapping[str, ResolvedComponent]) -> ResolvedAnswer:
    """The scorer on the final graph; `draws` are those of the last stage that has any."""
    path: Path = ("answer", "on")
    wired = board.wired(spec, ("answer",), ("use", "on"))
    pulls, reranks = without_tables(wired, active_pulls(wired), board.graph)
    found = ResolvedAnswer(pulls=pulls, reranks=reranks, **fields(wired))
    if spec.on is not None and not isinstance(spec.on, str):
        draw = board.bench.component(spec.on.families, spec.on, path)
        return replace(found, draw=draw, on="answer", own_draw=True)
    looks = any(pull.view not in ("", CANDIDATES) for pull in pulls) or found.card.reads
    if spec.on is None and not looks:
        return found
    name = spec.on or board.draw(list(draws), path, found.card.name)
    if name not in draws:
        hint = meant(name, draws) or "; give a transform, {use: …}"
        raise board.bench.fail(path, f"the last stage has no draw {name!r}{hint}")
    return replace(found, draw=draws[name], on=name)


def evaluation_of(said: EvaluateSettings, bench: Bench) -> ResolvedEvaluation:
    """Metrics, one with an option `at` once for each cut-off where it says none itself."""
    metrics: list[ResolvedComponent] = []
    for number, spec in enumerate(said.metrics):
        path: Path = ("evaluate", "metrics", number)
        model = bench.model(bench.lookup(spec.families, spec.use, path), path)
        spread = model is not None and "at" in model.model_fields and "at" not in spec.keys
        for keys in [{**spec.keys, "at": at} for at in said.at] if spread else [spec.keys]:
            metrics.append(bench.component(spec.families, MetricSpec(use=spec.use, **keys), path))
    return ResolvedEvaluation(metrics=tuple(metrics), at=tuple(said.at), candidates=said.candidates, seen=said.seen)
