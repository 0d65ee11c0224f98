"""Nodes of a graph."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lmrs_graph.samplers.options import Nodes as Options
from lmrs_graph.samplers.shuffled import shuffled
from lmrs_graph.typed import over
from lmrs_plugins import Env, Examples
from lmrs_plugins.distinct import distinct


class Nodes:
    """Every node that has an edge once an epoch: `node` (B,). A key is its row."""

    def __init__(self, env: Env, options: Options) -> None:
        graph = over(env.bundle, options.graph, options.subject)
        self._batch, self._nodes = options.batch, distinct(np.concatenate([graph.source, graph.target]))

    def epoch(self, epoch: int, seed: int) -> list[npt.NDArray[np.int64]]:
        return [self._nodes[places] for places in shuffled(len(self._nodes), self._batch, epoch, seed)]

    def examples(self, keys: npt.NDArray[np.int64]) -> Examples:
        return Examples(keys, {"node": keys})
