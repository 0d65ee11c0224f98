"""One batch as it travels from the loader's workers to the step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import torch

from lmrs_plugins import View


@dataclass
class Gather:
    """The distinct rows of one node in this batch, and their inputs.

    `rows` is (n,) ascending. `views` holds the inputs of the binding in chunks, whose first axes add up to n; `place`
    (n,) is where each row stands in the chunks one after the other, None where they are in order.
    """

    rows: torch.Tensor
    views: list[View]
    place: torch.Tensor | None = None


@dataclass
class Batch:
    """Views by `draw/view`, and for each node that is computed row by row what it is computed from.

    `size` counts examples; `index` is the number of the optimiser step. An `idle` batch keeps a process in step with
    the others and counts for nothing.
    """

    size: int
    views: dict[str, View] = field(default_factory=dict)
    gathers: dict[str, Gather] = field(default_factory=dict)
    candidates: torch.Tensor | None = None
    index: int = 0
    epoch: int = 0
    idle: bool = False

    def to(self, device: torch.device) -> Batch:
        """This batch on a device."""
        if device.type == "cpu":
            return self

        def move(tensor: torch.Tensor) -> torch.Tensor:
            return tensor.to(device, non_blocking=True)

        return Batch(
            self.size,
            {name: view.map(move) for name, view in self.views.items()},
            {name: _moved(gather, move) for name, gather in self.gathers.items()},
            None if self.candidates is None else move(self.candidates),
            self.index,
            self.epoch,
            self.idle,
        )


def _moved(gather: Gather, move: Callable[[torch.Tensor], torch.Tensor]) -> Gather:
    place = None if gather.place is None else move(gather.place)
    return Gather(move(gather.rows), [view.map(move) for view in gather.views], place)


def tensors(view: View) -> View:
    """A view of numpy arrays as a view of tensors, without copying."""
    return view.map(lambda array: array if isinstance(array, torch.Tensor) else torch.from_numpy(np.asarray(array)))


def merge(views: Mapping[str, Mapping[str, View]]) -> dict[str, View]:
    """Views by draw and name, as one mapping with names `draw/view`."""
    return {f"{draw}/{name}": tensors(view) for draw, named in views.items() for name, view in named.items()}
