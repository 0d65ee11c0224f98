"""A history without a segment of it, that segment alone, and one of somebody else in its place."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lmrs_plugins import Env, ExampleRandom, Examples, Ragged, View
from lmrs_sequence.transforms.latest import latest
from lmrs_sequence.transforms.options import Segments as Options
from lmrs_sequence.transforms.prefixes import prefixes

Rows = npt.NDArray[np.int64]


class Segments:
    """Views of segment prediction (Zhou et al., CIKM 2020, 4.2), each (B, L) with the code MASK where nothing shows.

    Training: of a history of n items, a segment of 1 … max(1, n // 2) items is drawn, its length and then its place
    evenly. `input` hides the segment, `segment` hides all but it, and `other` has at its places as many items that
    stand one after the other in the histories of the other examples, read as one long list. Only where these are too
    short all together, items are drawn evenly. Evaluation: `input` is the last `length` items.
    """

    def __init__(self, env: Env, options: Options) -> None:
        self._items, self._options = env.count("item"), options

    def views(self, examples: Examples, rng: ExampleRandom | None) -> dict[str, View]:
        lists, most = examples.lists("item"), self._options.length
        if rng is None:
            rows, mask = latest(lists, most)
            return {"input": View.of(item=rows, mask=mask)}
        shown = prefixes(lists, self._options.prefixes, rng).last(most)
        lengths = shown.lengths
        rows, mask = shown.padded(max(1, int(lengths.max(initial=0))))
        size = np.minimum(1 + (rng.uniform() * np.maximum(lengths // 2, 1)).astype(np.int64), lengths)
        start = (rng.uniform() * (lengths - size + 1)).astype(np.int64)
        places = np.arange(rows.shape[1])
        inside = (places >= start[:, None]) & (places < (start + size)[:, None])
        others = np.zeros_like(rows)
        others[inside] = self._elsewhere(shown, inside, start, size, rng)
        return {
            "input": _without(rows, mask, inside),
            "segment": _without(rows, mask, ~inside),
            "other": _without(others, mask, ~inside),
        }

    def _elsewhere(
        self, shown: Ragged, inside: npt.NDArray[np.bool_], start: Rows, size: Rows, rng: ExampleRandom
    ) -> Rows:
        """An item for each place `inside`, in their order."""
        owner, place = np.nonzero(inside)
        total = len(shown.values)
        room = total - shown.lengths - size
        begin = shown.offsets[1:] + (rng.uniform() * np.maximum(room + 1, 1)).astype(np.int64)
        anywhere = rng.integers(self._items, self._options.length)[owner, place]
        taken = shown.values[(begin[owner] + place - start[owner]) % max(total, 1)]
        return np.where(room[owner] >= 0, taken, anywhere)


def _without(rows: Rows, mask: npt.NDArray[np.bool_], hidden: npt.NDArray[np.bool_]) -> View:
    hidden = hidden & mask
    return View.of(item=rows * ~hidden, mask=mask, special=hidden * View.MASK)
