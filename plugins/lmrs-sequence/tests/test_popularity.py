"""The floor."""

from __future__ import annotations

import numpy as np
import torch

from lmrs_plugins import Env, View
from lmrs_sequence.scorers.options import Popularity as Options
from lmrs_sequence.scorers.popularity import Popularity

VIEWS = {"input": View.of(item=np.zeros((2, 1), dtype=np.int64))}


def test_scores_are_counts_of_events_for_everybody(bundle_of, step_of) -> None:
    scorer = Popularity(Env(bundle_of([[0, 2], [2, 3], [2]], 5)), Options())
    assert scorer.score(step_of(VIEWS)).tolist() == [[1, 0, 3, 1, 0]] * 2
    candidates = torch.tensor([[2, 4], [3, 2]])
    assert scorer.score(step_of(VIEWS, candidates)).tolist() == [[3, 0], [1, 3]]
