"""Which colours the patches of a picture have. No torch here."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_LEVELS = 4
COLOURS = _LEVELS**3
"""Red, green and blue at four levels each."""


def grid(size: tuple[int, int], patch: tuple[int, int]) -> tuple[int, int]:
    """Whole patches from top to bottom and from left to right, of a picture of this height and width."""
    return size[0] // patch[0], size[1] // patch[1]


def by_patch(pixels: npt.NDArray[np.uint8], patch: tuple[int, int]) -> npt.NDArray[np.uint8]:
    """(n, patches, 3, height * width) of (n, 3, …) pixels, patches in rows from the top left; what is over is cut."""
    (high, wide), number = grid((pixels.shape[2], pixels.shape[3]), patch), len(pixels)
    cut = pixels[:, :, : high * patch[0], : wide * patch[1]].reshape(number, 3, high, patch[0], wide, patch[1])
    return cut.transpose(0, 2, 4, 1, 3, 5).reshape(number, high * wide, 3, -1)


def distribution(pixels: npt.NDArray[np.uint8], patch: tuple[int, int]) -> npt.NDArray[np.float32]:
    """(n, patches, COLOURS) share of each patch's pixels that have each colour."""
    parts = by_patch(pixels, patch).astype(np.int64) * _LEVELS // 256
    codes = (parts[:, :, 0] * _LEVELS + parts[:, :, 1]) * _LEVELS + parts[:, :, 2]
    number, patches, area = codes.shape
    places = np.arange(number * patches)[:, None] * COLOURS + codes.reshape(-1, area)
    counts = np.bincount(places.ravel(), minlength=number * patches * COLOURS)
    shares: npt.NDArray[np.float32] = (counts / area).astype(np.float32)
    return shares.reshape(number, patches, COLOURS)


def covered(
    pixels: npt.NDArray[np.uint8], hidden: npt.NDArray[np.bool_], patch: tuple[int, int], colour: tuple[int, ...]
) -> npt.NDArray[np.uint8]:
    """The pictures with their hidden patches (n, patches) in one colour."""
    high, wide = grid((pixels.shape[2], pixels.shape[3]), patch)
    over = hidden.reshape(-1, high, wide).repeat(patch[0], 1).repeat(patch[1], 2)
    cover = np.zeros((len(pixels), *pixels.shape[2:]), dtype=bool)
    cover[:, : over.shape[1], : over.shape[2]] = over
    return np.where(cover[:, None], np.array(colour, dtype=np.uint8)[:, None, None], pixels)
