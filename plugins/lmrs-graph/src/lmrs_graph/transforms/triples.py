"""Edges beside examples of something else."""

from __future__ import annotations

import numpy as np

from lmrs_graph.transforms.corrupt import Corrupt
from lmrs_graph.transforms.options import Triples as Options
from lmrs_graph.typed import over
from lmrs_plugins import Env, ExampleRandom, Examples, View


class Triples:
    """For each example an edge drawn from all of a named graph, and wrong ones, as `corrupt` makes them.

    So an objective of edges stands beside one of histories or pairs, in one stage. In evaluation it is the edge of the
    example's key, and there is no wrong one.
    """

    def __init__(self, env: Env, options: Options) -> None:
        graph = over(env.bundle, options.graph, options.subject)
        self._corrupt = Corrupt(env, options)
        self._columns = {"head": graph.source, "relation": graph.relation, "tail": graph.target}

    def views(self, examples: Examples, rng: ExampleRandom | None) -> dict[str, View]:
        count = len(self._columns["head"])
        drawn = examples.keys % count if rng is None else np.asarray(rng.integers(count))
        edges = Examples(examples.keys, {name: column[drawn] for name, column in self._columns.items()})
        return self._corrupt.views(edges, rng)
