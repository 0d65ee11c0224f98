"""Items that were not chosen: for each target, or shared by a batch."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lmrs_plugins import Env, ExampleRandom, InputError, Ragged, View
from lmrs_sequence.transforms.options import Negatives as Options

Rows = npt.NDArray[np.int64]


class Negatives:
    """Draws negatives as a transform's options say. Holds counts of items at most, so it pickles."""

    def __init__(self, env: Env, options: Options) -> None:
        self._items = env.count("item")
        self._each, self._shared = options.negatives, options.shared
        weights = np.ones(self._items)
        if options.shared_by == "popularity":
            weights += env.bundle.counts("item")
        if self._shared:
            self._log_chance = np.log(weights / weights.sum()).astype(np.float32)
            self._ladder = np.cumsum(weights) / weights.sum()

    def views(
        self, rng: ExampleRandom, lists: Ragged, owner: Rows, place: Rows, length: int, target: Rows
    ) -> dict[str, View]:
        """Views `negative` and `shared` where asked for.

        `owner` and `place` are (M,): the example of each target and its position, below `length`; `lists` are the whole
        lists of the examples. `shared` holds the logarithm of the chance to draw its own items (`logq`) and the targets
        (`target_logq`).
        """
        made: dict[str, View] = {}
        if self._each:
            made["negative"] = View.of(item=self._outside(rng, lists, owner, place, length))
        if self._shared:
            rows = np.searchsorted(self._ladder, rng.generator().random(self._shared), side="right")
            rows = np.minimum(rows, self._items - 1)
            values = {"logq": self._log_chance[rows], "target_logq": self._log_chance[target]}
            made["shared"] = View.of(item=rows, values=values)
        return made

    def _outside(self, rng: ExampleRandom, lists: Ragged, owner: Rows, place: Rows, length: int) -> Rows:
        """(M, negatives) items outside the list of each target's example, every one of them equally likely.

        The r-th item that is not in a list is r plus the number of list items s_i (distinct, ascending) with
        s_i - i <= r: one draw, no rejection.
        """
        keys = np.unique(lists.owners() * self._items + lists.values)
        of, item = np.divmod(keys, self._items)
        first = np.searchsorted(of, np.arange(len(lists) + 1))
        free = self._items - np.diff(first)
        if len(owner) and free[owner].min() == 0:
            raise InputError(
                f"a history holds all {self._items} items of the data set: no negatives are left; use loss: ce"
            )
        # The last numbers that an example draws, in the order of positions: the same ones in whatever batch it stands.
        drawn = rng.uniform(length, self._each)[owner, place]
        rank = np.minimum((drawn * free[owner, None]).astype(np.int64), free[owner, None] - 1)
        steps = of * (self._items + 1) + item - (np.arange(len(keys)) - first[of])
        passed = np.searchsorted(steps, owner[:, None] * (self._items + 1) + rank, side="right")
        return rank + passed - first[owner, None]
