"""Pairs of a user and an item."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lmrs_graph.samplers.options import Pairs as Options
from lmrs_graph.samplers.shuffled import shuffled
from lmrs_plugins import Env, Examples


class Pairs:
    """Every training event once an epoch: `user` (B,) and its item, `target` (B,). A key is the row of the event."""

    def __init__(self, env: Env, options: Options) -> None:
        env.bundle.require("interactions")
        self._batch = options.batch
        self._users, self._items = env.bundle.users, env.bundle.items

    def epoch(self, epoch: int, seed: int) -> list[npt.NDArray[np.int64]]:
        return shuffled(len(self._users), self._batch, epoch, seed)

    def examples(self, keys: npt.NDArray[np.int64]) -> Examples:
        return Examples(keys, {"user": self._users[keys], "target": self._items[keys]})
