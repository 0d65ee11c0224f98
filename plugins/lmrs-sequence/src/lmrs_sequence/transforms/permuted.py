"""Some items of a history guessed in a random order, each from those before it in that order."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lmrs_plugins import Env, ExampleRandom, Examples, View
from lmrs_sequence.transforms.beside import beside
from lmrs_sequence.transforms.latest import latest
from lmrs_sequence.transforms.negatives import Negatives
from lmrs_sequence.transforms.options import Permuted as Options

Rows = npt.NDArray[np.int64]


class Permuted:
    """Views of permutation language modelling (Yang et al., XLNet, NeurIPS 2019, 2.2-2.3).

    Which items are predicted is drawn as XLNet's authors do: a span of l items, l even in 1 … `span`, stands somewhere
    in each l / `rate` items. They get a random order; the others come before all of them. Of two streams of states, the
    content stream is the history itself, and the query stream is one more position for each predicted item, behind the
    history: it has the place (`position`) and the rank (`order`) of its item, and the code MASK for its content. What
    may look at what follows from `order` (0: in sight of everything), and is the encoder's matter.

    Training: `input` (B, L + Q), and `target` (M,) with `at`, the queries in the flattened (B * (L + Q)); at least one
    item of each list is a target. Evaluation: the last `length` - 1 items, and one query behind them.
    """

    def __init__(self, env: Env, options: Options) -> None:
        self._options = options
        self._negatives = Negatives(env, options)

    def views(self, examples: Examples, rng: ExampleRandom | None) -> dict[str, View]:
        lists, most = examples.lists("item"), self._options.length - (rng is None)
        rows, mask = latest(lists, most)
        others = beside(examples, self._options.also, lists.lengths, rows.shape[1])
        lengths = mask.sum(1)
        if rng is None:
            place, order = lengths[:, None], np.zeros_like(rows)
            return {"input": _view(rows, mask, others, place, np.ones_like(place), order)}
        hidden = self._hidden(mask, rng)
        rank = np.where(hidden, rng.uniform(self._options.length)[:, : rows.shape[1]], 2.0).argsort(1).argsort(1)
        order = np.where(hidden, rank + 1, 0)
        counts = hidden.sum(1)
        owner, place = np.nonzero(hidden)
        slot = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
        places = np.full((len(lists), max(1, int(counts.max(initial=0)))), -1, dtype=np.int64)
        places[owner, slot] = place
        target = rows[owner, place]
        more = self._negatives.views(rng, lists, owner, place, rows.shape[1], target)
        ranks = np.take_along_axis(order, np.maximum(places, 0), 1)
        shown = _view(rows, mask, others, places, ranks, order)
        at = owner * shown["item"].shape[1] + rows.shape[1] + slot
        return {"input": shown, "target": View.of(item=target, values={"at": at}), **more}

    def _hidden(self, mask: npt.NDArray[np.bool_], rng: ExampleRandom) -> npt.NDArray[np.bool_]:
        """(B, L) true where an item is predicted: spans, one after the other until the history ends."""
        options, lengths = self._options, mask.sum(1)
        lone, columns = rng.uniform(), np.arange(mask.shape[1])
        hidden, begin = np.zeros_like(mask), np.zeros(len(mask), dtype=np.int64)
        steps = rng.uniform(2 * options.length).reshape(len(mask), options.length, 2)
        for number in range(options.length):  # as many numbers whatever the batch
            if (begin >= lengths).all():
                break
            span = 1 + (steps[:, number, 0] * options.span).astype(np.int64)
            stretch = np.maximum((span / options.rate).astype(np.int64), span)
            start = begin + (steps[:, number, 1] * (stretch - span + 1)).astype(np.int64)
            hidden |= (columns >= start[:, None]) & (columns < (start + span)[:, None])
            begin = begin + stretch
        hidden &= mask
        none = np.flatnonzero(~hidden.any(1) & (lengths > 0))
        hidden[none, np.minimum((lone[none] * lengths[none]).astype(np.int64), lengths[none] - 1)] = True
        return hidden


def _view(
    rows: Rows, mask: npt.NDArray[np.bool_], others: dict[str, Rows], places: Rows, ranks: Rows, order: Rows
) -> View:
    """The history, and behind it a query for each of (B, Q) `places`, -1 for none."""
    there = places >= 0
    blank = np.zeros(places.shape, dtype=np.int64)
    columns = np.broadcast_to(np.arange(rows.shape[1]), rows.shape)
    return View.of(
        mask=np.hstack([mask, there]),
        special=np.hstack([np.zeros_like(rows), there * View.MASK]),
        values={"position": np.hstack([columns, np.maximum(places, 0)]), "order": np.hstack([order, ranks])},
        item=np.hstack([rows, blank]),
        **{name: np.hstack([array, blank]) for name, array in others.items()},
    )
