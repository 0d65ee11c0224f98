"""What has to stay to the last bit, and how a change of it is told."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import nn

from lmrs.train import frozen
from lmrs_plugins import Group, PluginError


class Half(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.below = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4))
        self.above = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4))
        self.register_buffer("own", torch.zeros(()))


def held(
    module: nn.Module, trained: list[str], monkeypatch: pytest.MonkeyPatch, once: tuple[str, ...] = ()
) -> set[str]:
    graph: Any = SimpleNamespace(nodes={"node": SimpleNamespace(module=module)})
    tensors = {f"node.{name}": tensor for name, tensor in module.state_dict(keep_vars=True).items()}
    monkeypatch.setattr(frozen, "constant_nodes", lambda graph: list(once))
    parameters = {name: one for name, one in tensors.items() if isinstance(one, nn.Parameter)}
    groups = [Group([name for name in parameters if name.startswith(tuple(trained))])] if trained else []
    frozen.free(parameters, groups)
    return set(frozen.frozen_names(graph, tensors, groups))


def test_buffers_go_with_the_parameters_beside_them(monkeypatch: pytest.MonkeyPatch) -> None:
    found = held(Half(), ["node.above"], monkeypatch)
    assert found == {f"node.{name}" for name in Half().state_dict() if name.startswith("below.")}
    assert "node.below.1.running_mean" in found
    assert held(Half(), [], monkeypatch) == {f"node.{name}" for name in Half().state_dict()}
    assert held(Half(), ["node."], monkeypatch) == set()


def test_buffers_of_what_has_no_parameters_are_held_where_it_is_computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    table = nn.Module()
    table.register_buffer("vectors", torch.zeros(3, 2))
    assert held(table, [], monkeypatch) == set()
    assert held(table, [], monkeypatch, ("node",)) == {"node.vectors"}


TENSORS = {
    "float": torch.arange(6.0).reshape(2, 3),
    "bfloat16": torch.arange(6.0).bfloat16(),
    "bool": torch.tensor([True, False]),
    "integer": torch.tensor(3),
    "transposed": torch.arange(6.0).reshape(2, 3).T,
    "complex": torch.tensor([1 + 2j]),
    "empty": torch.zeros(0, 4),
}


@pytest.mark.parametrize("kind", TENSORS)
def test_one_bit_is_enough(kind: str) -> None:
    tensors = {"node.a": TENSORS[kind].clone(), "node.b": torch.ones(2)}
    before = frozen.digests(tensors, tensors)
    frozen.check_frozen(before, tensors, "tune", "a strategy")
    if kind == "empty":
        return
    flat = tensors["node.a"].contiguous().reshape(-1).view(torch.uint8)
    flat[0] ^= 1
    changed = {"node.a": flat.view(TENSORS[kind].dtype), "node.b": torch.ones(2)}
    with pytest.raises(PluginError, match=r"stage 'tune': 'node\.a' changed, although a strategy does not train it"):
        frozen.check_frozen(before, changed, "tune", "a strategy")
    changed["node.b"] = torch.zeros(2)
    with pytest.raises(PluginError, match=r"'node\.a', and 1 more changed"):
        frozen.check_frozen(before, changed, "tune", "a strategy")
