"""Edges, and edges that are not there."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lmrs_graph.transforms.options import Corrupt as Options
from lmrs_graph.typed import over
from lmrs_plugins import Env, ExampleRandom, Examples, View

Rows = npt.NDArray[np.int64]


class Corrupt:
    """`head` and `tail`: the ends of edges (B,), `head` with the `relation`; `wrong`: other nodes (B, K).

    `wrong` says by `instead` (B, K) of which end each stands: 0 the tail, 1 the head. Where that makes an edge of the
    graph, it is masked. In evaluation there is no `wrong`.
    """

    def __init__(self, env: Env, options: Options) -> None:
        graph = over(env.bundle, options.graph, options.subject)
        self._options, self._nodes, self._relations = options, graph.nodes, len(graph.relations)
        self._known = np.sort(self._key(graph.source, graph.relation, graph.target))

    def views(self, examples: Examples, rng: ExampleRandom | None) -> dict[str, View]:
        head, relation, tail = (examples.array(name) for name in ("head", "relation", "tail"))
        subject = self._options.subject
        ends = {
            "head": View({subject: head}, {subject: subject}, {"relation": relation}),
            "tail": View({subject: tail}, {subject: subject}),
        }
        if rng is None:
            return ends
        wrong = rng.integers(self._nodes, self._options.negatives)
        instead = rng.integers(2, self._options.negatives)
        if self._options.side != "both":
            instead = np.full_like(instead, self._options.side == "head")
        heads, tails = np.where(instead, wrong, head[:, None]), np.where(instead, tail[:, None], wrong)
        found = self._is_known(self._key(heads, relation[:, None], tails))
        return {**ends, "wrong": View({subject: wrong}, {subject: subject}, {"instead": instead}, ~found)}

    def _key(self, head: Rows, relation: Rows, tail: Rows) -> Rows:
        return (head * self._relations + relation) * self._nodes + tail

    def _is_known(self, keys: Rows) -> npt.NDArray[np.bool_]:
        place = np.minimum(np.searchsorted(self._known, keys), len(self._known) - 1)
        known: npt.NDArray[np.bool_] = self._known[place] == keys
        return known
