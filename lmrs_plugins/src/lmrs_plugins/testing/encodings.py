"""What is expected of an encoding, and when two are the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from lmrs_plugins.encoding import Encoding
from lmrs_plugins.ports import Port
from lmrs_plugins.testing.case import Case

Outputs = Mapping[str, Encoding]


def outputs(case: Case, found: Any) -> Outputs:
    """What a node returned, by the names of `gives`."""
    gives = case.card.gives
    if isinstance(found, dict):
        case.require(
            set(found) == set(gives), f"its forward gives {sorted(found)}, its card {sorted(gives)}: let them agree"
        )
    else:
        case.require(
            len(gives) == 1, f"its card gives {sorted(gives)}: forward returns a dict of encodings by those names"
        )
        found = {next(iter(gives)): found}
    for name, one in found.items():
        case.require(
            isinstance(one, Encoding),
            f"forward returns {type(one).__name__}{f' for {name!r}' * bool(name)}: return an Encoding",
        )
    named: Outputs = found
    return named


def check_form(case: Case, name: str, port: Port, encoding: Encoding, leading: tuple[int, ...], width: int) -> None:
    """Shape, mask and type; `leading` is the shape of the rows, or (B, L) of the view."""
    said = f"output {name!r}: " * bool(name)
    if port.form not in ("vectors", "states", "logits"):
        return
    main = encoding.states if port.form == "states" else encoding.main
    case.require(main is not None, f"{said}its card gives states: return Encoding(states=…, mask=…)")
    assert main is not None
    shape = tuple(main.shape)
    wanted = (*leading, width)
    case.require(shape == wanted, f"{said}the shape is {shape}, expected {wanted}: rows by `width`, which is {width}")
    case.require(main.is_floating_point(), f"{said}values are {main.dtype}, expected floating point")
    mask = encoding.mask
    if mask is not None:
        case.require(
            tuple(mask.shape) == leading,
            f"{said}the mask has shape {tuple(mask.shape)}, expected {leading}: one value a vector",
        )
        case.require(
            mask.dtype == torch.bool, f"{said}the mask is {mask.dtype}, expected bool: true where a vector is there"
        )
    if port.form == "logits":
        logits = encoding.logits
        case.require(logits is not None, f"{said}its card gives logits: set `logits` of the Encoding")
        assert logits is not None
        case.require(
            tuple(logits.shape[:-1]) == leading,
            f"{said}logits have shape {tuple(logits.shape)}, expected {(*leading, 'vocabulary')}",
        )


def check_finite(case: Case, found: Outputs) -> None:
    """No NaN and no infinity, under a false mask either: it would spread through the gradient of what looks away."""
    for encoding in found.values():
        for tensor in _values(encoding):
            case.require(
                bool(torch.isfinite(tensor).all()),
                "values are not finite (a row or position that is masked throughout counts too): divide by at least "
                "1, and "
                "let attention look at something",
            )


def check_same(case: Case, one: Outputs, other: Outputs, expected: str, exact: bool = False, where: Any = None) -> None:
    """Raise `expected` unless masks are equal, and values wherever the mask is true (everywhere for `exact`)."""
    for name in one:
        left, right = one[name], other[name]
        masks = [
            torch.ones_like(side.main[..., 0]).bool() if side.mask is None else side.mask for side in (left, right)
        ]
        there = masks[0] if where is None else masks[0] & where
        case.require(
            masks[0].shape == masks[1].shape and torch.equal(there, masks[1] if where is None else masks[1] & where),
            expected,
        )
        for mine, theirs in zip(_values(left), _values(right), strict=True):
            same = (
                torch.equal(mine, theirs)
                if exact
                else torch.allclose(mine[there].double(), theirs[there].double(), rtol=1e-4, atol=1e-5)
            )
            case.require(same, expected)


def probe_sum(found: Outputs) -> Tensor:
    """A scalar that every unmasked value moves, each by a factor of its own."""
    total = torch.zeros(())
    generator = torch.Generator().manual_seed(0)
    for encoding in found.values():
        for tensor in _values(encoding):
            factors = torch.randn(tensor.shape, generator=generator)
            mask = encoding.mask if encoding.mask is not None else torch.ones_like(tensor[..., 0]).bool()
            total = total + (tensor * factors * mask.unsqueeze(-1)).sum()
    return total


def _values(encoding: Encoding) -> list[Tensor]:
    return [tensor for tensor in (encoding.vectors, encoding.states, encoding.logits) if tensor is not None]
