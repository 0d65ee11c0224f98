"""Ids of a subject, in the order of their rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from lmrs_plugins.errors import InputError


@dataclass(frozen=True)
class Vocabulary:
    """The ids of one subject; row `r` is `ids[r]`. Ids are strings, as in the data files.

    A vocabulary grows only by whole blocks at its end, so a row never changes its meaning: `blocks` holds their sizes,
    and a module keeps one parameter a block. `late` is the number of rows at the end that came after all training.
    """

    subject: str
    ids: Sequence[str]
    blocks: tuple[int, ...] = field(default=())
    late: int = 0

    def __post_init__(self) -> None:
        if not self.blocks:
            object.__setattr__(self, "blocks", (len(self.ids),))
        if sum(self.blocks) != len(self.ids):
            raise ValueError(f"{self.subject}: blocks {self.blocks} do not add up to {len(self.ids)} ids")

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def _row_of(self) -> dict[str, int]:
        return {id_: row for row, id_ in enumerate(self.ids)}

    def __contains__(self, id_: str) -> bool:
        return id_ in self._row_of

    def rows(self, ids: Iterable[str]) -> npt.NDArray[np.int64]:
        """Rows of these ids, (n,).

        Raises
        ------
        InputError
            An id is unknown; the message names the first and counts the rest.
        """
        wanted = list(ids)
        unknown = [id_ for id_ in wanted if id_ not in self._row_of]
        if unknown:
            more = f" and {len(unknown) - 1} more" if len(unknown) > 1 else ""
            raise InputError(f"unknown {self.subject} {unknown[0]!r}{more}: not among the {len(self)} of this data set")
        return np.fromiter((self._row_of[id_] for id_ in wanted), dtype=np.int64, count=len(wanted))

    def grown(self, ids: Sequence[str], late: bool = False) -> Vocabulary:
        """This vocabulary with one more block, which a stage is going to train, or which is too late for that."""
        return Vocabulary(self.subject, [*self.ids, *ids], (*self.blocks, len(ids)), self.late + len(ids) * late)

    @cached_property
    def digest(self) -> str:
        """sha256 over ids and blocks: what an artifact is aligned to."""
        digest = hashlib.sha256(repr(self.blocks).encode())
        for id_ in self.ids:
            digest.update(id_.encode() + b"\0")
        return digest.hexdigest()
