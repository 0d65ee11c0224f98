"""What is new trains, on a frozen body."""

from __future__ import annotations

from lmrs.builtin.options import Extra as Options
from lmrs_plugins import Env, Group, InputError, Tune


class Extra:
    """The nodes that are new in the stage train, or those that are named, and objectives' heads: nothing else does."""

    def __init__(self, env: Env, options: Options) -> None:
        self._options = options

    def apply(self, tune: Tune) -> None:
        """Nothing is injected: what is new is a node of the model graph, or an objective's."""

    def groups(self, tune: Tune) -> list[Group]:
        entries = [*(self._options.train or tune.added()), "objective.*"]
        names = list(dict.fromkeys(name for entry in entries for name in tune.find(entry)))
        if not names:
            raise InputError(
                "nothing would train: the stage adds no node that has parameters, and no objective has any; "
                "add a head by `edits`, or name what trains in `train`"
            )
        return [Group(names, self._options.rate)]

    def release(self, tune: Tune) -> None:
        """Nothing was injected."""
