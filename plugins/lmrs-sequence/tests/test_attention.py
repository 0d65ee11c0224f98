"""Attention on the CPU loses nothing to half precision."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from lmrs_sequence.encoders.attention import attention

ALLOWED = torch.arange(7)[None, None, None] < torch.tensor([7, 3])[:, None, None, None]


@pytest.mark.parametrize(("allowed", "causal"), [(None, True), (ALLOWED, False)], ids=["causal", "masked"])
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32, torch.float64])
def test_is_torchs_in_at_least_single_precision(dtype, allowed, causal) -> None:
    parts = [torch.randn(2, 2, 7, 4, dtype=dtype, requires_grad=True) for _ in range(3)]
    exact = [part.detach().to(torch.promote_types(dtype, torch.float32)).requires_grad_() for part in parts]
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=dtype == torch.bfloat16):
        found = attention(*parts, allowed, 0.0, causal)
    wanted = functional.scaled_dot_product_attention(*exact, allowed, is_causal=causal)
    assert torch.equal(found, wanted)
    found.square().sum().backward()
    wanted.square().sum().backward()
    for part, whole in zip(parts, exact, strict=True):
        assert torch.equal(part.grad, whole.grad.to(dtype))
