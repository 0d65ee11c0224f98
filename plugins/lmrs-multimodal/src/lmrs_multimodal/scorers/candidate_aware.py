"""Candidates by what a history says to each of them."""

from __future__ import annotations

from torch import Tensor, nn

from lmrs_multimodal.candidates import scores
from lmrs_multimodal.scorers.options import CandidateAware as Options
from lmrs_plugins import Env, Step


class CandidateAware(nn.Module):
    """(sum_a c_a) . sum_ab att(c_a, h_b), as `lmrs_multimodal.candidates` has it (Wu et al., SIGIR 2022, 2.3).

    Shapes: vectors (B, L, d) of the history and (B, K, d) of the candidates, of each type of data -> (B, K).
    """

    def __init__(self, env: Env, options: Options) -> None:
        super().__init__()
        self._options = options

    def score(self, step: Step) -> Tensor:
        return scores(step.get("of", "input"), step.get("of", "candidates"), **dict(self._options))
