"""Keys of an epoch in an order of its own."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def shuffled(count: int, batch: int, epoch: int, seed: int) -> list[npt.NDArray[np.int64]]:
    """The numbers below `count`, each once, in batches; a function of epoch and seed."""
    bits = np.random.Philox(np.random.SeedSequence([seed & 0xFFFFFFFFFFFFFFFF, epoch]))
    keys = np.random.Generator(bits).permutation(count)
    return [keys[start : start + batch] for start in range(0, count, batch)]
