from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.optim import SGD, Adam, AdamW, Optimizer

from lmrs.runs.checkpoint import Checkpoint, Checkpoints
from lmrs.runs.errors import MismatchError
from lmrs.runs.optimizer import pack_optimizer, unpack_optimizer
from lmrs.runs.randomness import capture_random, restore_random

KINDS: dict[str, tuple[type[Optimizer], dict[str, Any]]] = {
    "adamw": (AdamW, {"lr": 0.01}),
    "adam-amsgrad": (Adam, {"lr": 0.01, "amsgrad": True}),
    "adamw-rate-as-tensor": (AdamW, {"lr": torch.tensor(0.01), "foreach": False}),
    "sgd-plain": (SGD, {"lr": 0.1}),
    "sgd-momentum": (SGD, {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
    "rmsprop": (torch.optim.RMSprop, {"lr": 0.01, "centered": True, "momentum": 0.5}),
    "adagrad": (torch.optim.Adagrad, {"lr": 0.1}),
    "adafactor": (torch.optim.Adafactor, {"lr": 0.1}),
    "nadam": (torch.optim.NAdam, {"lr": 0.01}),
}


def made(kind: str, seed: int = 0, dtype: torch.dtype = torch.float32) -> tuple[nn.Module, Optimizer]:
    torch.manual_seed(seed)
    module = nn.Sequential(nn.Linear(3, 5), nn.Dropout(0.3), nn.Linear(5, 1)).to(dtype)
    cls, options = KINDS[kind]
    options = {key: value.clone() if isinstance(value, torch.Tensor) else value for key, value in options.items()}
    groups = [{"params": list(module[0].parameters())}, {"params": list(module[2].parameters()), "weight_decay": 0.1}]
    return module, cls(groups, **options)  # type: ignore[arg-type]


def train(module: nn.Module, optimizer: Optimizer, steps: int) -> None:
    for _ in range(steps):
        optimizer.zero_grad()
        module(torch.randn(4, 3, dtype=next(module.parameters()).dtype)).pow(2).mean().backward()
        optimizer.step()


@pytest.mark.parametrize("kind", KINDS)
def test_five_steps_and_five_more_are_ten(tmp_path: Path, kind: str) -> None:
    module, optimizer = made(kind)
    train(module, optimizer, 5)
    packed, facts = pack_optimizer(optimizer, dict(module.named_parameters()))
    Checkpoints(tmp_path).save(5, Checkpoint(dict(module.state_dict()), packed, facts, random=capture_random()))
    train(module, optimizer, 5)

    other, fresh = made(kind, seed=1)
    found = Checkpoints(tmp_path).newest()
    assert found is not None
    other.load_state_dict(found.model)
    unpack_optimizer(fresh, dict(other.named_parameters()), found.optimizer, found.optimizer_facts)
    assert restore_random(found.random) == []
    train(other, fresh, 5)

    for mine, theirs in zip(module.parameters(), other.parameters(), strict=True):
        assert torch.equal(mine, theirs)
    assert repr(fresh.state_dict()) == repr(optimizer.state_dict())


def test_a_state_wider_than_its_parameter_stays_so() -> None:
    module, optimizer = made("sgd-momentum", dtype=torch.bfloat16)
    train(module, optimizer, 1)
    wide = torch.full((5, 3), 1 / 3, dtype=torch.float32)
    optimizer.state[module[0].weight]["momentum_buffer"] = wide
    tensors, facts = pack_optimizer(optimizer, dict(module.named_parameters()))
    other, fresh = made("sgd-momentum", dtype=torch.bfloat16)
    unpack_optimizer(fresh, dict(other.named_parameters()), tensors, facts)
    assert torch.equal(fresh.state[other[0].weight]["momentum_buffer"], wide)


def test_states_are_named_by_canonical_parameter() -> None:
    module, optimizer = made("adamw")
    train(module, optimizer, 1)
    canonical = {"0.weight": "history.in.weight", "0.bias": "history.in.bias"}
    tensors, _ = pack_optimizer(optimizer, {canonical.get(name, name): p for name, p in module.named_parameters()})
    assert "state/history.in.weight/exp_avg" in tensors
    assert "state/2.bias/exp_avg_sq" in tensors


def test_parameters_of_a_group_may_stand_in_another_order() -> None:
    module, optimizer = made("adamw")
    train(module, optimizer, 3)
    tensors, facts = pack_optimizer(optimizer, dict(module.named_parameters()))
    other = made("adamw")[0]
    fresh = AdamW([{"params": [other[0].bias, other[0].weight]}, {"params": [other[2].bias, other[2].weight]}])
    unpack_optimizer(fresh, dict(other.named_parameters()), tensors, facts)
    assert torch.equal(fresh.state[other[0].bias]["exp_avg"], optimizer.state[module[0].bias]["exp_avg"])
    assert fresh.param_groups[1]["weight_decay"] == 0.1


def test_an_optimizer_that_an_engine_wrapped_is_seen_through() -> None:
    from accelerate import Accelerator
    from accelerate.state import AcceleratorState

    module, optimizer = made("adamw")
    train(module, optimizer, 1)
    bare = pack_optimizer(optimizer, dict(module.named_parameters()))
    try:
        outer = Accelerator(cpu=True).prepare_optimizer(optimizer)
        assert type(outer) is not AdamW
        wrapped = pack_optimizer(outer, dict(module.named_parameters()))
    finally:
        AcceleratorState._reset_state(reset_partial_state=True)
    assert wrapped[1] == bare[1]
    assert wrapped[1]["class"] == "AdamW"
    assert wrapped[0].keys() == bare[0].keys()


def misfit(change: str) -> tuple[Optimizer, nn.Module]:
    module = made("adamw")[0]
    first, last = list(module[0].parameters()), list(module[2].parameters())
    if change == "class":
        return Adam([{"params": first}, {"params": last}]), module
    if change == "fewer-groups":
        return AdamW(module.parameters()), module
    if change == "other-groups":
        return AdamW([{"params": last}, {"params": first}]), module
    if change == "frozen":
        return AdamW([{"params": first[:1]}, {"params": last}]), module
    module = nn.Sequential(nn.Linear(4, 5), nn.Dropout(), nn.Linear(5, 1))
    return AdamW([{"params": list(module[0].parameters())}, {"params": list(module[2].parameters())}]), module


SAYS = {
    "class": "made with AdamW, the recipe asks for Adam$",
    "fewer-groups": "2 parameter groups, the recipe makes 1",
    "other-groups": r"group 0 differs in 0\.bias, 0\.weight, 2\.bias",
    "frozen": r"group 0 differs in 0\.bias$",
    "shape": r"0\.weight has shape \[5, 3\] for \[5, 4\]",
}


@pytest.mark.fault("D: optimiser state that does not fit: {id}")
@pytest.mark.parametrize(("change", "says"), SAYS.items(), ids=SAYS)
def test_a_misfit_is_named_and_changes_nothing(change: str, says: str) -> None:
    module, optimizer = made("adamw")
    train(module, optimizer, 1)
    tensors, facts = pack_optimizer(optimizer, dict(module.named_parameters()))
    fresh, other = misfit(change)
    before = repr(fresh.state_dict())
    with pytest.raises(MismatchError, match=says):
        unpack_optimizer(fresh, dict(other.named_parameters()), tensors, facts)
    assert repr(fresh.state_dict()) == before


@pytest.mark.fault("D: optimiser state without its tensors")
def test_a_state_without_its_tensors_is_refused() -> None:
    module, optimizer = made("adamw")
    train(module, optimizer, 1)
    tensors, facts = pack_optimizer(optimizer, dict(module.named_parameters()))
    tensors.pop("state/0.bias/exp_avg")
    with pytest.raises(MismatchError, match="lacks"):
        unpack_optimizer(made("adamw")[1], dict(module.named_parameters()), tensors, facts)


def test_a_nameless_parameter_is_refused() -> None:
    module, optimizer = made("adamw")
    with pytest.raises(MismatchError, match="1 parameters that have no canonical name"):
        pack_optimizer(optimizer, {name: p for name, p in module.named_parameters() if name != "0.bias"})
