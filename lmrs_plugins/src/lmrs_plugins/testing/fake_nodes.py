"""Nodes for a component to be wired to: what they give of a row depends on that row alone."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from lmrs_plugins.bundle import Bundle
from lmrs_plugins.encoding import Encoding
from lmrs_plugins.ports import Port
from lmrs_plugins.testing.surroundings import rows_of
from lmrs_plugins.view import View

WIDTH = 24
"""Divisible by the usual numbers of heads."""
ABSENT = 5
"""Every so many rows of a table have no vector."""
TOKENS = 3
"""Most tokens of a row, of a node that gives states of rows."""


@dataclass
class FakeNode:
    """A table of vectors, of which every fifth row is absent; its states are vectors with a position added.

    Parameters
    ----------
    table
        (rows, d), a leaf: what reaches it is seen from its gradient.
    there
        (rows,)
    subject
        Whose rows they are; for a sequence, the subject of what it is a sequence of.
    noise
        What stands where the mask is false.
    """

    table: Tensor
    there: Tensor
    subject: str
    noise: float = 0.0
    masked: bool = True

    @staticmethod
    def of(port: Port, bundle: Bundle, seed: int, width: int = WIDTH, masked: bool = True) -> FakeNode:
        """For a port. A subject without rows of its own (a history, a variable) is fed by items."""
        subject = port.subject if rows_of(bundle, port.subject) is not None else "item"
        rows = rows_of(bundle, subject)
        assert rows is not None
        generator = torch.Generator().manual_seed(1000 + seed)
        table = torch.randn(rows, width, generator=generator).requires_grad_()
        return FakeNode(table, torch.arange(rows) % ABSENT != 1 + seed % 3, subject, masked=masked)

    def whole(self) -> Encoding:
        """The whole table."""
        return self._noisy(self.table, self.there if self.masked else None)

    def vectors(self, rows: Tensor, view: View) -> Encoding:
        """Vectors at the rows of a field, with the view's mask, as the host gathers them."""
        mask = self.there[rows] if self.masked else None
        if view.special is not None and view.special.shape == rows.shape[: view.special.ndim]:
            mask = None if mask is None else mask | _spread(view.special > 0, rows)
        if view.mask is not None and view.mask.shape == rows.shape[: view.mask.ndim]:
            padding = _spread(view.mask, rows).expand(rows.shape)
            mask = padding if mask is None else mask & padding
        return self._noisy(self.table[rows], mask)

    def states(self, rows: Tensor, view: View) -> Encoding:
        """(B, L, d) states of a sequence of rows."""
        place = 0.1 * torch.arange(rows.shape[1])
        return self._noisy(self.table[rows] + place[:, None], view.mask)

    def tokens(self, rows: Tensor) -> Encoding:
        """(n, 3, d) states of rows: one to three tokens each, none where a row is absent."""
        place = torch.arange(TOKENS)
        mask = (place < 1 + rows[:, None] % TOKENS) & self.there[rows][:, None] if self.masked else None
        found = self._noisy(self.table[rows][:, None] + 0.1 * place[:, None], mask)
        return Encoding(states=found.main, mask=mask)

    def _noisy(self, values: Tensor, mask: Tensor | None) -> Encoding:
        if mask is not None:
            values = values.where(mask.unsqueeze(-1), torch.full_like(values, self.noise) if self.noise else values)
        return Encoding(vectors=values, mask=mask)

    def encode(self, port: Port, view: View | None) -> Encoding:
        """What a component gets on this port when it looks through a view; None for the whole table."""
        if view is None:
            return self.whole()
        field = view.field_of(self.subject, port.at)
        if port.form == "vectors" and not _is_sequence(port, self.subject):
            return self.vectors(view[field], view)
        if port.form == "states" and view[field].ndim == 1:
            return self.tokens(view[field])
        states = self.states(view[field], view)
        if port.form == "vectors":
            there = torch.ones(states.main.shape[:2]).bool() if states.mask is None else states.mask
            total = (states.main * there.unsqueeze(-1)).sum(1)
            return Encoding(vectors=total, mask=there.any(1) if self.masked else None)
        logits = states.main @ self.table.T if port.form == "logits" else None
        return Encoding(states=states.main, mask=states.mask, logits=logits)


def _is_sequence(port: Port, subject: str) -> bool:
    return port.subject != subject and not port.subject.startswith("$")


def _spread(keep: Tensor, rows: Tensor) -> Tensor:
    return keep.reshape(keep.shape + (1,) * (rows.ndim - keep.ndim))
