"""What a component is told when it is built."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from lmrs_plugins.artifact import Artifact
from lmrs_plugins.bundle import Bundle
from lmrs_plugins.errors import InputError


@dataclass(frozen=True)
class Env:
    """The surroundings of one component.

    Parameters
    ----------
    bundle
        The data, training events only.
    widths
        Nodes: the width d of what comes in on each port; a list where the port takes many.
    binding
        Nodes: what the component's own `bind` returned.
    parts
        Components given as options (`uses` on the card), by option name, already built.
    seed
        The run's.
    """

    bundle: Bundle
    widths: Mapping[str, Any] = field(default_factory=dict)
    binding: Any = None
    parts: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    _artifact: Callable[[str], Artifact] | None = None

    def count(self, subject: str) -> int:
        """Number of rows of a subject."""
        return self.bundle.count(subject)

    def blocks(self, subject: str) -> tuple[int, ...]:
        """Sizes of the blocks of a subject's vocabulary: a table keeps one parameter for each."""
        self.bundle.count(subject)
        return self.bundle.vocabularies[subject].blocks

    def seen(self, subject: str) -> npt.NDArray[np.bool_]:
        """(rows,) whether a row has a training event; all true for a subject that events do not name.

        New rows, which a stage trains, are true; those that were added after all training are false.
        """
        seen = np.ones(self.count(subject), dtype=bool)
        if subject in self.bundle.interactions.column_names:
            seen[: self.blocks(subject)[0]] = False
            seen[self.bundle.column(subject)] = True
        if subject in self.bundle.vocabularies:
            seen[len(seen) - self.bundle.vocabularies[subject].late :] = False
        return seen

    def artifact(self, name: str) -> Artifact:
        """An artifact of an earlier stage.

        Raises
        ------
        InputError
            No earlier stage leaves one of that name.
        """
        if self._artifact is None:
            raise InputError(f"no artifact {name!r}: no stage before this one leaves any")
        return self._artifact(name)
