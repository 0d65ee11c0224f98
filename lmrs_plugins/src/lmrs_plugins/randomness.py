"""Random numbers that depend on the example and not on its batch."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_M1 = np.uint64(0xBF58476D1CE4E5B9)
_M2 = np.uint64(0x94D049BB133111EB)


def _mix(x: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """splitmix64's finaliser: a bijection of 64 bits that passes the usual batteries (Steele et al., OOPSLA 2014)."""
    x = (x ^ (x >> np.uint64(30))) * _M1
    x = (x ^ (x >> np.uint64(27))) * _M2
    return x ^ (x >> np.uint64(31))


class ExampleRandom:
    """Counter-based randomness for a batch of examples.

    Each example has a stream of its own, made from the seed and the example's key alone: the same example draws the
    same numbers in whatever batch, process or worker it stands. Every call goes on to fresh numbers.

    Parameters
    ----------
    seed
        Any integer; the host mixes run seed, stage, epoch and draw into it.
    keys
        (B,) integers, one an example, unequal for different examples.
    """

    def __init__(self, seed: int, keys: npt.NDArray[np.int64]) -> None:
        with np.errstate(over="ignore"):
            start = _mix(np.array([seed & 0xFFFFFFFFFFFFFFFF], dtype=np.uint64) + _GOLDEN)
            self._streams = _mix(keys.astype(np.uint64) * _GOLDEN ^ start)
        self._seed = seed
        self._used = 0

    def __len__(self) -> int:
        return len(self._streams)

    def bits(self, *shape: int) -> npt.NDArray[np.uint64]:
        """(B, *shape) 64 random bits each."""
        width = int(np.prod(shape, dtype=np.int64))
        with np.errstate(over="ignore"):
            counter = (np.arange(self._used + 1, self._used + width + 1, dtype=np.uint64) * _GOLDEN)[None, :]
            out = _mix(self._streams[:, None] + counter)
        self._used += width
        return out.reshape(len(self), *shape)

    def uniform(self, *shape: int) -> npt.NDArray[np.float64]:
        """(B, *shape) numbers in [0, 1)."""
        return (self.bits(*shape) >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def integers(self, bound: int, *shape: int) -> npt.NDArray[np.int64]:
        """(B, *shape) integers in [0, bound)."""
        return np.minimum((self.uniform(*shape) * bound).astype(np.int64), bound - 1)

    def generator(self) -> np.random.Generator:
        """A generator for what the batch shares (common negatives): made from the seed and all keys."""
        with np.errstate(over="ignore"):
            mixed = int(_mix(np.array([self._streams.sum(dtype=np.uint64)], dtype=np.uint64))[0])
        return np.random.Generator(np.random.Philox(key=mixed ^ (self._seed & 0xFFFFFFFFFFFFFFFF)))
