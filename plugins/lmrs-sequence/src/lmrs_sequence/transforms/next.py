"""A history and, at each of its positions, the item that came next."""

from __future__ import annotations

import numpy as np

from lmrs_plugins import Env, ExampleRandom, Examples, View
from lmrs_sequence.transforms.beside import beside
from lmrs_sequence.transforms.latest import latest
from lmrs_sequence.transforms.negatives import Negatives
from lmrs_sequence.transforms.options import Next as Options


class Next:
    """Shifted views (Kang and McAuley, ICDM 2018, III-E).

    Training: `input` (B, L), all items but the last, and `target` (M,), the item after each position, with `at`, the
    position in the flattened (B * L). L is the longest of the batch, at most `length`. A list of fewer than two items
    has no target. Evaluation: the last `length` items.
    """

    def __init__(self, env: Env, options: Options) -> None:
        self._options = options
        self._negatives = Negatives(env, options)

    def views(self, examples: Examples, rng: ExampleRandom | None) -> dict[str, View]:
        lists, most = examples.lists("item"), self._options.length
        if rng is None:
            rows, mask = latest(lists, most)
            others = beside(examples, self._options.also, lists.lengths, rows.shape[1])
            return {"input": View.of(item=rows, mask=mask, **others)}
        rows, there = lists.padded(max(2, min(most + 1, int(lists.lengths.max(initial=0)))))
        mask = there[:, 1:]
        aimed = mask
        if self._options.last_only:
            aimed = np.zeros_like(mask)
            ends = np.flatnonzero(mask.any(1))
            aimed[ends, mask[ends].sum(1) - 1] = True
        at = np.flatnonzero(aimed)
        target = rows[:, 1:][aimed]
        owner, place = np.divmod(at, mask.shape[1])
        more = self._negatives.views(rng, lists, owner, place, mask.shape[1], target)
        others = beside(examples, self._options.also, lists.lengths, rows.shape[1])
        others = {name: array[:, :-1] * mask for name, array in others.items()}
        return {
            "input": View.of(item=rows[:, :-1] * mask, mask=mask, **others),
            "target": View.of(item=target, values={"at": at}),
            **more,
        }
