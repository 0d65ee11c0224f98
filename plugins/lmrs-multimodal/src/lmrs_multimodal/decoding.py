"""From the bytes of a picture file to pixels, by Pillow. No torch here: this runs in the loader's workers."""

from __future__ import annotations

import io
import multiprocessing
import os
import struct
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt
from PIL import Image

from lmrs_multimodal.architecture import Architecture

FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP")
"""Those that Pillow reads by itself, without another program, and that shops have."""
MOST_PIXELS = 64_000_000
"""Of one picture. A larger one is refused by what its header says, before any of it is decoded."""
_SPARE = 16
"""Times what is kept that a picture may grow to on the way."""
_BROKEN = (
    *(OSError, ValueError, SyntaxError, TypeError, KeyError, IndexError, EOFError, OverflowError, MemoryError),
    *(struct.error, Image.DecompressionBombError, Image.DecompressionBombWarning),
)
"""What Pillow raises at files that are no pictures, or no whole ones."""
_THREADS = 8
"""At most: each may hold a picture of `MOST_PIXELS`, which is 192 MB."""

Box = tuple[float, float, float]
Pixels = npt.NDArray[np.uint8]


class BrokenPictureError(Exception):
    """Bytes that give no pixels, and why: `not a picture`."""


def check(data: bytes) -> None:
    """Look at the header, and at the rest where the end is missing.

    Raises
    ------
    BrokenPictureError
        It is of no format that is read, is cut off or is larger than `MOST_PIXELS`.
    """
    with _quiet(), _opened(data) as picture:
        if not _ends(data, picture.format or ""):
            _loaded(picture)


def each(asked: Sequence[tuple[bytes, Box | None]], look: Architecture) -> list[Pixels | BrokenPictureError]:
    """`pixels` of several files, or what is wrong with one, in as many threads as torch would take.

    Pillow decodes and resizes outside of Python's lock. In a loader's worker there is one thread: the workers are many.
    """

    def one(said: tuple[bytes, Box | None]) -> Pixels | BrokenPictureError:
        try:
            return _pixels(said[0], look, said[1])
        except BrokenPictureError as broken:
            return broken

    number = min(_threads(), _THREADS, len(asked))
    with _quiet():  # not in the threads: what is silenced is the whole process's
        if number < 2:
            return [one(said) for said in asked]
        with ThreadPoolExecutor(number) as pool:
            return list(pool.map(one, asked))


def pixels(data: bytes, look: Architecture, box: Box | None = None) -> Pixels:
    """(3, height, width) of one picture, as open_clip's transforms for evaluation make them, before they are scaled.

    Of an animation the first frame counts; transparency is left out, and other colours than RGB become it.

    Parameters
    ----------
    box
        Part of the picture to take, in training: its share of the area, and its place from left and top, each 0 to 1.

    Raises
    ------
    BrokenPictureError
        As `check`, or the bytes in the middle are damaged.
    """
    with _quiet():
        return _pixels(data, look, box)


def _pixels(data: bytes, look: Architecture, box: Box | None) -> Pixels:
    with _opened(data) as picture:
        image = _loaded(picture)
        try:
            return _fitted(image if box is None else _part(image, box), look)
        except _BROKEN as error:
            raise BrokenPictureError(_line(error)) from None


def _threads() -> int:
    if multiprocessing.parent_process() is not None:
        return 1
    said = os.environ.get("OMP_NUM_THREADS", "")
    return int(said) if said.isdecimal() and int(said) else os.cpu_count() or 1


@contextmanager
def _quiet() -> Iterator[None]:
    """What Pillow warns of in odd files is no news to the user: they count as broken, or are read."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _opened(data: bytes) -> Image.Image:
    try:
        picture = Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.UnidentifiedImageError:
        raise BrokenPictureError("not a picture") from None
    except _BROKEN as error:
        raise BrokenPictureError(_line(error)) from None
    width, height = picture.size
    if width < 1 or height < 1 or width * height > MOST_PIXELS:
        raise BrokenPictureError(f"{width} x {height} pixels, and more than {MOST_PIXELS} are not decoded")
    return picture


def _loaded(picture: Image.Image) -> Image.Image:
    """In RGB."""
    try:
        picture.load()
        if picture.mode.startswith("I"):  # 16 bits a pixel, which conversion would cut at 255
            grey = (np.asarray(picture).astype(np.int64) >> 8).clip(0, 255).astype(np.uint8)
            return Image.fromarray(grey).convert("RGB")
        return picture.convert("RGB")
    except _BROKEN as error:
        raise BrokenPictureError(_line(error)) from None


def _part(image: Image.Image, box: Box) -> Image.Image:
    area, across, down = box
    width, height = (max(1, round(side * area**0.5)) for side in image.size)
    left, top = round((image.width - width) * across), round((image.height - height) * down)
    return image.crop((left, top, left + width, top + height))


def _fitted(image: Image.Image, look: Architecture) -> Pixels:
    high, wide = look.size
    if look.resize == "squash":
        return _array(image.resize((wide, high), Image.Resampling.BICUBIC))
    ratios = image.width / wide, image.height / high
    if look.resize == "shortest" and wide == high:
        short = min(image.size)
        size = tuple(int(wide * side / short) for side in image.size)
    else:
        ratio = min(ratios) if look.resize == "shortest" else max(ratios)
        size = tuple(max(1, round(side / ratio)) for side in image.size)
    if size[0] * size[1] > _SPARE * wide * high:
        # A line of 1 x 20,000 pixels would become one of 224 x 4,480,000, most of which is cut: take what stays.
        across, down = wide * min(ratios), high * min(ratios)
        left, top = (image.width - across) / 2, (image.height - down) / 2
        box = (max(0.0, left), max(0.0, top), min(left + across, image.width), min(top + down, image.height))
        return _array(image.resize((wide, high), Image.Resampling.BICUBIC, box=box))
    image = image.resize(size, Image.Resampling.BICUBIC)
    left, top = round((image.width - wide) / 2), round((image.height - high) / 2)
    if look.resize == "shortest":
        return _array(image.crop((left, top, left + wide, top + high)))
    canvas = Image.new("RGB", (wide, high), (look.fill,) * 3)
    canvas.paste(image, (-left, -top))
    return _array(canvas)


def _array(image: Image.Image) -> Pixels:
    return np.ascontiguousarray(np.asarray(image).transpose(2, 0, 1))


def _ends(data: bytes, kind: str) -> bool:
    """Whether the end of a file is there, as far as its format says how it ends."""
    if kind == "JPEG":
        return data.rstrip(b"\0").endswith(b"\xff\xd9")
    if kind == "PNG":
        return b"IEND" in data[-16:]
    if kind == "GIF":
        return data.endswith(b";")
    size = int.from_bytes(data[4:8] if kind == "WEBP" else data[2:6], "little") + (8 if kind == "WEBP" else 0)
    return 0 < size <= len(data) + 1


def _line(error: BaseException) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
