"""The adaptor against a case worked by hand, and what its noise and its masks do."""

from __future__ import annotations

from math import exp

import pytest
import torch

from lmrs_plugins import Encoding, Env
from lmrs_text.encoders.options import WhiteningExperts as Options
from lmrs_text.encoders.whitening_experts import WhiteningExperts


def experts(**options: float) -> WhiteningExperts:
    made = WhiteningExperts(Env(None, widths={"of": 2}), Options(width=1, experts=2, **options))  # type: ignore[arg-type]
    with torch.no_grad():
        made.shift.copy_(torch.tensor([[1.0, 0.0], [0.0, 2.0]]))
        made.weight.copy_(torch.tensor([[[1.0], [1.0]], [[2.0], [-1.0]]]))
        made.gate.copy_(torch.tensor([[1.0, 0.0], [0.0, 0.0]]))
    return made


def test_a_case_worked_by_hand() -> None:
    # x = (3, 1): the first expert gives (3 - 1) + 1 = 3, the second 2 * 3 - (1 - 2) = 7; the gate is softmax(3, 0).
    share = exp(3) / (exp(3) + 1)
    found = experts().eval()(Encoding(vectors=torch.tensor([[3.0, 1.0]])))
    assert found.vectors.item() == pytest.approx(3 * share + 7 * (1 - share), rel=1e-6)


def test_noise_in_training_only_and_the_same_by_seed() -> None:
    made, given = experts(dropout=0.0), Encoding(vectors=torch.randn(5, 2, generator=torch.Generator().manual_seed(1)))
    still = made.eval()(given).vectors
    assert torch.equal(still, made(given).vectors)
    made.train()
    torch.manual_seed(3)
    first = made(given).vectors
    torch.manual_seed(3)
    assert torch.equal(first, made(given).vectors)
    assert not torch.allclose(first, still)


def test_what_is_absent_stays_absent() -> None:
    mask = torch.tensor([True, False])
    found = experts().eval()(Encoding(vectors=torch.ones(2, 2), mask=mask))
    assert found.mask is mask
