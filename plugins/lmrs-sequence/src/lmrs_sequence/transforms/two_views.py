"""A history that asks for its last item, and the same history without some of its items."""

from __future__ import annotations

import numpy as np

from lmrs_plugins import Env, ExampleRandom, Examples, Ragged, View
from lmrs_sequence.transforms.latest import latest
from lmrs_sequence.transforms.options import TwoViews as Options
from lmrs_sequence.transforms.prefixes import prefixes


class TwoViews:
    """Views of the two contrasts of Hou et al. (KDD 2022, 2.2), without their words that are dropped from texts.

    Training: `input` (B, L), all items but the last; `target` (M,), the last one, with `at`, the position in the
    flattened (B * L) that asks for it; `other` (B, L), `input` without a share of its items, the first always kept. A
    list of fewer than two items has no target and shows nothing. Evaluation: the last `length` items.
    """

    def __init__(self, env: Env, options: Options) -> None:
        self._options = options

    def views(self, examples: Examples, rng: ExampleRandom | None) -> dict[str, View]:
        lists, most = examples.lists("item"), self._options.length
        if rng is None:
            rows, mask = latest(lists, most)
            return {"input": View.of(item=rows, mask=mask)}
        lists = prefixes(lists, self._options.prefixes, rng).last(most + 1)
        ends = lists.offsets[1:] - 1
        shown = lists.slices(lists.offsets[:-1], ends)
        width = max(1, int(shown.lengths.max(initial=0)))
        rows, mask = shown.padded(width)
        owner = np.flatnonzero(shown.lengths)
        kept = mask & ((rng.uniform(most)[:, :width] >= self._options.drop) | (np.arange(width) == 0))
        offsets = np.concatenate([[0], np.cumsum(kept.sum(1))]).astype(np.int64)
        others, there = Ragged(rows[kept], offsets).padded(width)
        at = owner * width + shown.lengths[owner] - 1
        return {
            "input": View.of(item=rows, mask=mask),
            "target": View.of(item=lists.values[ends[owner]], values={"at": at}),
            "other": View.of(item=others, mask=there),
        }
