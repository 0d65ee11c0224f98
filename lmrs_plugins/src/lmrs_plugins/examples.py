"""A batch of examples before any transform: columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from lmrs_plugins.ragged import Ragged


@dataclass(frozen=True)
class Examples:
    """Columns of B examples.

    `keys` is (B,): what the randomness of each example is made of. A column is an array with first axis B, or a
    `Ragged` of B lists. By convention `user` holds rows of users, `item` the items of a history in order, `event` the
    rows of their events, `target` the rows asked for.
    """

    keys: npt.NDArray[np.int64]
    columns: Mapping[str, npt.NDArray[np.int64] | Ragged] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.keys)

    def array(self, name: str) -> npt.NDArray[np.int64]:
        """A column that is an array."""
        column = self.columns[name]
        assert not isinstance(column, Ragged), f"column {name!r} is ragged"
        return column

    def lists(self, name: str) -> Ragged:
        """A column of lists."""
        column = self.columns[name]
        assert isinstance(column, Ragged), f"column {name!r} is not ragged"
        return column
