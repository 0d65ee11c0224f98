"""Time windows: which one an event falls into, and the data as they stand at the end of one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from lmrs.data.radix import ranked
from lmrs.data.settings import Windows as Settings
from lmrs_plugins.bundle import PARTS, Bundle, Windows
from lmrs_plugins.errors import InputError

_MOST = 10_000
_TRAIN, _VALID, _TEST, _CONTEXT = (PARTS.index(part) for part in ("train", "valid", "test", "context"))


def windows(
    users: npt.NDArray[np.int64], times: npt.NDArray[np.float64] | None, settings: Settings, notes: list[str]
) -> Windows:
    """The windows of events, `users` (events,) and `times` (events,) in seconds, NaN where unknown.

    Raises
    ------
    InputError
        There are no times, fewer than two windows, or one without an event.
    """
    if times is None or not np.isfinite(times).any():
        raise InputError(
            "a split by windows needs a timestamp: the data have none; name the column with data.columns.timestamp"
        )
    known = ~np.isnan(times)
    number = np.zeros(len(times), dtype=np.int16)
    bounds = _bounds(times[known], settings)
    number[known] = 1 + np.searchsorted(bounds, times[known], side="right")
    sizes = np.bincount(number, minlength=len(bounds) + 2)[1:]
    if not sizes.all():
        raise InputError(
            f"window {int(np.argmin(sizes)) + 1} of {len(sizes)} holds no event: ask for fewer, or longer, windows in "
            "data.split"
        )
    notes.append(
        f"{len(sizes)} time windows of {sizes.min()} to {sizes.max()} events, from the second on they begin at "
        f"timestamps {', '.join(f'{bound:.0f}' for bound in bounds[:20])}{', …' if len(bounds) > 20 else ''}"
    )
    if not known.all():
        notes.append(f"{np.count_nonzero(~known)} events without a time are in no window: nothing looks at them")
    return Windows(number, _asked(users, number, settings))


def _bounds(times: npt.NDArray[np.float64], settings: Settings) -> npt.NDArray[np.float64]:
    """Where all windows but the first begin."""
    if settings.count is not None:
        return np.array([ranked(times, len(times) * one // settings.count) for one in range(1, settings.count)])
    assert settings.seconds is not None
    first, count = times.min(), int((times.max() - times.min()) // settings.seconds) + 1
    if not 2 <= count <= _MOST:
        raise InputError(f"data.split.seconds {settings.seconds:g} makes {count} windows; 2 to {_MOST} can be handled")
    return np.asarray(first + settings.seconds * np.arange(1, count))


def _asked(users: npt.NDArray[np.int64], number: npt.NDArray[np.int16], settings: Settings) -> npt.NDArray[np.int8]:
    """Whole users of each window, so that no session is cut in two."""
    random, asked = np.random.default_rng(settings.seed), np.full(len(users), _TEST, dtype=np.int8)
    for one in range(1, int(number.max()) + 1):
        events = np.flatnonzero(number == one)
        there = np.unique(users[events])
        chosen = random.permutation(there)[: round(settings.valid * len(there))]
        asked[events[np.isin(users[events], chosen)]] = _VALID
    return asked


def part_at(windows: Windows, window: int) -> npt.NDArray[np.int8]:
    """(events,) the part of each event when windows up to `window` are known and the next is asked about."""
    past = (windows.number >= 1) & (windows.number <= window)
    part = np.where(past, _TRAIN, np.where(windows.number == window + 1, windows.asked, _CONTEXT))
    return part.astype(np.int8)


def known_at(bundle: Bundle, window: int) -> Bundle:
    """The data at the end of a window: it and those before are training data, the next is asked about.

    What is later than that, or at no known time, is not there.
    """
    assert bundle.windows is not None
    kept = (bundle.windows.number >= 1) & (bundle.windows.number <= window + 1)
    return replace(
        bundle,
        interactions=bundle.interactions.filter(kept),
        part=part_at(bundle.windows, window)[kept],
        windows=bundle.windows.at(kept),
    )


def within(training: Bundle, window: int) -> Bundle:
    """The training events of one window."""
    assert training.windows is not None
    kept = training.windows.number == window
    return replace(training, interactions=training.interactions.filter(kept), windows=training.windows.at(kept))
