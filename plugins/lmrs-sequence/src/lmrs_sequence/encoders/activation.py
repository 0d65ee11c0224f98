"""Activations by their names in options."""

from __future__ import annotations

from torch import nn


def activation(name: str) -> nn.Module:
    """The module of `gelu`, `gelu-tanh`, `relu` or `silu`."""
    if name == "gelu-tanh":
        return nn.GELU(approximate="tanh")
    return {"gelu": nn.GELU, "relu": nn.ReLU, "silu": nn.SiLU}[name]()
