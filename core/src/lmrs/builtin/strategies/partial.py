"""A part of the model trains."""

from __future__ import annotations

from fnmatch import fnmatchcase

from lmrs.builtin.options import Partial as Options
from lmrs_plugins import Env, Group, InputError, Tune


class Partial:
    """Named nodes, parts or parameters train, each entry at a rate of its own; objectives' heads train too."""

    def __init__(self, env: Env, options: Options) -> None:
        self._train, self._rates = options.train, options.rates

    def apply(self, tune: Tune) -> None:
        """Nothing is injected."""

    def groups(self, tune: Tune) -> list[Group]:
        taken: set[str] = set()
        groups = []
        for entry in [*self._train, "objective.*"]:
            names = [name for name in self._matching(entry, tune) if name not in taken]
            taken.update(names)
            if names:
                groups.append(Group(names, self._rates.get(entry, 1.0)))
        return groups

    def _matching(self, entry: str, tune: Tune) -> list[str]:
        node, _, part = entry.partition(".")
        if node in tune.nodes():
            if not part:
                return tune.names(node)
            if part in tune.parts(node):
                return list(tune.parts(node)[part])
        found = [name for name in tune.names() if fnmatchcase(name, entry)]
        if not found and entry != "objective.*":
            parts = [f"{name}.{own}" for name in tune.nodes() for own in tune.parts(name)]
            there = ", ".join(tune.nodes() + parts)
            raise InputError(f"finetune-partial: nothing is called {entry!r}; nodes and parts are {there}")
        return found

    def release(self, tune: Tune) -> None:
        """Nothing was injected."""
