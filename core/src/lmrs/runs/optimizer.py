"""The state of an optimizer by canonical parameter names, and back, bit by bit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor
from torch.optim import Optimizer

from lmrs.runs import tree
from lmrs.runs.errors import MismatchError


def pack_optimizer(optimizer: Optimizer, named: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Tensors (not copied) and JSON of `optimizer.state_dict()`, which knows parameters by number only.

    Parameters
    ----------
    named
        Parameters by canonical name: all that the optimizer trains.
    """
    optimizer = _inner(optimizer)
    names = _names(optimizer, named)
    live = optimizer.state_dict()
    numbered = dict(zip(_numbers(live), (name for group in names for name in group), strict=True))
    state = {numbered.get(key, key): value for key, value in live["state"].items()}
    groups = [
        {**{key: value for key, value in group.items() if key not in ("params", "param_names")}, "params": mine}
        for group, mine in zip(live["param_groups"], names, strict=True)
    ]
    shapes = {name: list(named[name].shape) for group in names for name in group}
    facts, tensors = tree.split({"class": type(optimizer).__name__, "state": state, "groups": groups, "shapes": shapes})
    return tensors, facts


def unpack_optimizer(
    optimizer: Optimizer, named: Mapping[str, Tensor], tensors: Mapping[str, Tensor], facts: Mapping[str, Any]
) -> None:
    """Put a packed state into an optimizer of the same class over the same groups of parameters.

    The parameters of a group may stand in another order.

    Raises
    ------
    MismatchError
        Another class, other groups or other shapes.
    """
    optimizer = _inner(optimizer)
    try:
        saved = tree.join(dict(facts), tensors)
        kind, states, groups, shapes = saved["class"], saved["state"], saved["groups"], saved["shapes"]
    except (KeyError, TypeError) as error:
        raise MismatchError(f"the checkpoint's optimizer state lacks {error}") from error
    if kind != type(optimizer).__name__:
        raise MismatchError(f"the checkpoint was made with {kind}, the recipe asks for {type(optimizer).__name__}")
    names = _names(optimizer, named)
    if len(names) != len(groups):
        raise MismatchError(f"the checkpoint has {len(groups)} parameter groups, the recipe makes {len(names)}")
    for place, (mine, group) in enumerate(zip(names, groups, strict=True)):
        if set(mine) != set(group["params"]):
            odd = sorted(set(mine) ^ set(group["params"]))
            raise MismatchError(f"the checkpoint's parameter group {place} differs in {', '.join(odd[:5])}")
    for name in (name for group in names for name in group):
        if shapes[name] != list(named[name].shape):
            raise MismatchError(f"the checkpoint's {name} has shape {shapes[name]} for {list(named[name].shape)}")
    _restore(optimizer, named, names, states, groups)


def _inner(optimizer: Optimizer) -> Optimizer:
    """The optimizer itself, where an engine has wrapped it."""
    while isinstance(inner := getattr(optimizer, "optimizer", None), Optimizer):
        optimizer = inner
    return optimizer


def _names(optimizer: Optimizer, named: Mapping[str, Tensor]) -> list[list[str]]:
    """Canonical names, group by group, in the optimizer's order."""
    by_identity = {id(parameter): name for name, parameter in named.items()}
    nameless = [p for group in optimizer.param_groups for p in group["params"] if id(p) not in by_identity]
    if nameless:
        raise MismatchError(f"the optimizer trains {len(nameless)} parameters that have no canonical name")
    return [[by_identity[id(p)] for p in group["params"]] for group in optimizer.param_groups]


def _numbers(live: Mapping[str, Any]) -> list[int]:
    return [number for group in live["param_groups"] for number in group["params"]]


def _restore(
    optimizer: Optimizer,
    named: Mapping[str, Tensor],
    names: list[list[str]],
    states: Mapping[str, Any],
    groups: list[dict[str, Any]],
) -> None:
    live = optimizer.state_dict()
    number = dict(zip((name for group in names for name in group), _numbers(live), strict=True))
    optimizer.load_state_dict(
        {
            "state": {number.get(name, name): value for name, value in states.items()},
            "param_groups": [
                {**group, "params": now["params"]} for group, now in zip(groups, live["param_groups"], strict=True)
            ],
        }
    )
    # load_state_dict casts to the parameter's type; a state that was kept wider stays as wide as it was.
    for name, state in states.items():
        for key, value in state.items() if name in number else ():
            if isinstance(value, Tensor):
                mine = optimizer.state[named[name]]
                if mine[key].dtype != value.dtype:
                    mine[key] = value.to(mine[key].device)
