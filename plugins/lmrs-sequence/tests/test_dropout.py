"""Dropout with packed random numbers."""

from __future__ import annotations

import pytest
import torch

from lmrs_sequence.encoders.dropout import Dropout


@pytest.mark.parametrize("rate", [0.1, 0.2, 0.5, 0.9])
def test_rate_and_expectation(rate) -> None:
    torch.manual_seed(0)
    x = torch.ones(400, 501, requires_grad=True)
    out = Dropout(rate)(x)
    dropped = (out == 0).float().mean().item()
    assert dropped == pytest.approx(rate, abs=0.006)  # over five standard deviations
    assert out[out != 0].unique().tolist() == [pytest.approx(1 / (1 - rate), rel=1e-3)]
    out.sum().backward()
    torch.testing.assert_close(x.grad, out.detach())


def test_elements_of_one_random_number_are_independent() -> None:
    torch.manual_seed(0)
    kept = (Dropout(0.5)(torch.ones(40_000)) != 0).view(-1, 4).float()
    correlation = torch.corrcoef(kept.T) - torch.eye(4)
    assert correlation.abs().max() < 0.05


def test_the_seed_decides_and_evaluation_is_the_identity() -> None:
    module, x = Dropout(0.3), torch.randn(5, 7)
    draws = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        draws.append(module(x))
    assert torch.equal(draws[0], draws[1])
    assert not torch.equal(draws[0], draws[2])
    assert module.eval()(x) is x
    assert Dropout(0.0)(x) is x
