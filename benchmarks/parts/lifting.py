"""How much cold items have to be lifted so that they stand among the others as often as they are right."""

from __future__ import annotations

import numpy as np
import torch

from lmrs.answer.pipeline import Pipeline
from lmrs.evaluation.evaluator import take

_CASES = 512


def fair_lift(pipeline: Pipeline, top: int = 10, most: float = 2.0, rounds: int = 16) -> float:
    """The `lift` of the answer at which items without a training event are as great a share of the best `top` as of
    the right answers, on the validation part; 0 where the model has no score for any of them.

    Memory: the scores of all cases at once.
    """
    cases = pipeline.cases("valid")
    cold = torch.from_numpy(pipeline.setting.bundle.training().counts("item") == 0)
    found = []
    for start in range(0, len(cases.examples), _CASES):
        places = np.arange(start, min(start + _CASES, len(cases.examples)))
        scores, seen = pipeline.answering.scores(take(cases.examples, places)), cases.seen.take(places)
        scores[torch.from_numpy(seen.owners()), torch.from_numpy(seen.values)] = -torch.inf
        found.append(scores)
    scores = torch.cat(found)
    if not bool((scores[:, cold] > -torch.inf).any()):
        return 0.0
    wanted = float(cold[torch.from_numpy(cases.positives.values)].double().mean())
    # Of either kind the best `top` of a case decide.
    of_cold, others = scores[:, cold].topk(top).values, scores[:, ~cold].topk(top).values
    low, high = -most, most
    for _ in range(rounds):
        lift = (low + high) / 2
        chosen = torch.cat([of_cold + lift, others], 1).topk(top).indices < top
        low, high = (lift, high) if float(chosen.double().mean()) < wanted else (low, lift)
    return round((low + high) / 2, 4)
