"""A nested state split into JSON and named tensors, and joined again without loss."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from lmrs_plugins.errors import LmrsError


def split(state: object, where: str = "") -> tuple[Any, dict[str, Tensor]]:
    """JSON in which each tensor is replaced by its name, and the tensors by these names.

    Takes None, booleans, numbers, strings, tensors, and lists, tuples and dictionaries of these; keys may be of any of
    the plain types. A tensor's name is its path, joined by slashes, below `where`.

    Raises
    ------
    LmrsError
        Something else occurs; the message says where.
    """
    tensors: dict[str, Tensor] = {}
    return _split(state, where, tensors), tensors


def join(json: Any, tensors: Mapping[str, Tensor]) -> Any:
    """What `split` was given; a tensor is the one of `tensors`, not a copy."""
    if isinstance(json, list):
        return [join(value, tensors) for value in json]
    if not isinstance(json, dict):
        return json
    if "$tensor" in json:
        return tensors[json["$tensor"]]
    if "$tuple" in json:
        return tuple(join(value, tensors) for value in json["$tuple"])
    if "$pairs" in json:
        return {join(key, tensors): join(value, tensors) for key, value in json["$pairs"]}
    return {key: join(value, tensors) for key, value in json.items()}


def _split(state: object, path: str, tensors: dict[str, Tensor]) -> Any:
    if isinstance(state, Tensor):
        name = path
        while name in tensors:
            name += "~"
        tensors[name] = state
        return {"$tensor": name}
    if isinstance(state, Mapping):
        pairs = [(key, _split(value, _below(path, key), tensors)) for key, value in state.items()]
        if all(isinstance(key, str) and not key.startswith("$") for key, _ in pairs):
            return dict(pairs)
        return {"$pairs": [[_split(key, path, tensors), value] for key, value in pairs]}
    if isinstance(state, tuple):
        return {"$tuple": [_split(value, _below(path, place), tensors) for place, value in enumerate(state)]}
    if isinstance(state, list):
        return [_split(value, _below(path, place), tensors) for place, value in enumerate(state)]
    if state is None or isinstance(state, bool | int | float | str):
        return state
    raise LmrsError(f"cannot save {path or 'the state'}: {type(state).__name__} is no number, text or tensor")


def _below(path: str, key: object) -> str:
    return f"{path}/{key}" if path else str(key)
