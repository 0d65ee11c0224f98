"""The chunked cross-entropy against torch's own."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from lmrs_sequence.objectives import cross_entropy
from lmrs_sequence.objectives.cross_entropy import full_cross_entropy


def problem(dtype=torch.float64, m=7, n=11, d=5):
    torch.manual_seed(0)
    queries = torch.randn(m, d, dtype=dtype, requires_grad=True)
    table = torch.randn(n, d, dtype=dtype, requires_grad=True)
    return queries, table, torch.randint(0, n, (m,))


@pytest.mark.parametrize("scores", [1, 25, 1 << 19])
@pytest.mark.parametrize("smoothing", [0.0, 0.3])
def test_loss_and_gradients_are_those_of_torch(monkeypatch, scores, smoothing) -> None:
    monkeypatch.setattr(cross_entropy, "CPU_SCORES", scores)  # chunks of one query, of two, and all at once
    queries, table, target = problem()
    ours = full_cross_entropy(queries, table, target, smoothing=smoothing)
    theirs = functional.cross_entropy(queries @ table.T, target, reduction="sum", label_smoothing=smoothing)
    torch.testing.assert_close(ours, theirs)
    for mine, right in zip(
        torch.autograd.grad(3 * ours, (queries, table)), torch.autograd.grad(3 * theirs, (queries, table)), strict=True
    ):
        torch.testing.assert_close(mine, right)


@pytest.mark.parametrize("smoothing", [0.0, 0.3])
def test_unknown_rows_take_no_part(smoothing) -> None:
    queries, table, _ = problem()
    known = torch.tensor([True] * 6 + [False] * 5)
    target = torch.tensor([0, 1, 2, 3, 4, 5, 0])
    masked = full_cross_entropy(queries, table, target, known, smoothing)
    cut = functional.cross_entropy(queries @ table[:6].T, target, reduction="sum", label_smoothing=smoothing)
    torch.testing.assert_close(masked, cut)
    queries_grad, table_grad = torch.autograd.grad(masked, (queries, table))
    torch.testing.assert_close(queries_grad, torch.autograd.grad(cut, queries)[0])
    assert not table_grad[6:].any()


def test_large_scores_stay_finite() -> None:
    queries, table, target = problem(torch.float32)
    loss = full_cross_entropy(queries * 1e4, table * 1e4, target)
    theirs = functional.cross_entropy((queries * 1e4) @ (table * 1e4).T, target, reduction="sum")
    torch.testing.assert_close(loss, theirs)
    assert loss.isfinite()


@pytest.mark.parametrize("frozen", ["queries", "table"])
def test_what_is_frozen_gets_no_gradient(frozen) -> None:
    queries, table, target = problem()
    (queries if frozen == "queries" else table).requires_grad_(False)
    full_cross_entropy(queries, table, target).backward()
    assert (queries.grad is None) == (frozen == "queries")
    assert (table.grad is None) == (frozen == "table")


def test_nothing_to_predict_is_a_loss_of_zero() -> None:
    queries, table, _ = problem(m=0)
    loss = full_cross_entropy(queries, table, torch.empty(0, dtype=torch.long))
    loss.backward()
    assert loss == 0
    assert not table.grad.any()


def test_half_precision_sums_in_full(monkeypatch) -> None:
    monkeypatch.setattr(cross_entropy, "CPU_SCORES", 64)
    queries, table, target = problem(torch.float32, m=200)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = full_cross_entropy(queries, table, target)
    loss.backward()
    right = functional.cross_entropy(queries @ table.T, target, reduction="sum")
    assert loss.dtype == torch.float32
    assert queries.grad.dtype == table.grad.dtype == torch.float32
    torch.testing.assert_close(loss, right, rtol=0.01, atol=0.0)
    torch.testing.assert_close(table.grad, torch.autograd.grad(right, table)[0], rtol=0.05, atol=0.3)
