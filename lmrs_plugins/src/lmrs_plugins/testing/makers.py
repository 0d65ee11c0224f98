"""Checks of makers."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from lmrs_plugins.artifact import Artifact
from lmrs_plugins.bundle import Bundle
from lmrs_plugins.maker import Making
from lmrs_plugins.testing.case import Case
from lmrs_plugins.testing.fake_nodes import WIDTH, FakeNode
from lmrs_plugins.testing.generated import grown
from lmrs_plugins.testing.surroundings import seeded


def check(case: Case) -> None:
    """Its artifact is the same twice, can be written, and is aligned to the rows of its subjects."""
    with case.check("make"):
        artifact = _made(case, case.bundle)
        for name, array in artifact.arrays.items():
            case.require(
                isinstance(array, np.ndarray) and array.dtype.kind in "biuf",
                f"its array {name!r} is {type(array).__name__} of {getattr(array, 'dtype', '?')}: numbers in numpy "
                f"arrays; "
                "texts belong in `facts`",
            )
            case.require(
                array.dtype.kind != "f" or np.isfinite(array).all(),
                f"its array {name!r} has values that are not finite",
            )
        case.require(artifact.arrays or artifact.facts, "its artifact is empty")
        _ = artifact.digest  # facts have to be JSON
    with case.check("repeat"):
        same = artifact.digest == _made(case, case.bundle).digest
        case.require(same, "it leaves something else the second time: draw from a generator seeded with env.seed")
    subjects = {port.subject for port in case.card.takes.values()}
    subjects = (subjects & set(case.bundle.vocabularies)) or {"item"}
    for subject in sorted(subjects):
        with case.check("aligned"):
            count = case.bundle.count(subject)
            later = _made(case, grown(case.bundle, subject))
            for name, array in artifact.arrays.items():
                lengths = (len(array), len(later.arrays[name])) if array.ndim else (0, 0)
                case.require(
                    lengths[0] == lengths[1] or lengths == (count, count + 3),
                    f"its array {name!r} has first axis {lengths[0]} for {count} rows of {subject}, and {lengths[1]} "
                    f"for "
                    f"{count + 3}: one entry a row, and a mask for those that have none",
                )


def _made(case: Case, bundle: Bundle) -> Artifact:
    env = case.env(bundle)
    nodes = {name: FakeNode.of(port, env.bundle, number) for number, (name, port) in enumerate(case.card.takes.items())}

    def wired(name: str) -> FakeNode:
        known = ", ".join(nodes) or "none"
        case.require(name in nodes, f"it exports {name!r}, which is no port of its card: it takes {known}")
        return nodes[name]

    def export(name: str) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
        node = wired(name)
        return node.table.detach().numpy().copy(), node.there.numpy().copy()

    def module(name: str) -> Any:
        with seeded(0):
            return nn.Embedding(*wired(name).table.shape).eval()

    with torch.no_grad(), seeded(0):
        artifact: Artifact = case.build(case.env(bundle, widths=dict.fromkeys(nodes, WIDTH))).make(
            Making(env, export, module)
        )
    case.require(isinstance(artifact, Artifact), f"make() gives {type(artifact).__name__}: return an Artifact")
    return artifact
