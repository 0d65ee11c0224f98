"""The objectives of a stage."""

from __future__ import annotations

from dataclasses import dataclass, field

from lmrs.recipe.resolved import Choice, ResolvedObjective
from lmrs.recipe.schema import ObjectiveSpec, OneOf, Stage
from lmrs.recipe.suggest import meant
from lmrs.recipe.tree import Path
from lmrs.recipe.wired import Board, active_pulls, fields

RESERVED = ("use", "on", "weight", "name")


@dataclass
class Objectives:
    """Puts together what a stage minimises."""

    board: Board
    stage: Stage
    path: Path
    _names: set[str] = field(default_factory=set)

    def choices(self) -> tuple[Choice, ...]:
        """In the order of the recipe."""
        found = []
        for number, entry in enumerate(self.stage.objectives):
            here = (*self.path, "objectives", number)
            if isinstance(entry, OneOf):
                each = [self._one(spec, (*here, "one_of", place)) for place, spec in enumerate(entry.one_of)]
                found.append(Choice(tuple(each), entry.per))
            else:
                found.append(Choice((self._one(entry, here),)))
        return tuple(found)

    def _one(self, spec: ObjectiveSpec, path: Path) -> ResolvedObjective:
        wired = self.board.wired(spec, path, RESERVED)
        return ResolvedObjective(
            name=self._name(spec.name, wired.card.name, path),
            on=self._on(spec, wired.card.name, path, any(pull.view for pull in wired.card.pulls) or wired.card.reads),
            weight=spec.weight,
            pulls=active_pulls(wired),
            **fields(wired),
        )

    def _name(self, said: str | None, component: str, path: Path) -> str:
        """Unique in the stage: parameters and terms are called by it."""
        if said in self._names:
            problem = f"two objectives of this stage are called {said!r}; rename one"
            raise self.board.bench.fail((*path, "name"), problem)
        name, count = said or component, 1
        while name in self._names:
            count += 1
            name = f"{component}-{count}"
        self._names.add(name)
        return name

    def _on(self, spec: ObjectiveSpec, name: str, path: Path, looks: object) -> tuple[str, ...]:
        draws = self.stage.draws
        on = [spec.on] if isinstance(spec.on, str) else spec.on or []
        if not on and looks:
            on = [self.board.draw(list(draws), (*path, "on"), name)]
        for draw in on:
            if draw not in draws:
                hint = meant(draw, draws) or "; the stage has no draws"
                problem = f"stage {self.stage.name!r} has no draw {draw!r}{hint}"
                raise self.board.bench.fail((*path, "on"), problem)
        return tuple(on)
