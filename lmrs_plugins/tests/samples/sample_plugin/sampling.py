"""A sampler and a transform."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lmrs_plugins import Env, ExampleRandom, Examples, Ragged, View
from sample_plugin import options


class Users:
    """Users with two or more training events, shuffled."""

    def __init__(self, env: Env, options: options.Users) -> None:
        histories = env.bundle.histories
        self.items = Ragged(env.bundle.items[histories.values], histories.offsets)
        self.users = np.flatnonzero(histories.lengths > 1)
        self.batch = options.batch

    def epoch(self, epoch: int, seed: int) -> list[npt.NDArray[np.int64]]:
        order = np.random.default_rng([seed, epoch]).permutation(self.users)
        return [order[start : start + self.batch] for start in range(0, len(order), self.batch)]

    def examples(self, keys: npt.NDArray[np.int64]) -> Examples:
        return Examples(keys, {"user": keys, "item": self.items.take(keys)})


class Next:
    """Each position's next item, and random items."""

    def __init__(self, env: Env, options: options.Next) -> None:
        self.items, self.length, self.negatives = env.count("item"), options.length, options.negatives

    def views(self, examples: Examples, rng: ExampleRandom | None) -> dict[str, View]:
        items = examples.lists("item")
        if rng is None:
            rows, mask = items.padded(self.length)
            return {"input": View.of(item=rows, mask=mask)}
        rows, there = items.padded(self.length + 1)
        mask = there[:, 1:]
        made = {
            "input": View.of(item=rows[:, :-1] * mask, mask=mask),
            "target": View.of(item=rows[:, 1:], mask=mask, values={"weight": mask.astype(np.float32)}),
        }
        if self.negatives:
            wrong = rng.integers(self.items, self.length, self.negatives)
            made["negative"] = View.of(item=wrong, mask=mask)
        return made
