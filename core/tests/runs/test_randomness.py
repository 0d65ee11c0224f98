from __future__ import annotations

import json
import random

import numpy as np
import pytest
import torch

from lmrs.runs import tree
from lmrs.runs.randomness import capture_random, restore_random


def draw() -> list[float]:
    # Two normals: Python's and numpy's generators keep the second of a pair.
    normals = [random.gauss(0, 1), float(np.random.normal())]
    return [*normals, random.random(), float(np.random.rand()), *torch.randn(3).tolist()]


@pytest.mark.parametrize("before", [0, 1, 2])
def test_the_same_numbers_follow(before: int) -> None:
    random.seed(1)
    np.random.seed(1)
    torch.manual_seed(1)
    for _ in range(before):
        draw()
    state = capture_random()
    expected = [draw() for _ in range(3)]
    facts, tensors = tree.split(state)
    restored = tree.join(json.loads(json.dumps(facts)), {name: tensor.clone() for name, tensor in tensors.items()})
    assert restore_random(restored) == []
    assert [draw() for _ in range(3)] == expected


def test_devices_that_are_not_here_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    state = capture_random()
    state["cuda"] = [torch.zeros(16, dtype=torch.uint8)] * 2
    assert restore_random(state) == ["random states of 2 CUDA devices for 0: the run goes on with other numbers"]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_the_same_numbers_follow_on_cuda() -> None:
    state = capture_random()
    expected = torch.randn(5, device="cuda")
    assert restore_random(state) == []
    assert torch.equal(torch.randn(5, device="cuda"), expected)
