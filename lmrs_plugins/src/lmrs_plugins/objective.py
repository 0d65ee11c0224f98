"""Losses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from torch import Tensor

    from lmrs_plugins.env import Env
    from lmrs_plugins.options import Options
    from lmrs_plugins.step import Step


class Objective(Protocol):
    """An `nn.Module` that may own a head; the head dies with the stage. What a scorer or later stage reads is a node.

    The card says which nodes it `takes`, what it `pulls` and which raw fields it `reads`.
    """

    def __init__(self, env: Env, options: Options) -> None:
        """Build the head, if there is one; `env.widths` has the widths of the ports."""
        ...

    def terms(self, step: Step) -> Mapping[str, tuple[Tensor, int | Tensor]]:
        """Named losses as (sum, count): a scalar sum over this batch, and how many things were summed.

        Never means: the host divides, so that any split of a batch over processes adds up to the same gradient.
        """
        ...

    def counts(self, step: Step) -> Mapping[str, int]:
        """The counts of `terms` from the views alone; needed only where a stage accumulates gradients exactly.

        Leave it out, and each part of an accumulated batch weighs the same.
        """
        ...
