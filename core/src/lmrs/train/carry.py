"""Weights that pass from one stage to the next, or from an earlier run to a stage."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import torch

from lmrs.recipe.other_ids import Vocabularies, changed, check_ids, other_ids, takes
from lmrs.recipe.resolved import ResolvedStage
from lmrs.train.start import start
from lmrs_plugins import Artifact, InputError


@dataclass(frozen=True)
class Origin:
    """Where weights come from: by default from the stage before, on the same data.

    `run` is the path of an earlier run. `had` and `has` are the vocabularies that the weights were trained with and
    those of the stage, both empty where the data are the same.
    """

    run: str = ""
    had: Vocabularies = field(default_factory=dict)
    has: Vocabularies = field(default_factory=dict)

    @property
    def other(self) -> bool:
        """Whether they were trained on other data."""
        return bool(self.had)

    def __str__(self) -> str:
        return f"run {self.run}" if self.run else "the stage before"


SAME = Origin()


@torch.no_grad()
def carry(
    tensors: Mapping[str, torch.Tensor],
    before: Mapping[str, torch.Tensor],
    stage: ResolvedStage,
    artifact: Callable[[str], Artifact],
    origin: Origin = SAME,
) -> list[str]:
    """Put weights of before into this stage's, by canonical name; what is new, one line each.

    A node that the stage adds starts as its `init` says: fresh, from an artifact, or with what one of its name had. Of
    an earlier run every node takes what one of its name had, and starts fresh where there is none.

    Raises
    ------
    InputError
        A node that stays has lost a parameter, or has one of another shape: an edit changed its shape without `init`.
        A node is to keep weights that are not there, or whose rows are of other ids. A run has no node of the stage's.
    """
    fresh = {name for name in stage.graph if not takes(stage, name, bool(origin.run), origin.other)}
    for name in stage.added:
        init = stage.graph[name].init
        if init.kind == "artifact":
            own = {key.partition(".")[2]: tensor for key, tensor in tensors.items() if key.startswith(f"{name}.")}
            start(name, own, artifact(init.artifact), init.artifact)
    notes = [
        f"stage {stage.name!r}: node {name!r} starts fresh, as it says"
        for name in _nodes(before)
        if (origin.run or origin.other) and name in fresh and name not in stage.added
    ]
    if origin.run:
        notes += _unknown(tensors, before, stage, fresh, origin)
        fresh |= {name for name in stage.graph if name not in _nodes(before)}
    if origin.other:
        _check_rows(tensors, before, stage, fresh, origin)
    kept = set()
    for name, tensor in tensors.items():
        node = name.partition(".")[0]
        if node in fresh or node == "objective":
            continue
        if name not in before:
            if not (stage.growths or (node in stage.changed and not origin.run)):
                raise InputError(f"stage {stage.name!r}: {name!r} has no weights from {origin}; set init: fresh")
            notes.append(f"stage {stage.name!r}: {name} {tuple(tensor.shape)} starts fresh")
            continue
        if stage.growths and _begins(before[name], tensor):
            tensor[: len(before[name])].copy_(before[name])
            kept.add(name)
            notes.append(f"stage {stage.name!r}: {name} grows from {len(before[name])} to {len(tensor)} rows")
            continue
        if before[name].shape != tensor.shape:
            cure = (
                f"set init: fresh on {node!r}"
                if origin.run or origin.other
                else (f"drop and add {node!r} with init: fresh")
            )
            raise InputError(
                f"stage {stage.name!r}: {name!r} had shape {tuple(before[name].shape)} in {origin}, now "
                f"{tuple(tensor.shape)}; {cure}, or leave its width alone"
            )
        tensor.copy_(before[name])
        kept.add(name)
    if stage.init.kind == "fresh":
        return notes
    for name in before:
        node = name.partition(".")[0]
        if name not in kept and node in stage.graph and node not in fresh and node not in stage.changed:
            raise InputError(
                f"stage {stage.name!r}: the weights of {name!r} in {origin} find no place: its node is another"
            )
    return notes


def _nodes(tensors: Mapping[str, torch.Tensor]) -> list[str]:
    """Nodes that have weights of their own."""
    return list(dict.fromkeys(node for name in tensors if (node := name.partition(".")[0]) != "objective"))


def _unknown(
    tensors: Mapping[str, torch.Tensor],
    before: Mapping[str, torch.Tensor],
    stage: ResolvedStage,
    fresh: set[str],
    origin: Origin,
) -> list[str]:
    """A line for what a run lacks, and for what of it is left; none of either would be no start at all."""
    wanted = [name for name in _nodes(tensors) if name not in fresh]
    there = _nodes(before)
    if not set(wanted) & set(there):
        raise InputError(
            f"stage {stage.name!r} has no node in common with {origin}: that has weights of {', '.join(there)}, this "
            f"stage takes those of {', '.join(wanted) or 'none'}; call them alike, or start without"
        )
    lines = [f"node {name!r} starts fresh: {origin} has none" for name in wanted if name not in there]
    lines += [f"node {name!r} of {origin} is left: there is none here" for name in there if name not in stage.graph]
    return [f"stage {stage.name!r}: {line}" for line in lines]


def _check_rows(
    tensors: Mapping[str, torch.Tensor],
    before: Mapping[str, torch.Tensor],
    stage: ResolvedStage,
    fresh: set[str],
    origin: Origin,
) -> None:
    """Refuse what has a row an id, where ids are others: tables of ids, and what else is as long as those of its node.

    Lengths alone would let pass what happens to be as many.
    """
    for name in (name for name in stage.graph if name not in fresh):
        check_ids(stage, name, origin.had, origin.has, str(origin))
    for name, tensor in tensors.items():
        node = stage.graph.get(name.partition(".")[0])
        if node is None or node.name in fresh or node.card.evaluation not in ("rows", "table") or name not in before:
            continue
        for subject in changed(node, origin.had, origin.has):
            if all(
                one.ndim and len(one) in (len(known[subject]), *known[subject].blocks)
                for one, known in ((before[name], origin.had), (tensor, origin.has))
                if subject in known
            ):
                raise other_ids(stage, node.name, subject, str(origin))


def _begins(old: torch.Tensor, new: torch.Tensor) -> bool:
    """Whether one may be the beginning of the other: a vocabulary gets its new rows at its end."""
    return old.ndim == new.ndim > 0 and len(old) < len(new) and old.shape[1:] == new.shape[1:]
