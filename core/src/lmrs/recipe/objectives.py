"""The objectives of a stage."""

from __future__ import annotations

from dataclasses import dataclass, field

from lmrs.recipe.resolved import Choice, ResolvedObjective
from lmrs.recipe.schema import ObjectiveSpec, OneOf, Stage
from lmrs.recipe.suggest import meant
from lmrs.recipe.tree import Path
from lmrs.recipe.wired import Board, active_pulls, fields

RESERVED = ("use", "on", "weight", "name", "optional")


@dataclass
class Objectives:
    """Puts together what a stage minimises. Draws that it stands on are `used`, those of what is left out `lost`."""

    board: Board
    stage: Stage
    path: Path
    used: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)
    _names: set[str] = field(default_factory=set)

    def choices(self) -> tuple[Choice, ...]:
        """In the order of the recipe."""
        found = []
        for number, entry in enumerate(self.stage.objectives):
            here = (*self.path, "objectives", number)
            if isinstance(entry, OneOf):
                each = [self._one(spec, (*here, "one_of", place)) for place, spec in enumerate(entry.one_of)]
                choice = Choice(tuple(one for one in each if one is not None), entry.per)
            else:
                one = self._one(entry, here)
                choice = Choice(() if one is None else (one,))
            if choice.objectives:
                found.append(choice)
        return tuple(found)

    def _one(self, spec: ObjectiveSpec, path: Path) -> ResolvedObjective | None:
        wired = self.board.wired_or_not(spec, path, RESERVED)
        if wired is None:
            self.lost.update([spec.on] if isinstance(spec.on, str) else spec.on or self.stage.draws)
            return None
        found = ResolvedObjective(
            name=self._name(spec.name, wired.card.name, path),
            on=self._on(spec, wired.card.name, path, any(pull.view for pull in wired.card.pulls) or wired.card.reads),
            weight=spec.weight,
            pulls=active_pulls(wired),
            **fields(wired),
        )
        self.used.update(found.on)
        return found

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
