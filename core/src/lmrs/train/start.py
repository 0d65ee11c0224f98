"""A node that starts from an artifact."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from lmrs_plugins import Artifact, InputError


@torch.no_grad()
def start(node: str, own: Mapping[str, torch.Tensor], artifact: Artifact, name: str) -> None:
    """Put an artifact's arrays into a node's tensors, `own` by their names inside the node.

    An array goes to the tensor of its name. Where none is called so, `vectors` (rows, d), which `export` leaves, fill
    the node's only table of so many rows, block after block; what has grown since then stays as it is.

    Raises
    ------
    InputError
        Nothing of the artifact fits.
    """
    named = {key: torch.from_numpy(artifact.arrays[key]) for key in own if key in artifact.arrays}
    if not named and "vectors" in artifact.arrays:
        vectors = torch.from_numpy(artifact.arrays["vectors"])
        named = _blocks(own, vectors)
    where = f"node {node!r} starts from artifact {name!r}"
    if not named:
        raise InputError(f"{where}, which has {', '.join(artifact.arrays)}; the node has {_shapes(own)}: nothing fits")
    for key, array in named.items():
        if array.shape != own[key].shape:
            raise InputError(f"{where}: {key} is {tuple(array.shape)} there and {tuple(own[key].shape)} in the node")
        own[key].copy_(array)


def _blocks(own: Mapping[str, torch.Tensor], vectors: torch.Tensor) -> dict[str, torch.Tensor]:
    """`vectors` cut as the blocks of the node's only table that they fit; empty where they fit none, or several."""
    tables: dict[str, list[str]] = {}
    for key, tensor in own.items():
        stem, _, number = key.rpartition(".")
        if tensor.is_floating_point() and tensor.shape[1:] == vectors.shape[1:]:
            tables.setdefault(stem if number.isdecimal() else key, []).append(key)
    found = [cut for keys in tables.values() if (cut := _cut({key: len(own[key]) for key in keys}, vectors))]
    return found[0] if len(found) == 1 else {}


def _cut(lengths: Mapping[str, int], vectors: torch.Tensor) -> dict[str, torch.Tensor]:
    cut, first = {}, 0
    for key, length in lengths.items():
        if first < len(vectors):
            cut[key] = vectors[first : first + length]
            first += length
    return cut if first == len(vectors) else {}


def _shapes(own: Mapping[str, torch.Tensor]) -> str:
    return ", ".join(f"{key} {tuple(tensor.shape)}" for key, tensor in own.items()) or "no tensors"
