"""Numbers sixteen bits at a time: sorted stably, or one of them found, in less time and memory than comparing takes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from lmrs_plugins.spool import pieces

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
_SHIFTS = (0, 16, 32, 48)
_SIGN = np.uint64(1 << 63)


def order(codes: Places, times: Floats | None) -> Places:
    """(n,) places by code, then time, then place: what `np.lexsort((times, codes))` gives. Times hold no NaN."""
    keys = [codes.view(np.uint64)] if times is None else [_bits(times), codes.view(np.uint64)]
    found = None
    for key in keys:
        for shift in _SHIFTS:
            digit = (key >> np.uint64(shift)).astype(np.uint16)
            if len(digit) and digit.min() != digit.max():
                found = (
                    np.argsort(digit, kind="stable")
                    if found is None
                    else found[np.argsort(digit[found], kind="stable")]
                )
    return np.arange(len(codes)) if found is None else found


def ranked(values: Floats, rank: int) -> float:
    """The number at place `rank` of the sorted ones that are not NaN, from 0; `values` may be larger than memory."""
    prefix = np.uint64(0)
    for shift in reversed(_SHIFTS):
        counts = np.zeros(1 << 16, dtype=np.int64)
        for bits in _pieces(values):
            inside = bits if shift == 48 else bits[bits >> np.uint64(shift + 16) == prefix]
            counts += np.bincount((inside >> np.uint64(shift)).astype(np.uint16), minlength=1 << 16)
        below = np.cumsum(counts)
        digit = int(np.searchsorted(below, rank, side="right"))
        rank -= int(below[digit] - counts[digit])
        prefix = prefix << np.uint64(16) | np.uint64(digit)
    bits = np.array([prefix], dtype=np.uint64)
    return float(np.where(bits & _SIGN != 0, bits ^ _SIGN, ~bits).view(np.float64)[0])


def _pieces(values: Floats) -> Iterator[npt.NDArray[np.uint64]]:
    for place in pieces(len(values)):
        piece = values[place]
        yield _bits(piece[~np.isnan(piece)])


def _bits(values: Floats) -> npt.NDArray[np.uint64]:
    """Whole numbers in the order of the floats: the sign turned round, and everything of what is below zero."""
    bits = (values + 0.0).view(np.uint64)  # -0.0 becomes 0.0
    return np.where(bits & _SIGN != 0, ~bits, bits | _SIGN)
