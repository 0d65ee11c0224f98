"""Where numbers stand on an axis, and how they are written there."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_HUGE, _TINY = 1e300, 1e-290


def usable(value: float | None) -> bool:
    """Whether a value can be drawn: neither missing, NaN, infinite, nor so large that a difference would be."""
    return value is not None and math.isfinite(value) and abs(value) < _HUGE


@dataclass(frozen=True)
class Scale:
    """Maps `low`..`high` onto pixels `start`..`stop`, with the ticks between."""

    low: float
    high: float
    start: float
    stop: float
    ticks: tuple[float, ...]
    step: float

    def __call__(self, value: float) -> float:
        """The pixel of a value."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.stop - self.start)

    def label(self, tick: float) -> str:
        """A tick, with as many places as tell it from the next."""
        place = math.floor(math.log10(self.step) + 1e-9)
        if tick and (abs(tick) >= 1e6 or place < -5):
            biggest = max(abs(end) for end in self.ticks)
            return f"{tick:.{max(1, math.floor(math.log10(biggest)) - place + 1)}g}"
        return f"{tick:.{max(0, -place)}f}"


def scale(values: Iterable[float], start: float, stop: float, *, most: int = 6, whole: bool = False) -> Scale:
    """A scale that holds the values, whose ends are round numbers. With `whole`, ticks are whole and the ends are not.

    Without any value it runs from 0 to 1; around a single one there is some room.
    """
    found = [value for value in values if usable(value)] or [0.0, 1.0]
    low, high = min(found), max(found)
    biggest = max(abs(low), abs(high))
    if high - low <= max(1e-9 * biggest, _TINY):
        room = max(0.5, 1e-8 * biggest) if whole else biggest / 10 if biggest > 100 * _TINY else 1.0
        low, high = low - room, high + room
    step = _round((high - low) / most)
    if whole:
        step = max(1.0, step)
    ticks = _between(low, high, step)
    if not whole:
        low, high = math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step
        ticks = _between(low, high, step)
    return Scale(low, high, start, stop, tuple(ticks), step)


def _round(step: float) -> float:
    """The next larger of 1, 2 and 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(step))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= step * (1 - 1e-9))


def _between(low: float, high: float, step: float) -> Sequence[float]:
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]
