"""Fusions say what they do with what is missing."""

from __future__ import annotations

import pytest
import torch

from lmrs.builtin.fusions.gate import Gate
from lmrs.builtin.fusions.sum import Sum
from lmrs.builtin.options import Gate as GateOptions
from lmrs_plugins import Encoding, Env, InputError
from lmrs_plugins.testing.generated import generated_bundle


def env(*widths: int) -> Env:
    """Surroundings of a fusion of inputs of these widths."""
    return Env(bundle=generated_bundle(), widths={"of": list(widths)})


def encoding(values: list[list[float]], mask: list[bool] | None = None) -> Encoding:
    """Vectors, and which of them are there."""
    return Encoding(vectors=torch.tensor(values), mask=None if mask is None else torch.tensor(mask))


def test_sum_leaves_out_what_is_absent() -> None:
    one, other = (
        encoding([[1.0], [2.0], [4.0]], [True, True, False]),
        encoding([[10.0], [20.0], [40.0]], [True, False, False]),
    )
    found = Sum(env(1, 1))([one, other])
    assert found.main[:, 0].tolist() == [11, 2, 0]
    assert found.mask is not None
    assert found.mask.tolist() == [True, True, False]


def test_sum_of_unequal_widths_is_refused() -> None:
    with pytest.raises(InputError, match="widths \\[1, 2\\]"):
        Sum(env(1, 2))


def test_gate_gives_an_absent_input_no_weight() -> None:
    torch.manual_seed(0)
    gate = Gate(env(2, 3), GateOptions(width=4))
    there = torch.randn(5, 2)
    mask = torch.tensor([False] * 5)
    first = gate([Encoding(vectors=there), Encoding(vectors=torch.randn(5, 3), mask=mask)])
    second = gate([Encoding(vectors=there), Encoding(vectors=torch.randn(5, 3) * 100, mask=mask)])
    torch.testing.assert_close(first.main, second.main)
    torch.testing.assert_close(first.main, gate.projections[0](there))
    assert first.mask is not None
    assert first.mask.all()


def test_gate_of_nothing_is_nothing() -> None:
    gate = Gate(env(2), GateOptions())
    found = gate([Encoding(vectors=torch.randn(3, 2), mask=torch.zeros(3, dtype=torch.bool))])
    assert found.main.abs().sum() == 0
    assert found.mask is not None
    assert not found.mask.any()
