"""A part of the model trains."""

from __future__ import annotations

from collections.abc import Iterator

from lmrs.builtin.options import Partial as Options
from lmrs_plugins import Env, Group, InputError, Tune

HEADS = "objective.*"


class Partial:
    """Named nodes, parts or parameters train, and the top-most parts of nodes; objectives' heads train too.

    Each entry has a rate and a warm-up of its own. One part more in every round is gradual unfreezing (Howard and
    Ruder, ACL 2018, 3.3), rates that fade from the output down are its discriminative fine-tuning (3.2).
    """

    def __init__(self, env: Env, options: Options) -> None:
        self._options = options

    def apply(self, tune: Tune) -> None:
        """Nothing is injected."""

    def groups(self, tune: Tune) -> list[Group]:
        taken: set[str] = set()
        groups = []
        for entry, found, faded in self._entries(tune):
            names = [name for name in found if name not in taken]
            taken.update(names)
            if names:
                node = entry.partition(".")[0]
                rates, warmups = self._options.rates, self._options.warmups
                rate, warmup = rates.get(entry, rates.get(node, 1.0)), warmups.get(entry, warmups.get(node))
                groups.append(Group(names, rate * faded, warmup=warmup))
        return groups

    def _entries(self, tune: Tune) -> Iterator[tuple[str, list[str], float]]:
        """What trains, the names of it, and what its place under the output makes of its rate."""
        for entry in self._options.train:
            yield entry, tune.find(entry), 1.0
        for node, depth in self._options.depth.items():
            assert isinstance(depth, int), "the host puts a number where a recipe says `round`"
            if node in tune.absent():
                continue
            if node not in tune.nodes():
                raise InputError(f"depth: there is no node {node!r}; nodes are {', '.join(tune.nodes())}")
            parts = [(part, names) for part, names in tune.parts(node).items() if names]
            if not parts:
                raise InputError(f"depth: node {node!r} has no parameters of its own; name another")
            for under, (part, names) in enumerate(reversed(parts[-depth:])):
                yield f"{node}.{part}", names, self._options.fade**under
        yield HEADS, tune.find(HEADS), 1.0

    def release(self, tune: Tune) -> None:
        """Nothing was injected."""
