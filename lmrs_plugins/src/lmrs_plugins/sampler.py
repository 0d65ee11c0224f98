"""Which examples make a batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from lmrs_plugins.env import Env
    from lmrs_plugins.examples import Examples
    from lmrs_plugins.options import Options


class Sampler(Protocol):
    """Batches of keys for each epoch, and the examples of a batch.

    Rows, token budgets, walks, impressions, pairs, mixed domains: whatever one step is made of. The host may give each
    process its share of a batch and starts an epoch in the middle after a resume, so both methods depend on their
    arguments alone.
    """

    def __init__(self, env: Env, options: Options) -> None:
        """Meet the data. Where a budget is wanted, `env.binding` is a mapping of node name to binding, for `cost`."""
        ...

    def epoch(self, epoch: int, seed: int) -> Sequence[npt.NDArray[np.int64]]:
        """The batches of one epoch, each an array of keys with first axis B."""
        ...

    def examples(self, keys: npt.NDArray[np.int64]) -> Examples:
        """The examples of these keys. Called in the loader's workers."""
        ...
