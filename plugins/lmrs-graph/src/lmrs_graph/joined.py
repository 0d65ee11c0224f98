"""Who is joined with whom, as inputs of an encoder; no torch here."""

from __future__ import annotations

from copy import copy

import numpy as np

from lmrs_graph.adjacency import Adjacency
from lmrs_plugins import Bundle, View


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

    def on(self, bundle: Bundle) -> Joined:
        """With the items that have been added since, with whom nobody is joined."""
        offsets, nodes = self._fields["offsets"], bundle.count("user") + bundle.count("item")
        found = copy(self)
        found._fields = {**self._fields, "offsets": np.pad(offsets, (0, nodes + 1 - len(offsets)), mode="edge")}
        return found
