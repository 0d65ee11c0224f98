"""Makers of views."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from lmrs_plugins.env import Env
    from lmrs_plugins.examples import Examples
    from lmrs_plugins.options import Options
    from lmrs_plugins.randomness import ExampleRandom
    from lmrs_plugins.view import View


class Transform(Protocol):
    """Examples in, named views out: windows, masking, negatives, augmentations.

    Runs in the loader's workers, on numpy arrays, vectorised over the batch; it is pickled to them. `batch-level` among
    the card's `traits` marks a transform that ties the examples of a batch together; of all others, what is made of an
    example depends on that example alone.
    """

    def __init__(self, env: Env, options: Options) -> None:
        """Keep what is needed of the data, as plain arrays: not `env`."""
        ...

    def views(self, examples: Examples, rng: ExampleRandom | None) -> dict[str, View]:
        """The views that the card promises in `emits`.

        `rng` is None in evaluation: then the view is what the scorer is to look at (the history, with a mask appended
        where the model was trained to fill masks), and training views such as targets may be left out.
        """
        ...
