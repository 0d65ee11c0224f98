"""A history and its own segment, against a segment of somebody else."""

from __future__ import annotations

from torch import Tensor, nn

from lmrs_plugins import Env, Step, last
from lmrs_sequence.objectives.histories import histories
from lmrs_sequence.objectives.pairwise import pairwise


class Segment(nn.Module):
    """Segment prediction (Zhou et al., CIKM 2020, 4.2): what surrounds a segment is nearer to it than to another.

    Three passes: the history without its segment, that segment, and the other one, each read at its last place. The
    count is that of histories.
    """

    def __init__(self, env: Env) -> None:
        super().__init__()
        width = int(env.widths["history"])
        self.project = nn.Linear(width, width)

    def terms(self, step: Step) -> dict[str, tuple[Tensor, int]]:
        around, right, wrong = (last(step.get("history", name)) for name in ("input", "segment", "other"))
        there = step.view("input")["mask"].any(1)
        each = pairwise(self.project(around), right, wrong)[there]
        return {"loss": (each.sum(), histories(step))}

    def counts(self, step: Step) -> dict[str, int]:
        return {"loss": histories(step)}
