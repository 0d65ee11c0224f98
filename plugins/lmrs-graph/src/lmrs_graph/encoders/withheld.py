"""What the messages of a step are not to know."""

from __future__ import annotations

import torch
from torch import Tensor

from lmrs_plugins import Step


class Withheld:
    """Nodes and edges that a draw asks about, kept from an encoder for that step.

    The draw's view `hidden` names nodes whose own vectors are as absent; its views `head` and `tail` name the ends of
    edges, and no edge between the two is walked, whatever its relation and direction. A step without these views
    withholds nothing.
    """

    def __init__(self, draw: str, subject: str) -> None:
        self._draw, self._subject = draw, subject

    def nodes(self, step: Step | None) -> Tensor | None:
        """(k,) hidden rows; None for none."""
        return self._rows(step, "hidden")

    def walked(self, step: Step | None, one: Tensor, other: Tensor) -> Tensor | None:
        """Where an edge between two rows may be walked, of their shape; None for everywhere."""
        head, tail = self._rows(step, "head"), self._rows(step, "tail")
        if head is None or tail is None:
            return None
        many = 1 + torch.stack([one.max(), other.max(), head.max(), tail.max()]).max() if one.numel() else 1
        return ~torch.isin(_pair(one, other, many), _pair(head, tail, many))

    def _rows(self, step: Step | None, view: str) -> Tensor | None:
        name = f"{self._draw}.{view}"
        if not self._draw or step is None or not step.has(name):
            return None
        rows: Tensor = step.view(name)[self._subject]
        return rows.flatten()


def _pair(one: Tensor, other: Tensor, many: Tensor | int) -> Tensor:
    """A number for two rows, whichever comes first."""
    return torch.minimum(one, other) * many + torch.maximum(one, other)
