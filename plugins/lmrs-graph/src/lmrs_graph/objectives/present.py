"""Where vectors are."""

from __future__ import annotations

from torch import Tensor

from lmrs_plugins import Encoding


def present(encoding: Encoding) -> Tensor:
    """Where a vector is, of the shape of the vectors without d."""
    if encoding.mask is not None:
        return encoding.mask
    return encoding.main.new_ones(encoding.main.shape[:-1]).bool()
