"""What was clicked, among what was shown with it, by what a history says to each."""

from __future__ import annotations

from torch import Tensor, nn

from lmrs_multimodal.candidates import scores
from lmrs_multimodal.scorers.options import CandidateAware as Options
from lmrs_plugins import Env, Step


class CandidateAware(nn.Module):
    """Cross-entropy of the first candidate of each list, scored as the scorer `candidate-aware` does.

    Wu et al., SIGIR 2022, 2.3, with one clicked and a few that were not of the same impression. A clicked item without
    any vector adds nothing to the sum and counts all the same; a candidate without any stands aside.

    Shapes: vectors (B, L, d) of `input` and (B, 1 + K, d) of `shown`, of each type of data.
    """

    def __init__(self, env: Env, options: Options) -> None:
        super().__init__()
        self._options = options

    def terms(self, step: Step) -> dict[str, tuple[Tensor, int]]:
        found = scores(step.get("of", "input"), step.get("of", "shown"), **dict(self._options))
        found = found.float().masked_fill(~step.view("shown")["mask"], float("-inf"))
        found = found[found[:, 0].isfinite()]
        return {"loss": ((found.logsumexp(1) - found[:, 0]).sum(), self._count(step))}

    def counts(self, step: Step) -> dict[str, int]:
        return {"loss": self._count(step)}

    def _count(self, step: Step) -> int:
        return int(step.view("shown")["mask"][:, 0].sum())
