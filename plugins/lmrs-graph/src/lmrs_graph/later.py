"""A graph that a model was trained on, with nodes that came later at the end."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from lmrs_graph.typed import TypedGraph, over
from lmrs_plugins import Bundle


@dataclass(frozen=True)
class Named:
    """Which graph of a bundle, in which directions."""

    name: str
    subject: str
    inverse: bool

    def of(self, bundle: Bundle) -> TypedGraph:
        """The graph."""
        graph = over(bundle, self.name, self.subject)
        return graph.both_ways() if self.inverse else graph

    def on(self, bundle: Bundle, known: TypedGraph) -> TypedGraph:
        """`known`, and of the bundle's edges those that lead to nodes which it does not have.

        None leads from them to what was there, so that nothing that was learnt moves.
        """
        found = self.of(bundle)
        later = found.target >= known.nodes
        return replace(
            known,
            sizes=found.sizes,
            source=np.concatenate([known.source, found.source[later]]),
            target=np.concatenate([known.target, found.target[later]]),
            relation=np.concatenate([known.relation, found.relation[later]]),
        )
