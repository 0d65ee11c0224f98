from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from lmrs.runs import tensors
from lmrs.runs.errors import CorruptError
from lmrs.runs.model import load_model, save_model


def test_weights_and_facts_come_back(tmp_path: Path) -> None:
    weight = torch.randn(3, 2)
    save_model(tmp_path / "model", {"item.weight": weight, "head.weight": weight}, {"blocks": {"item": [3]}})
    found, facts = load_model(tmp_path / "model")
    assert torch.equal(found["item.weight"], weight)
    assert found["item.weight"] is found["head.weight"]
    assert facts == {"blocks": {"item": [3]}}


@pytest.mark.fault("D: one bit of the final weights flipped")
def test_one_flipped_bit_is_found(tmp_path: Path) -> None:
    save_model(tmp_path / "model", {"w": torch.randn(30)})
    path = tmp_path / "model" / "weights.safetensors"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(CorruptError, match="sha256 differs"):
        load_model(tmp_path / "model")


@pytest.mark.fault("D: final weights that are not finite")
def test_weights_that_are_not_finite_are_refused(tmp_path: Path, reseal: Callable[[Path], None]) -> None:
    save_model(tmp_path / "model", {"w": torch.zeros(2)})
    tensors.save(tmp_path / "model" / "weights.safetensors", {"w": torch.tensor([0.0, float("nan")])})
    reseal(tmp_path / "model")
    with pytest.raises(CorruptError, match="w holds NaN"):
        load_model(tmp_path / "model")
