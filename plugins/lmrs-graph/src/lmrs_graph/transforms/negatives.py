"""Pairs that happened, and pairs that did not."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lmrs_graph.transforms.options import Negatives as Options
from lmrs_plugins import Env, ExampleRandom, Examples, InputError, View
from lmrs_plugins.distinct import distinct

Rows = npt.NDArray[np.int64]


class Negatives:
    """`input`: users (B,); `target`: the item of each (B,); `negative`: items that the user did not take (B, K).

    In evaluation the users alone.
    """

    def __init__(self, env: Env, options: Options) -> None:
        self._each, self._items = options.negatives, env.count("item")
        users, items = env.bundle.users, env.bundle.items
        user, item = np.divmod(distinct(users * self._items + items), self._items)
        self._first = np.searchsorted(user, np.arange(env.count("user") + 1))
        full = np.flatnonzero(np.diff(self._first) >= self._items)
        if len(full):
            raise InputError(
                f"user {env.bundle.vocabularies['user'].ids[full[0]]!r} of {env.bundle.name!r} took all "
                f"{self._items} items: there is no negative for what it took"
            )
        # How many free items stand before each taken one, counted over all users one after the other.
        self._before = user * (self._items + 1) + item - (np.arange(len(item)) - self._first[user])

    def views(self, examples: Examples, rng: ExampleRandom | None) -> dict[str, View]:
        user = examples.array("user")
        if rng is None:
            return {"input": View.of(user=user)}
        return {
            "input": View.of(user=user),
            "target": View.of(item=examples.array("target")),
            "negative": View.of(item=self._free(user[:, None], rng.uniform(self._each))),
        }

    def _free(self, user: Rows, drawn: npt.NDArray[np.float64]) -> Rows:
        """The item at a share of the way through those that the user did not take.

        The r-th of them is r plus the number of taken items with at most r free ones before them: no rejection.
        """
        first = self._first[user]
        free = self._items - (self._first[user + 1] - first)
        rank = np.minimum((drawn * free).astype(np.int64), free - 1)
        taken = np.searchsorted(self._before, user * (self._items + 1) + rank, side="right")
        return rank + taken - first
