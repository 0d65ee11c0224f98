"""The step as a node sees it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from lmrs_plugins.testing.case import Case, ConformanceError
from lmrs_plugins.testing.fake_nodes import FakeNode
from lmrs_plugins.view import View


class InStep:
    """The `step` that a node may ask for: index, mode, randomness and its own ports; it stands on no draw."""

    index = 0

    def __init__(self, case: Case, nodes: Mapping[str, list[FakeNode]], training: bool) -> None:
        self.training = training
        self.generator = torch.Generator().manual_seed(0)
        self._case, self._nodes = case, nodes

    def get(self, port: str, view: str | View = "") -> Any:
        """The encoding on one of its ports, through a view that it made, or the whole table."""
        takes = self._case.card.takes
        if port not in takes:
            raise ConformanceError(f"it gets {port!r}, which is no port of its card: add it to `takes`")
        if isinstance(view, str) and view:
            raise ConformanceError(f"it looks through the view {view!r} of a draw: a node works on what it is given")
        found = [node.encode(takes[port], view or None) for node in self._nodes[port]]
        return found if takes[port].many else found[0]

    def has(self, name: str) -> bool:
        """No draw, no views."""
        return False

    def candidates(self) -> None:
        """None: nothing is scored."""
