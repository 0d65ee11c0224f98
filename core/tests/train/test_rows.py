"""Sparse gradients: the rows of a step, and no others."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional

from lmrs.train.rows import Adam, AdamW, dense_of

OPTIMIZERS = {"adam": (Adam, torch.optim.Adam), "adamw": (AdamW, torch.optim.AdamW)}


def table() -> nn.Parameter:
    return nn.Parameter(torch.randn(6, 3, generator=torch.Generator().manual_seed(1)))


def backward(parameter: nn.Parameter, rows: list[int], step: int, sparse: bool) -> None:
    """A gradient that differs by row and step."""
    found = functional.embedding(torch.tensor(rows), parameter, sparse=sparse)
    (found * torch.arange(1.0, 1.0 + found.numel()).reshape(found.shape).sin() * (step + 1)).sum().backward()


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_with_every_row_in_every_step_it_is_torchs(kind: str) -> None:
    ours, theirs = OPTIMIZERS[kind]
    mine, other = table(), table()
    sparse = ours([mine], lr=0.1, weight_decay=0.2, fused=True)
    dense = theirs([other], lr=0.1, weight_decay=0.2, fused=True)
    for step in range(5):
        backward(mine, [3, 0, 1, 2, 5, 4, 3], step, sparse=True)
        backward(other, [3, 0, 1, 2, 5, 4, 3], step, sparse=False)
        sparse.step()
        dense.step()
        sparse.zero_grad()
        dense.zero_grad()
    torch.testing.assert_close(mine, other)
    for name in ("step", "exp_avg", "exp_avg_sq"):
        torch.testing.assert_close(sparse.state[mine][name], dense.state[other][name])


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_rows_that_were_not_looked_up_stay_as_they_are(kind: str) -> None:
    ours, theirs = OPTIMIZERS[kind]
    mine, other, before = table(), table(), table()
    sparse, dense = ours([mine], lr=0.1, weight_decay=0.2, fused=True), theirs([other], lr=0.1, weight_decay=0.2)
    backward(mine, [4, 1, 4], 0, sparse=True)
    backward(other, [4, 1, 4], 0, sparse=False)
    sparse.step()
    dense.step()
    torch.testing.assert_close(mine[[1, 4]], other[[1, 4]])
    assert torch.equal(mine[[0, 2, 3, 5]], before[[0, 2, 3, 5]])
    backward(mine, [2], 1, sparse=True)
    moved = mine.detach().clone()
    sparse.step()
    assert torch.equal(mine[[0, 1, 3, 4, 5]], moved[[0, 1, 3, 4, 5]])


def test_dense_gradients_are_torchs_to_the_last_bit() -> None:
    mine, other = table(), table()
    ours, theirs = AdamW([mine], lr=0.1, fused=True), torch.optim.AdamW([other], lr=0.1, fused=True)
    for step in range(3):
        for parameter, optimizer in ((mine, ours), (other, theirs)):
            optimizer.zero_grad()
            backward(parameter, [1, 2], step, sparse=False)
            optimizer.step()
    assert torch.equal(mine, other)


def test_clipping_goes_by_the_norm_of_all_rows() -> None:
    (mine, bias), (other, same) = (table(), nn.Parameter(torch.ones(2))), (table(), nn.Parameter(torch.ones(2)))
    for parameter, one, sparse in ((mine, bias, True), (other, same, False)):
        backward(parameter, [1, 1, 5], 3, sparse)
        (one * 4).sum().backward()
    norm = nn.utils.clip_grad_norm_(dense_of([mine, bias]), 0.5)
    assert float(norm) == pytest.approx(float(nn.utils.clip_grad_norm_([other, same], 0.5)))
    assert mine.grad is not None
    assert other.grad is not None
    torch.testing.assert_close(mine.grad.to_dense(), other.grad)
    torch.testing.assert_close(bias.grad, same.grad)
