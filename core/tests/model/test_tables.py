"""Whole tables are what their pieces were: states as states, texts as long as the longest."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from lmrs.model.graph import Graph, Node
from lmrs.model.plan import NodePlan
from lmrs.model.tables import whole_tables
from lmrs_plugins import Encoding, Ragged, View

LENGTHS = [1, 2, 3, 4, 2]


class Texts:
    """Row r has LENGTHS[r] words, all r, padded to the longest that is asked for."""

    def rows(self, rows, rng=None):
        words = Ragged.of([[row] * LENGTHS[row] for row in rows])
        padded, mask = words.padded(int(words.lengths.max()))
        return View(values={"words": padded}, mask=mask)


class Words(nn.Module):
    width = 2

    def __init__(self, masked: bool) -> None:
        super().__init__()
        self._masked = masked

    def forward(self, words: torch.Tensor, mask: torch.Tensor) -> Encoding:
        states = words[..., None].float().repeat(1, 1, 2)
        return Encoding(states=states, mask=mask if self._masked else None, logits=states)


def table(masked: bool, chunk: int) -> Encoding:
    plan = NodePlan("text", "rows", {"": "item"}, {}, Texts(), len(LENGTHS))
    graph = Graph([Node.of(plan, Words(masked), {})])
    return whole_tables(graph, ["text"], torch.device("cpu"), chunk=chunk)["text"]


def test_states_stay_states_whatever_the_chunk() -> None:
    whole, pieces = table(True, 9), table(True, 2)
    assert pieces.vectors is None
    assert pieces.states.shape == pieces.logits.shape == (5, 4, 2)
    assert torch.equal(whole.mask, pieces.mask)
    assert pieces.mask.sum(1).tolist() == LENGTHS
    assert torch.equal(whole.states * whole.mask[..., None], pieces.states * pieces.mask[..., None])


def test_what_is_lengthened_is_masked() -> None:
    mask = table(False, 1).mask
    assert np.array_equal(mask.sum(1), LENGTHS)
    assert table(False, 9).mask is None
