"""Rankings made up for tests: scores with ties, lists without rows, cases without right answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
import torch

from lmrs.evaluation.placed import Placed
from lmrs.evaluation.ranking import rank
from lmrs_plugins.ragged import Ragged

ROWS = 30


@dataclass(frozen=True)
class Question:
    """Scores (C, ROWS), right answers and seen rows of C cases."""

    scores: torch.Tensor
    positives: Ragged
    seen: Ragged

    def placed(self, top: int = ROWS) -> Placed:
        """The cases ranked."""
        return rank(self.scores, self.positives, rows=ROWS, seen=self.seen, top=top)

    def ranked_rows(self, case: int) -> list[int]:
        """Rows that are candidates of a case."""
        own = self.scores[case].tolist()
        return [row for row in range(ROWS) if own[row] > -np.inf and row not in self.seen[case]]


def made(seed: int, cases: int = 40, ties: str = "none") -> Question:
    """Made of a seed.

    `ties`: `none`; `harmless`, where right answers are only tied with each other and wrong ones with wrong ones, so
    that no order of equals changes a metric; `any`. Among the cases are some without right answers, without a
    candidate, and with a right answer that was seen.
    """
    random = np.random.default_rng(seed)
    scores = random.permuted(np.tile(np.arange(ROWS, dtype=np.float32), (cases, 1)), axis=1)
    positives = [random.choice(ROWS, random.integers(0, 9), replace=False) for _ in range(cases)]
    if ties == "any":
        scores = np.floor(scores / 4)
    if ties == "harmless":
        for case in range(cases):
            right = np.isin(np.arange(ROWS), positives[case])
            scores[case] = 2 * np.floor(scores[case] / 4) + right
    seen = [random.choice(ROWS, random.integers(0, 7), replace=False) for _ in range(cases)]
    scores[1] = -np.inf
    seen[2] = np.arange(ROWS)
    return Question(torch.from_numpy(scores), Ragged.of(positives), Ragged.of(seen))


@pytest.fixture
def question() -> Callable[..., Question]:
    """`question(seed, cases=40, ties="none")`, see `made`."""
    return made
