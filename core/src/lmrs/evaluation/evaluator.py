"""Cases through a scorer into ranks and metrics, in batches of bounded memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import torch

from lmrs.evaluation.answering import Answering
from lmrs.evaluation.build import deepest
from lmrs.evaluation.measure import measure
from lmrs.evaluation.placed import Placed
from lmrs.evaluation.pool import Pool
from lmrs.evaluation.ranking import Ranking
from lmrs.evaluation.report import Result, Setting
from lmrs.recipe.resolved import ResolvedEvaluation
from lmrs_plugins import Bundle, Cases, Examples, InputError, Ragged
from lmrs_plugins.metric import Metric

_SCORES = 1 << 24
"""Scores that are held at once: 64 MiB."""
_CASES = 512


class Evaluator:
    """The cases of one part under a recipe's metrics.

    `training` is the bundle's training part: it says which right answers are cold, and how popular rows are. `data` is
    the fingerprint of the whole; `window` the time window that is asked about, where there are any.
    """

    def __init__(
        self,
        part: str,
        cases: Cases,
        metrics: Sequence[Metric],
        settings: ResolvedEvaluation,
        training: Bundle,
        subject: str,
        seed: int,
        data: str = "",
        window: int | None = None,
    ) -> None:
        if not len(cases.examples):
            raise InputError(f"nothing to evaluate: the split left no case in {part}; users need at least three events")
        self.cases, self._metrics, self._settings = cases, metrics, settings
        self._part, self._subject, self._rows = part, subject, training.count(subject)
        counts = (
            training.counts(subject)
            if subject in training.interactions.column_names
            else np.zeros(self._rows, dtype=np.int64)
        )
        self._cold = int((counts[cases.positives.values] == 0).sum()) if counts.any() else None
        self._events = counts if counts.any() else None
        self._pool = Pool(cases, settings.candidates, settings.seen, counts, seed)
        self._seed, self.data, self._window = seed, data, window

    def run(self, answering: Answering) -> Result:
        """Rank every case and measure."""
        return self.measure(self.rank(answering))

    def rank(self, answering: Answering, depth: int = 0) -> Placed:
        """Rank every case; at least the best `depth` are kept, but of a scorer that makes its own lists as many as
        the metrics look at: asked for more, it might choose others.
        """
        cases, count = self.cases, len(self.cases.examples)
        answers = hasattr(answering.scorer, "answer") and not hasattr(answering.scorer, "score")
        ranking = Ranking(self._rows, max(self.deepest, 1, 0 if answers else min(depth, self._rows)))
        width = self._pool.width or self._rows
        size = max(1, min(_CASES, _SCORES // max(width, 1)))
        for start in range(0, count, size):
            places = np.arange(start, min(start + size, count))
            examples = take(cases.examples, places)
            positives, seen = cases.positives.take(places), cases.seen.take(places)
            excluded = seen if self._settings.seen == "exclude" else None
            chosen = self._pool.rows(places)
            if answers:
                lists = answering.answer(examples, ranking.top, self._allowed(seen, len(places), chosen))
                ranking.add_lists(places, lists.rows.cpu().numpy(), positives, excluded)
                continue
            asked = None if chosen is None else np.maximum(chosen, 0)  # -1 is no row: scored as any, never ranked
            ranking.add(places, answering.scores(examples, asked), positives, excluded, chosen)
        return replace(ranking.result(), popularity=self._events, seen=cases.seen)

    @property
    def deepest(self) -> int:
        """How many of the best the metrics look at."""
        return deepest(self._metrics)

    def measure(self, placed: Placed) -> Result:
        """The metrics of ranked cases, and what they rest on."""
        users = self.cases.examples.columns.get("user")
        return measure(
            placed,
            self._metrics,
            Setting(
                part=self._part,
                subject=self._subject,
                candidates=self._pool.label,
                sampled=self._pool.sampled,
                seen=self._settings.seen,
                data=self.data,
                seed=self._seed if self._pool.sampled else None,
                window=self._window,
            ),
            keys=self.cases.examples.keys,
            groups=users if isinstance(users, np.ndarray) else None,
            cold=self._cold,
        )

    def _allowed(self, seen: Ragged, cases: int, chosen: npt.NDArray[np.int64] | None) -> torch.Tensor | None:
        """(cases, rows) what may stand in a list: candidates, where there are any, without what was seen."""
        if chosen is None and self._settings.seen == "include":
            return None
        allowed = torch.full((cases, self._rows), chosen is None)
        if chosen is not None:
            case, place = np.nonzero(chosen >= 0)
            allowed[torch.from_numpy(case), torch.from_numpy(chosen[case, place])] = True
        if self._settings.seen == "exclude":
            allowed[torch.from_numpy(seen.owners()), torch.from_numpy(seen.values)] = False
        return allowed


def take(examples: Examples, places: npt.NDArray[np.int64]) -> Examples:
    """Some of the examples."""
    columns = {
        name: column.take(places) if isinstance(column, Ragged) else column[places]
        for name, column in examples.columns.items()
    }
    return Examples(examples.keys[places], columns)
