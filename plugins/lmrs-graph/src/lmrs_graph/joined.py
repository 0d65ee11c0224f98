"""Who is joined with whom, as inputs of an encoder; no torch here."""

from __future__ import annotations

import numpy as np

from lmrs_graph.adjacency import Adjacency
from lmrs_plugins import View


class Joined:
    """Who is joined with whom by training events, users before items."""

    def __init__(self, adjacency: Adjacency) -> None:
        # Places of 32 bits are what sparse products on the CPU take without a copy.
        kind = np.int32 if len(adjacency.columns) < 2**31 else np.int64
        self._fields = {
            "offsets": adjacency.offsets.astype(kind),
            "columns": adjacency.columns.astype(kind),
            "weight": adjacency.normalised(),
        }

    def whole(self) -> View:
        """`offsets` (n + 1,), `columns` and `weight` (e,) of the symmetric matrix of all users and items."""
        return View(values=self._fields)
