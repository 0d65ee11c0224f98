"""What an objective or scorer works with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from torch import Generator, Tensor

    from lmrs_plugins.view import View


class Step(Protocol):
    """One batch meeting the model graph. Everything is evaluated on demand, once for each (node, view).

    Several passes, several objectives on one masked pass and shared encodings need nothing more.
    """

    index: int
    """Number of the optimiser step in this stage, from 0."""
    training: bool
    generator: Generator
    """For randomness born inside a step; on the CPU, seeded by run, stage and step."""

    def get(self, port: str, view: str | View = "") -> Any:
        """The encoding of the node on `port`, looked at through a view of this batch, or one born in this step.

        With no view: the whole table of the node's subject, in order of rows. A port that takes many gives a list of
        encodings. Only what the card `pulls` was gathered; anything else of a node that is computed row by row raises.
        """
        ...

    def view(self, name: str) -> View:
        """A view of this batch, by its name on the draw (`target`), as tensors."""
        ...

    def has(self, name: str) -> bool:
        """Whether the draw made this view in this step (a scorer asks for `candidates`)."""
        ...

    def candidates(self) -> Tensor | None:
        """Scorers: the (B, K) rows to be scored, or None where every row of the subject is to be."""
        ...
