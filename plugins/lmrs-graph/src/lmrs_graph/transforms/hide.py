"""Nodes to be known by what is around them."""

from __future__ import annotations

from lmrs_graph.transforms.options import Hide as Options
from lmrs_plugins import Env, ExampleRandom, Examples, View


class Hide:
    """`hidden`: nodes (B,), which an encoder with `without` does not see; `negative`: other nodes (B, K).

    In evaluation the nodes alone.
    """

    def __init__(self, env: Env, options: Options) -> None:
        self._subject, self._each, self._count = options.subject, options.negatives, env.count(options.subject)

    def views(self, examples: Examples, rng: ExampleRandom | None) -> dict[str, View]:
        node, of = examples.array("node"), {self._subject: self._subject}
        hidden = {"hidden": View({self._subject: node}, of)}
        if rng is None:
            return hidden
        others = rng.integers(self._count, self._each)
        return {**hidden, "negative": View({self._subject: others}, of, mask=others != node[:, None])}
