"""Who is joined with whom, as inputs of an encoder; no torch here."""

from __future__ import annotations

from lmrs_graph.adjacency import Adjacency
from lmrs_plugins import View


class Joined:
    """Who is joined with whom by training events, users before items."""

    def __init__(self, adjacency: Adjacency) -> None:
        self._fields = {
            "offsets": adjacency.offsets,
            "columns": adjacency.columns,
            "weight": adjacency.normalised(),
        }

    def whole(self) -> View:
        """`offsets` (n + 1,), `columns` and `weight` (e,) of the symmetric matrix of all users and items."""
        return View(values=self._fields)
