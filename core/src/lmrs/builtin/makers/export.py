"""A node's vectors as an artifact."""

from __future__ import annotations

from lmrs.builtin.options import Export as Options
from lmrs_plugins import Artifact, Env, Making


class Export:
    """`vectors` (rows, d) float32 and `mask` (rows,): false where a row has no vector."""

    def __init__(self, env: Env, options: Options) -> None: ...

    def make(self, making: Making) -> Artifact:
        vectors, mask = making.export("of")
        return Artifact({"vectors": vectors, "mask": mask})
