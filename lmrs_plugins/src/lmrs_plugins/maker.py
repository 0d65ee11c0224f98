"""What a stage runs at its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from lmrs_plugins.artifact import Artifact
    from lmrs_plugins.env import Env
    from lmrs_plugins.options import Options


@dataclass(frozen=True)
class Making:
    """What a maker is given: training data only.

    `export(port)` is the whole table of the node on one of the card's ports, as (rows, d) float32 and a (rows,) mask; a
    node in context gives one vector a user. `module(port)` is the live module, in evaluation mode, for a maker that
    generates.
    """

    env: Env
    export: Callable[[str], tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]]
    module: Callable[[str], Any]


class Maker(Protocol):
    """Leaves one artifact: exported vectors, an item index, whitening statistics, generated texts."""

    def __init__(self, env: Env, options: Options) -> None: ...

    def make(self, making: Making) -> Artifact:
        """The artifact; the recipe gives it its name."""
        ...
