"""Checks of anything that is an `nn.Module`: gradients, seeds, saving."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn

from lmrs_plugins.testing.case import Case
from lmrs_plugins.testing.surroundings import seeded


def is_module(case: Case, module: object) -> None:
    """It is an `nn.Module`, and its parameters are floating point."""
    case.require(isinstance(module, nn.Module), f"{type(module).__name__} is no nn.Module: make it one")


def check_seed(case: Case, build: Callable[[int], nn.Module]) -> None:
    """Building twice under one seed gives the same parameters and buffers."""
    with case.check("seed"):
        for one, other in zip(_state(build(3)).items(), _state(build(3)).items(), strict=True):
            case.require(
                one[0] == other[0] and torch.equal(one[1], other[1]),
                f"two builds under one seed differ in {one[0]!r}: draw from torch's generator, which the host seeds",
            )


def check_gradients(case: Case, module: nn.Module, loss: Callable[[], Tensor], inputs: Iterable[Tensor] = ()) -> None:
    """Every trainable parameter, and every input, moves the loss; tried three times, since dropout may hide one."""
    waiting = {name: parameter for name, parameter in module.named_parameters() if parameter.requires_grad}
    leaves = list(inputs)
    open_inputs = set(range(len(leaves)))
    module.train()
    for attempt in range(3):
        for tensor in (*module.parameters(), *leaves):
            tensor.grad = None
        with seeded(attempt):
            value = loss()
        if value.requires_grad:
            value.backward()  # type: ignore[no-untyped-call]
        waiting = {name: parameter for name, parameter in waiting.items() if not _moved(parameter)}
        open_inputs = {number for number in open_inputs if not _moved(leaves[number])}
    with case.check("gradient"):
        for name in waiting:
            pieces = name.split(".")
            excused = [case.exempt.excuses(case.card, "gradient", *pieces[: end + 1]) for end in range(len(pieces))]
            case.require(
                any(excused),
                f"no gradient reaches its parameter {name!r}: use it in forward, drop it, or set requires_grad = "
                f"False where "
                "it is meant to stay (data-parallel training raises on it)",
            )
    if leaves:
        with case.check("inputs"):
            case.require(not open_inputs, "no gradient reaches what one of its ports gives: use it, or drop the port")


def check_saved(case: Case, build: Callable[[int], nn.Module], same: Callable[[nn.Module, nn.Module], None]) -> None:
    """A second instance, from another seed, computes the same once it has loaded the first one's state."""
    with case.check("saved"):
        first, second = build(1), build(2)
        loaded = _through_file(_state(first))
        second.load_state_dict(loaded)
        same(first.eval(), second.eval())


def _state(module: nn.Module) -> dict[str, Tensor]:
    return {name: tensor.detach() for name, tensor in module.state_dict().items()}


def _through_file(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Through safetensors, as the host saves; through plain copies where that is not installed."""
    copies = {name: tensor.clone().contiguous() for name, tensor in state.items()}
    try:
        from safetensors.torch import load, save
    except ImportError:
        return copies
    found: dict[str, Tensor] = load(save(copies))
    return found


def _moved(tensor: Any) -> bool:
    return tensor.grad is not None and bool(tensor.grad.ne(0).any())
