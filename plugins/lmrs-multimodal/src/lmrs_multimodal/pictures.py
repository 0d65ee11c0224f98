"""The pictures of rows: where they are missing or broken, and their pixels. No torch here."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import blake2b

import numpy as np
import numpy.typing as npt
import PIL
import pyarrow as pa

from lmrs_multimodal.architecture import Architecture
from lmrs_multimodal.decoding import Box, BrokenPictureError, Pixels, check, each
from lmrs_plugins import Bundle, View

log = logging.getLogger("lmrs").getChild("multimodal")
_NAMED = 3
_KEPT = 1 << 28
"""Bytes of pixels that each process keeps, so that small pictures are decoded once and not in every epoch."""


@dataclass(frozen=True)
class Pictures:
    """Encoded files by row; they are decoded where they are asked for, in the loader's workers.

    Parameters
    ----------
    files
        (rows,) Arrow binary, `b""` for none.
    usable
        (rows,) whether there is one that its header, and the end of the file, let one expect to be whole.
    look
        How the model wants them.
    subject
        Whose they are.
    crop
        Smallest share of the area of a random part that is taken in training; 1: always all of it.
    """

    files: pa.Array
    usable: npt.NDArray[np.bool_]
    look: Architecture
    subject: str
    crop: float = 1.0
    _decoded: dict[int, npt.NDArray[np.uint8]] = field(default_factory=dict, repr=False, compare=False)

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "_decoded": {}}

    @staticmethod
    def of(bundle: Bundle, subject: str, look: Architecture, crop: float = 1.0) -> Pictures:
        """Look at the header of each picture; what cannot be used is counted, and said once."""
        bundle.require(f"image.{subject}")
        files = bundle.images[subject]
        return Pictures(files, _usable(bundle, subject, files), look, subject, crop)

    def on(self, bundle: Bundle) -> Pictures:
        """With the rows that have been added since, at the end."""
        files, known = bundle.images[self.subject], len(self.files)
        if len(files) == known:
            return self
        usable = np.concatenate([self.usable, _usable(bundle, self.subject, files.slice(known), known)])
        return replace(self, files=files, usable=usable, _decoded={})

    def rows(self, rows: npt.NDArray[np.int64], rng: np.random.Generator | None = None) -> View:
        """`pixels` (n, 3, height, width) uint8, and `there` (n,): false where a row has no picture, or a broken one."""
        found = np.zeros((len(rows), 3, *self.look.size), dtype=np.uint8)
        there = self.usable[rows]
        drawn = None if rng is None or self.crop >= 1 else rng.random((len(rows), 3))
        places = np.flatnonzero(there)
        boxes: list[Box | None] = [None] * len(places)
        if drawn is not None:
            boxes = [(self.crop + (1 - self.crop) * drawn[place, 0], *drawn[place, 1:]) for place in places]
        for place, made in zip(places, self._pixels(rows[places].tolist(), boxes), strict=True):
            if isinstance(made, BrokenPictureError):
                there[place] = False
                log.debug("multimodal: the picture of row %d of %s: %s", rows[place], self.subject, made)
            else:
                found[place] = made
        return View(values={"pixels": found, "there": there})

    def _pixels(self, rows: list[int], boxes: list[Box | None]) -> list[Pixels | BrokenPictureError]:
        found = [None if box else self._decoded.get(row) for row, box in zip(rows, boxes, strict=True)]
        new = [place for place, known in enumerate(found) if known is None]
        made = each([(self.files[rows[place]].as_py(), boxes[place]) for place in new], self.look)
        for place, one in zip(new, made, strict=True):
            if boxes[place] is None and not isinstance(one, BrokenPictureError):
                self._keep(rows[place], one)
        left = iter(made)
        return [next(left) if known is None else known for known in found]

    def _keep(self, row: int, made: Pixels) -> None:
        if (len(self._decoded) + 1) * made.nbytes <= _KEPT:
            self._decoded[row] = made

    def cost(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """One for each picture: all are of one size."""
        return self.usable[rows].astype(np.int64)

    def keys(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.bytes_]:
        """(n,) digests of the file and of what becomes of it, `b""` where there is none to be used."""
        look = self.look
        how = blake2b(repr((look.size, look.resize, look.fill, PIL.__version__)).encode(), digest_size=16).digest()
        usable = self.usable[rows]
        found = [
            blake2b(self.files[row].as_buffer(), key=how, digest_size=16).digest() if there else b""
            for row, there in zip(rows.tolist(), usable.tolist(), strict=True)
        ]
        return np.array(found, dtype="S16")


def _usable(bundle: Bundle, subject: str, files: pa.Array, first: int = 0) -> npt.NDArray[np.bool_]:
    usable, broken = np.zeros(len(files), dtype=bool), []
    for row, file in enumerate(files):
        data = file.as_py()
        if not data:
            continue
        try:
            check(data)
            usable[row] = True
        except BrokenPictureError as problem:
            broken.append((first + row, str(problem)))
    if broken:
        _note(_counted(bundle, subject, broken, len(broken) + int(usable.sum())))
    return usable


def _counted(bundle: Bundle, subject: str, broken: Sequence[tuple[int, str]], number: int) -> str:
    ids = bundle.vocabularies[subject].ids
    named = "; ".join(f"{ids[row]}: {why}" for row, why in broken[:_NAMED])
    more = "; …" if len(broken) > _NAMED else ""
    return (
        f"multimodal: {len(broken)} of {number} pictures of {subject} in {bundle.name!r} cannot be used and count as "
        f"missing ({named}{more})"
    )


@cache
def _note(text: str) -> None:
    """Say it once, however often the same data are read."""
    log.warning(text)
