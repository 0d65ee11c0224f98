"""Stages that repeat, written out: a recipe after this has as many stages as it trains."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from lmrs.recipe.problems import at
from lmrs.recipe.tree import Path, Tree

MOST = 1000
"""Stages of a recipe; more is a slip of the pen."""


def written_out(recipe: Tree) -> Tree:
    """The recipe with `repeat: N` replaced by N copies, each called by the number of its round: NAME-1, NAME-2, ….

    `repeat` stands on a stage, or with a list of `stages` that make a round. `round` becomes the round's number where
    `rounds_in` finds it; of several rounds around a stage, the innermost counts.

    Raises
    ------
    InputError
        A number of rounds is none, a window is of no round, or there are too many stages.
    """
    stages = recipe.child("stages")
    if stages is None or not isinstance(stages.value, tuple):
        return recipe
    written = [one for place, stage in enumerate(stages.value) for one in _stages(recipe, stage, ("stages", place))]
    if len(written) > MOST:
        raise at(recipe, ("stages",), f"{len(written)} stages, with all repeats; {MOST} can be handled")
    return _with(recipe, stages=replace(stages, value=tuple(written)))


def _stages(recipe: Tree, stage: Tree, path: Path) -> list[Tree]:
    """One entry of a list of stages, written out; what is no mapping is left for others to complain of."""
    if not isinstance(stage.value, dict) or "repeat" not in stage.value:
        return [stage]
    rounds = stage.value["repeat"].value
    if not isinstance(rounds, int) or isinstance(rounds, bool) or not 1 <= rounds <= MOST:
        raise at(recipe, (*path, "repeat"), f"should be a number of rounds from 1 to {MOST}, not {rounds!r}")
    several = stage.value.get("stages")
    if several is not None:
        more = sorted(set(stage.value) - {"repeat", "stages"})
        if more or not isinstance(several.value, tuple) or not several.value:
            what = f"takes no {more[0]!r}" if more else "wants a list of stages"
            raise at(recipe, (*path, *more[:1]), f"a round of several stages {what}: say repeat and stages")
        inner = [
            one for place, each in enumerate(several.value) for one in _stages(recipe, each, (*path, "stages", place))
        ]
    else:
        inner = [_without(stage, "repeat")]
    return [_in_round(one, number) for number in range(1, rounds + 1) for one in inner]


def _in_round(stage: Tree, number: int) -> Tree:
    """A stage in one of its rounds."""
    changes: dict[str, Any] = {}
    name = stage.child("name")
    if name is not None and isinstance(name.value, str):
        changes["name"] = replace(name, value=f"{name.value}-{number}")
    stage = _with(stage, **changes) if isinstance(stage.value, dict) else stage
    for path in rounds_in(stage):
        stage = _put(stage, path, number)
    return stage


def rounds_in(stage: Tree) -> list[Path]:
    """Where a stage speaks of the round that it is repeated in: its window, and values of its strategy's options.

    A name in a list is never a round.
    """
    window, strategy = stage.child("window"), stage.child("strategy")
    found: list[Path] = [("window",)] if window is not None and window.value == "round" else []
    if strategy is not None:
        found += [("strategy", *path) for path in _said(strategy) if path not in ((), ("use",))]
    return found


def _said(tree: Tree) -> Iterator[Path]:
    if tree.value == "round":
        yield ()
    for key, below in tree.value.items() if isinstance(tree.value, dict) else ():
        yield from ((key, *path) for path in _said(below))


def _put(tree: Tree, path: Path, value: int) -> Tree:
    if not path:
        return replace(tree, value=value)
    below = tree.child(path[0])
    assert below is not None
    return _with(tree, **{str(path[0]): _put(below, path[1:], value)})


def _with(tree: Tree, **changes: Tree) -> Tree:
    assert isinstance(tree.value, dict)
    return replace(tree, value={**tree.value, **changes})


def _without(tree: Tree, key: str) -> Tree:
    assert isinstance(tree.value, dict)
    return replace(tree, value={name: below for name, below in tree.value.items() if name != key})
