"""Some items of a history hidden, to be guessed from the others."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lmrs_plugins import Env, ExampleRandom, Examples, View
from lmrs_sequence.transforms.beside import beside
from lmrs_sequence.transforms.latest import latest
from lmrs_sequence.transforms.negatives import Negatives
from lmrs_sequence.transforms.options import Cloze as Options
from lmrs_sequence.transforms.prefixes import prefixes


class Cloze:
    """Masked-item views (Sun et al., CIKM 2019, 3.6), after Taylor's cloze procedure.

    Training: `input` (B, L) with the special code MASK where an item is hidden (its row is gone), and `target` (M,)
    with the hidden items and `at`, their places in the flattened (B * L). L is the longest list of the batch, at most
    `length`. At least one item of each list is hidden, and `last` of the lists hide their last item alone: what
    evaluation asks; with `prefixes`, of histories that end at any place. With `end` every list hides its last item,
    beside the others. Evaluation: the last `length` - 1 items with a mask after them.
    """

    def __init__(self, env: Env, options: Options) -> None:
        self._options = options
        self._negatives = Negatives(env, options)

    def views(self, examples: Examples, rng: ExampleRandom | None) -> dict[str, View]:
        lists, most = examples.lists("item"), self._options.length
        if rng is None:
            lengths = np.minimum(lists.lengths, most - 1)
            rows, mask = lists.padded(int(lengths.max(initial=0)))
            rows, mask = (np.pad(array, ((0, 0), (0, 1))) for array in (rows, mask))
            special = np.zeros(rows.shape, dtype=np.int64)
            every = np.arange(len(lists))
            special[every, lengths], mask[every, lengths] = View.MASK, True
            others = beside(examples, self._options.also, lists.lengths, rows.shape[1] - 1)
            others = {name: np.pad(array, ((0, 0), (0, 1))) for name, array in others.items()}
            return {"input": View.of(item=rows, mask=mask, special=special, **others)}
        shown = prefixes(lists, self._options.prefixes, rng)
        rows, mask = latest(shown, most)
        hidden = self._hidden(mask, rng)
        at = np.flatnonzero(hidden)
        target = rows[hidden]
        others = beside(examples, self._options.also, shown.lengths, rows.shape[1])
        original = {"original": View.of(item=rows.copy(), mask=mask, **others)} if self._options.original else {}
        rows[hidden] = 0
        owner, place = np.divmod(at, rows.shape[1])
        more = self._negatives.views(rng, lists, owner, place, rows.shape[1], target)
        return {
            "input": View.of(item=rows, mask=mask, special=hidden * View.MASK, **others),
            "target": View.of(item=target, values={"at": at}),
            **original,
            **more,
        }

    def _hidden(self, mask: npt.NDArray[np.bool_], rng: ExampleRandom) -> npt.NDArray[np.bool_]:
        """(B, L) true where an item is hidden."""
        options, lengths = self._options, mask.sum(1)
        lone = rng.uniform() < options.last
        chosen = np.minimum((rng.uniform() * lengths).astype(np.int64), np.maximum(lengths - 1, 0))
        # As many numbers whatever L is: what an example draws does not depend on its batch.
        drawn = np.where(mask, rng.uniform(options.length)[:, : mask.shape[1]], 1.0)
        hidden = (drawn < options.rate) & mask
        if 0 < options.max_masked < hidden.sum(1).max(initial=0):
            hidden &= drawn <= np.partition(drawn, options.max_masked - 1, axis=1)[:, options.max_masked - 1, None]
        hidden[lone] = False
        chosen = np.where(lone, lengths - 1, chosen)
        if options.end:
            some = np.flatnonzero(lengths)
            hidden[some, lengths[some] - 1] = True
        none = np.flatnonzero(~hidden.any(1) & (lengths > 0))
        hidden[none, chosen[none]] = True
        return hidden
