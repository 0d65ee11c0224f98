"""From what a recipe says to what it means: every name looked up, every option typed, every wire tied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path as FilePath

from pydantic import ValidationError

from lmrs.recipe.answers import answer_of, evaluation_of
from lmrs.recipe.bench import Bench
from lmrs.recipe.catalogue import Catalogue
from lmrs.recipe.graph import TAKEN
from lmrs.recipe.model import Model
from lmrs.recipe.objectives import Objectives
from lmrs.recipe.overrides import Source, load
from lmrs.recipe.problems import explained
from lmrs.recipe.provenance import provenance
from lmrs.recipe.resolved import (
    Resolved,
    ResolvedAnswer,
    ResolvedComponent,
    ResolvedNode,
    ResolvedStage,
    ResolvedWired,
)
from lmrs.recipe.rounds import rounds_in, written_out
from lmrs.recipe.schema import AnswerSpec, Recipe, Spec, Stage
from lmrs.recipe.stage_init import StageInit
from lmrs.recipe.tree import Path
from lmrs.recipe.wired import Board


def resolve(recipe: str | FilePath | Source, catalogue: Catalogue, overrides: Iterable[str] = ()) -> Resolved:
    """A recipe by name, file or source, against what is installed.

    Raises
    ------
    InputError, PluginError
        In one line: where, which key, what to do.
    """
    source = recipe if isinstance(recipe, Source) else load(recipe, catalogue, overrides)
    tree = written_out(source.tree)
    try:
        said = Recipe.model_validate(tree.plain())
    except ValidationError as error:
        raise explained(error, tree, Recipe) from None
    return _Resolver(Bench(tree, catalogue), said, source.deleted).resolved()


@dataclass
class _Resolver:
    bench: Bench
    said: Recipe
    deleted: Iterable[str]

    def resolved(self) -> Resolved:
        said = self.said
        task = self.bench.component(said.task.families, said.task, ("task",)) if said.task else None
        model = Model(self.bench, {**said.absent, **dict.fromkeys(self.deleted, TAKEN)})
        for name, spec in said.model.items():
            model.add(name, spec, ("model", name))
        first = model.graph()
        stages = tuple(self._stage(stage, number, model) for number, stage in enumerate(said.stages))
        self._no_twins([stage.name for stage in stages])
        answer = self._answer(said.answer, stages, first, model) if said.answer else None
        # Without an answer there is nothing to measure, and the usual metrics need not be installed.
        measured = said.evaluate if answer else said.evaluate.model_copy(update={"metrics": []})
        found = Resolved(
            name=said.name,
            summary=said.summary,
            source=said.source,
            data=said.data,
            seed=said.seed,
            task=task,
            model=first,
            absent={name: model.absent[name] for name in model.left_out()},
            stages=stages,
            answer=answer,
            evaluate=evaluation_of(measured, self.bench),
            notes=tuple(self.bench.notes),
        )
        return replace(found, provenance=provenance(found.to_dict(), self.bench.tree, self.bench.aliases))

    def _no_twins(self, names: list[str]) -> None:
        for number, name in enumerate(names):
            if name in names[:number]:
                raise self.bench.fail(("stages", number, "name"), f"two stages are called {name!r}; rename one")

    def _stage(self, stage: Stage, number: int, model: Model) -> ResolvedStage:
        path: Path = ("stages", number)
        for stray in rounds_in(self.bench.tree.near(path)):
            raise self.bench.fail((*path, *stray), "the stage is in no round: say repeat: N, or a number")
        assert stage.window != "round"
        edited = model.edit(stage.edits, (*path, "edits"), stage.name)
        board = Board(self.bench, edited.graph, model.absent)
        makers = self._makers(stage, path, board, model)
        for role in ("strategy", "sampler"):
            if stage.objectives and getattr(stage, role) is None:
                raise self.bench.fail(path, f"a stage with objectives needs a {role}; say {role}: NAME")
        objectives = Objectives(board, stage, path)
        choices = objectives.choices()
        rests = bool(stage.objectives) and not choices
        if rests:
            self.bench.notes.append(f"stage {stage.name!r} trains nothing: all its objectives are left out")
        unused = objectives.lost - objectives.used - self._asked(stage, number)
        return ResolvedStage(
            name=stage.name,
            index=number,
            strategy=None if rests else self._part(stage.strategy, (*path, "strategy")),
            sampler=None if rests else self._part(stage.sampler, (*path, "sampler")),
            draws={
                name: self.bench.component(spec.families, spec, (*path, "draws", name))
                for name, spec in stage.draws.items()
                if name not in unused
            },
            objectives=choices,
            makers=makers,
            epochs=stage.epochs,
            max_steps=stage.max_steps,
            optimizer=stage.optimizer,
            accumulate=stage.accumulate,
            stop=None if rests else stage.stop,
            workers=stage.workers,
            precision=stage.precision,
            compile=stage.compile,
            checkpoint_every=stage.checkpoint_every,
            init=StageInit.of(stage.init),
            data=stage.data,
            moved=number > 0 and stage.data != self.said.stages[number - 1].data,
            window=stage.window,
            absent=model.left_out(),
            **vars(edited),
        )

    def _makers(self, stage: Stage, path: Path, board: Board, model: Model) -> dict[str, ResolvedWired]:
        found: dict[str, ResolvedWired] = {}
        for name, spec in stage.makers.items():
            maker = board.wired_or_not(spec, (*path, "makers", name), ("use", "optional"))
            if maker is not None:
                found[name] = maker
        model.artifacts.update(found)
        model.lost.update(name for name in stage.makers if name not in found)
        return found

    def _asked(self, stage: Stage, number: int) -> set[str]:
        """Draws of a stage that the answer may stand on, whatever the objectives do."""
        answer, last = self.said.answer, number == len(self.said.stages) - 1
        if answer is None or not (answer.on is None or isinstance(answer.on, str)):
            return set()
        return {answer.on} if answer.on is not None else set(stage.draws) if last else set()

    def _part(self, spec: Spec | None, path: Path) -> ResolvedComponent | None:
        return None if spec is None else self.bench.component(spec.families, spec, path)

    def _answer(
        self, spec: AnswerSpec, stages: tuple[ResolvedStage, ...], first: Mapping[str, ResolvedNode], model: Model
    ) -> ResolvedAnswer:
        if self.said.task is None:
            raise self.bench.fail(("answer",), "an answer needs a task to be scored by; say task: NAME")
        graph = stages[-1].graph if stages else first
        draws = next((stage.draws for stage in reversed(stages) if stage.draws), {})
        return answer_of(spec, Board(self.bench, graph, model.absent), draws)
