"""Edges of a graph."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lmrs_graph.samplers.options import Edges as Options
from lmrs_graph.samplers.shuffled import shuffled
from lmrs_graph.typed import over
from lmrs_plugins import Env, Examples


class Edges:
    """Every edge of a named graph once an epoch: `head`, `relation`, `tail` (B,). A key is the number of the edge."""

    def __init__(self, env: Env, options: Options) -> None:
        graph = over(env.bundle, options.graph, options.subject)
        self._batch = options.batch
        self._columns = {"head": graph.source, "relation": graph.relation, "tail": graph.target}

    def epoch(self, epoch: int, seed: int) -> list[npt.NDArray[np.int64]]:
        return shuffled(len(self._columns["head"]), self._batch, epoch, seed)

    def examples(self, keys: npt.NDArray[np.int64]) -> Examples:
        return Examples(keys, {name: column[keys] for name, column in self._columns.items()})
