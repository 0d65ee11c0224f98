"""From what a recipe says to what it means: every name looked up, every option typed, every wire tied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError

from lmrs.recipe.bench import Bench
from lmrs.recipe.catalogue import Catalogue
from lmrs.recipe.graph import known_wires, loses, without
from lmrs.recipe.model import Edited, Model
from lmrs.recipe.overrides import Source, load
from lmrs.recipe.problems import explained
from lmrs.recipe.provenance import provenance
from lmrs.recipe.reranks import without_tables
from lmrs.recipe.resolved import (
    Choice,
    Resolved,
    ResolvedAnswer,
    ResolvedComponent,
    ResolvedEvaluation,
    ResolvedNode,
    ResolvedObjective,
    ResolvedStage,
    ResolvedWired,
    Wire,
)
from lmrs.recipe.schema import AnswerSpec, EvaluateSettings, ObjectiveSpec, OneOf, Recipe, Spec, Stage
from lmrs.recipe.subjects import tied
from lmrs.recipe.suggest import meant
from lmrs.recipe.tree import Path
from lmrs_plugins.errors import InputError
from lmrs_plugins.ports import Pull, holds

Graph = Mapping[str, ResolvedNode]


def resolve(recipe: str | FilePath | Source, catalogue: Catalogue, overrides: Iterable[str] = ()) -> Resolved:
    """A recipe by name, file or source, against what is installed.

    Raises
    ------
    InputError, PluginError
        In one line: where, which key, what to do.
    """
    source = recipe if isinstance(recipe, Source) else load(recipe, catalogue, overrides)
    try:
        said = Recipe.model_validate(source.tree.plain())
    except ValidationError as error:
        raise explained(error, source.tree, Recipe) from None
    return _Resolver(Bench(source.tree, catalogue), said, source.deleted).resolved()


@dataclass
class _Resolver:
    bench: Bench
    said: Recipe
    deleted: Iterable[str]

    def resolved(self) -> Resolved:
        said = self.said
        task = self.bench.component(said.task.families, said.task, ("task",)) if said.task else None
        model = Model(self.bench, dict.fromkeys(self.deleted, "it was taken away"))
        for name, spec in said.model.items():
            model.add(name, spec, ("model", name))
        first = model.graph()
        stages = tuple(self._stage(stage, number, model) for number, stage in enumerate(said.stages))
        self._no_twins([stage.name for stage in stages])
        last = stages[-1].graph if stages else first
        answer = self._answer(said.answer, stages, last, model) if said.answer else None
        found = Resolved(
            name=said.name,
            summary=said.summary,
            source=said.source,
            data=said.data,
            seed=said.seed,
            task=task,
            model=first,
            stages=stages,
            answer=answer,
            evaluate=self._evaluate(said.evaluate, answer is not None),
            notes=tuple(self.bench.notes),
        )
        return replace(found, provenance=provenance(found.to_dict(), self.bench.tree, self.bench.aliases))

    def _no_twins(self, names: list[str]) -> None:
        for number, name in enumerate(names):
            if name in names[:number]:
                raise self.bench.fail(("stages", number, "name"), f"two stages are called {name!r}; rename one")

    def _stage(self, stage: Stage, number: int, model: Model) -> ResolvedStage:
        path: Path = ("stages", number)
        edited = model.edit(stage.edits, (*path, "edits"), stage.name)
        draws = {
            name: self.bench.component(spec.families, spec, (*path, "draws", name))
            for name, spec in stage.draws.items()
        }
        makers = {}
        for name, spec in stage.makers.items():
            makers[name] = ResolvedWired(**self._wired(spec, (*path, "makers", name), edited.graph, model))
            model.artifacts.add(name)
        for role in ("strategy", "sampler"):
            if stage.objectives and getattr(stage, role) is None:
                raise self.bench.fail(path, f"a stage with objectives needs a {role}; say {role}: NAME")
        return ResolvedStage(
            name=stage.name,
            index=number,
            strategy=self._part(stage.strategy, (*path, "strategy")),
            sampler=self._part(stage.sampler, (*path, "sampler")),
            draws=draws,
            objectives=self._choices(stage, path, edited, model),
            makers=makers,
            epochs=stage.epochs,
            max_steps=stage.max_steps,
            optimizer=stage.optimizer,
            accumulate=stage.accumulate,
            stop=stage.stop,
            workers=stage.workers,
            precision=stage.precision,
            compile=stage.compile,
            checkpoint_every=stage.checkpoint_every,
            init=stage.init,
            **vars(edited),
        )

    def _part(self, spec: Spec | None, path: Path) -> ResolvedComponent | None:
        return None if spec is None else self.bench.component(spec.families, spec, path)

    def _choices(self, stage: Stage, path: Path, edited: Edited, model: Model) -> tuple[Choice, ...]:
        taken: dict[str, int] = {}
        found = []
        for number, entry in enumerate(stage.objectives):
            here = (*path, "objectives", number)
            if isinstance(entry, OneOf):
                each = [
                    self._objective(spec, (*here, "one_of", place), stage, edited.graph, model, taken)
                    for place, spec in enumerate(entry.one_of)
                ]
                found.append(Choice(tuple(each), entry.per))
            else:
                found.append(Choice((self._objective(entry, here, stage, edited.graph, model, taken),)))
        return tuple(found)

    def _objective(
        self, spec: ObjectiveSpec, path: Path, stage: Stage, graph: Graph, model: Model, taken: dict[str, int]
    ) -> ResolvedObjective:
        wired = self._wired(spec, path, graph, model, reserved=("use", "on", "weight", "name"))
        card = wired["entry"].card
        name = spec.name or card.name
        taken[name] = taken.get(name, 0) + 1
        if taken[name] > 1 and spec.name:
            raise self.bench.fail((*path, "name"), f"two objectives of this stage are called {name!r}; rename one")
        name = name if taken[name] == 1 else f"{name}-{taken[name]}"
        on = [spec.on] if isinstance(spec.on, str) else spec.on or []
        if not on and (any(pull.view for pull in card.pulls) or card.reads):
            on = [self._only_draw(list(stage.draws), (*path, "on"), card.name)]
        for draw in on:
            if draw not in stage.draws:
                hint = meant(draw, stage.draws) or "; the stage has no draws"
                raise self.bench.fail((*path, "on"), f"stage {stage.name!r} has no draw {draw!r}{hint}")
        found = ResolvedObjective(name=name, on=tuple(on), weight=spec.weight, **wired)
        return replace(found, pulls=_pulls(found))

    def _only_draw(self, draws: list[str], path: Path, name: str) -> str:
        if len(draws) == 1:
            return draws[0]
        there = f"which of {', '.join(draws)}" if draws else "and there is no draw"
        raise self.bench.fail(path, f"{name} looks at a draw: say {there}")

    def _wired(
        self, spec: Spec, path: Path, graph: Graph, model: Model, reserved: tuple[str, ...] = ("use",)
    ) -> dict[str, Any]:
        """The fields of a wired component; a port that is not wired takes the node of its own name."""
        entry = self.bench.lookup(spec.families, spec.use, path)
        said = self.bench.say(entry, self.bench.given(spec.keys, path), path, reserved)
        options, parts = self.bench.options(said)
        wires = {}
        for port, takes in entry.card.takes.items():
            same = {**graph, **model.absent} if not takes.optional else graph
            wires[port] = said.wires[port] if port in said.wires else _namesake(port, same)
        found = ResolvedWired(
            entry=entry,
            options=options,
            parts=parts,
            path=path,
            where=self.bench.tree.where(path),
            wires=wires,
            takes=entry.card.takes,
        )
        lost = loses(found, model.absent)
        if lost:
            raise InputError(f"{found.where}: {lost}; wire another node")
        found = without(found, model.absent)
        known_wires(found, graph)
        return vars(tied(found, graph))

    def _answer(
        self, spec: AnswerSpec, stages: tuple[ResolvedStage, ...], graph: Graph, model: Model
    ) -> ResolvedAnswer:
        if self.said.task is None:
            raise self.bench.fail(("answer",), "an answer needs a task to be scored by; say task: NAME")
        path: Path = ("answer", "on")
        found = ResolvedAnswer(**self._wired(spec, ("answer",), graph, model, reserved=("use", "on")))
        pulls, reranks = without_tables(found, _pulls(found), graph)
        found = replace(found, pulls=pulls, reranks=reranks)
        looks = any(pull.view not in ("", "candidates") for pull in pulls) or found.card.reads
        if spec.on is None and not looks:
            return found
        if spec.on is not None and not isinstance(spec.on, str):
            draw = self.bench.component(spec.on.families, spec.on, path)
            return replace(found, draw=draw, on="answer", own_draw=True)
        draws = next((stage.draws for stage in reversed(stages) if stage.draws), {})
        name = spec.on or self._only_draw(list(draws), path, found.card.name)
        if name not in draws:
            hint = meant(name, draws) or "; give a transform, {use: …}"
            raise self.bench.fail(path, f"the last stage has no draw {name!r}{hint}")
        return replace(found, draw=draws[name], on=name)

    def _evaluate(self, said: EvaluateSettings, answers: bool) -> ResolvedEvaluation:
        metrics: list[ResolvedComponent] = []
        for number, spec in enumerate(said.metrics if answers else ()):
            path: Path = ("evaluate", "metrics", number)
            entry = self.bench.lookup(spec.families, spec.use, path)
            model = self.bench.catalogue.options(entry)
            cuts = said.at if model is not None and "at" in model.model_fields and "at" not in spec.keys else [None]
            for at in cuts:
                keys = spec.keys if at is None else {**spec.keys, "at": at}
                metrics.append(self.bench.component(spec.families, type(spec)(use=spec.use, **keys), path))
        return ResolvedEvaluation(metrics=tuple(metrics), at=tuple(said.at), candidates=said.candidates, seen=said.seen)


def _namesake(port: str, nodes: Iterable[str]) -> tuple[Wire, ...]:
    return (Wire(port),) if port in nodes else ()


def _pulls(found: ResolvedWired) -> tuple[Pull, ...]:
    """The card's pulls whose conditions hold, on ports that are wired."""
    settings = found.settings()
    return tuple(pull for pull in found.card.pulls if holds(pull.when, settings) and found.wires.get(pull.port))
