"""Views that no transform made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import torch

from lmrs_plugins.testing.case import Case
from lmrs_plugins.testing.fake_nodes import FakeNode
from lmrs_plugins.view import View

LENGTHS = (6, 4, 1, 0, 5)
"""Of five sequences: full, padded, a single position, nothing at all, padded."""
LONGEST = max(LENGTHS)


def tensors(view: View) -> View:
    """A view of tensors."""
    return view.map(lambda array: array if isinstance(array, torch.Tensor) else torch.from_numpy(np.asarray(array)))


def sequence_view(case: Case, wires: Mapping[str, list[FakeNode]], asks: Iterable[str]) -> View:
    """Five sequences of rows for a node in context: a field a port, a mask, and mask tokens if it asks for them."""
    rng = np.random.default_rng(4)
    mask = np.arange(LONGEST) < np.array(LENGTHS)[:, None]
    rows, subjects = {}, {}
    for name, port in case.card.takes.items():
        for node in wires[name]:
            field = port.at or node.subject
            rows[field] = rng.integers(0, len(node.table), mask.shape) * mask
            subjects[field] = node.subject
    if not rows:
        rows, subjects = {"item": rng.integers(0, case.bundle.count("item"), mask.shape)}, {"item": "item"}
    special = np.zeros(mask.shape, dtype=np.int64)
    special[0, 2] = special[1, 3] = special[4, 0] = View.MASK
    return tensors(View(rows, subjects, {}, mask, special if "special" in set(asks) else None))


def scrambled(view: View, wires: Mapping[str, list[FakeNode]]) -> View:
    """The view with other rows wherever its mask is false or a special code stands."""
    keep = torch.ones_like(next(iter(view.rows.values()))).bool() if view.mask is None else view.mask
    if view.special is not None:
        keep = keep & (view.special == 0)
    sizes = {node.subject: len(node.table) for nodes in wires.values() for node in nodes}
    changed = {}
    for name, rows in view.rows.items():
        if rows.shape[: keep.ndim] == keep.shape and view.subjects[name] in sizes:
            spread = keep.reshape(keep.shape + (1,) * (rows.ndim - keep.ndim))
            changed[name] = rows.where(spread, (rows + 7) % sizes[view.subjects[name]])
    return view.replace(**changed)


def longer(view: View, by: int = 3) -> View:
    """The view with more padding at the right of each sequence."""
    assert view.mask is not None
    shape = view.mask.shape

    def pad(array: torch.Tensor) -> torch.Tensor:
        if array.shape[:2] != shape:
            return array
        tail = array[:, :1].expand(-1, by, *array.shape[2:])
        return torch.cat([array, tail], 1)

    padded = view.map(pad)
    mask = torch.cat([view.mask, torch.zeros(shape[0], by, dtype=torch.bool)], 1)
    special = None if padded.special is None else torch.cat([view.special, torch.zeros_like(view.special[:, :by])], 1)
    return padded.replace(mask=mask, special=special)
