"""Weights that pass from one stage to the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch

from lmrs.recipe.resolved import ResolvedStage
from lmrs.train.start import start
from lmrs_plugins import Artifact, InputError


@torch.no_grad()
def carry(
    tensors: Mapping[str, torch.Tensor],
    before: Mapping[str, torch.Tensor],
    stage: ResolvedStage,
    artifact: Callable[[str], Artifact],
) -> list[str]:
    """Put the weights of the stage before into this one's, by canonical name; what is new, one line each.

    A node that the stage adds starts as its `init` says: fresh, from an artifact, or with what one of its name had.

    Raises
    ------
    InputError
        A node that stays has lost a parameter, or has one of another shape: an edit changed its shape without `init`.
        A node is to keep weights that the stage before does not have.
    """
    fresh = {name for name in stage.added if stage.graph[name].init.kind != "keep"}
    for name in stage.added:
        init = stage.graph[name].init
        if init.kind == "artifact":
            own = {key.partition(".")[2]: tensor for key, tensor in tensors.items() if key.startswith(f"{name}.")}
            start(name, own, artifact(init.artifact), init.artifact)
    notes, kept = [], set()
    for name, tensor in tensors.items():
        node = name.partition(".")[0]
        if stage.init == "fresh" or node in fresh or node == "objective":
            continue
        if name not in before:
            if not (stage.growths or node in stage.changed):
                raise InputError(
                    f"stage {stage.name!r}: {name!r} has no weights from the stage before; set init: fresh"
                )
            notes.append(f"stage {stage.name!r}: {name} {tuple(tensor.shape)} starts fresh")
            continue
        if stage.growths and _begins(before[name], tensor):
            tensor[: len(before[name])].copy_(before[name])
            kept.add(name)
            notes.append(f"stage {stage.name!r}: {name} grows from {len(before[name])} to {len(tensor)} rows")
            continue
        if before[name].shape != tensor.shape:
            raise InputError(
                f"stage {stage.name!r}: {name!r} had shape {tuple(before[name].shape)}, now {tuple(tensor.shape)}; "
                f"drop and add {node!r} with init: fresh, or leave its width alone"
            )
        tensor.copy_(before[name])
        kept.add(name)
    if stage.init == "fresh":
        return notes
    for name in before:
        node = name.partition(".")[0]
        if name not in kept and node in stage.graph and node not in fresh and node not in stage.changed:
            raise InputError(f"stage {stage.name!r}: the weights of {name!r} find no place: its node has changed")
    return notes


def _begins(old: torch.Tensor, new: torch.Tensor) -> bool:
    """Whether one may be the beginning of the other: a vocabulary gets its new rows at its end."""
    return old.ndim == new.ndim > 0 and len(old) < len(new) and old.shape[1:] == new.shape[1:]
