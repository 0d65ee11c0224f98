"""Hidden items against others that were not there."""

from __future__ import annotations

from torch import Tensor, nn

from lmrs_plugins import Env, Step
from lmrs_sequence.objectives.histories import histories
from lmrs_sequence.objectives.pairwise import pairwise


class MaskedItemContrast(nn.Module):
    """Masked item prediction (Zhou et al., CIKM 2020, 4.2): W f is nearer to the hidden item than to a negative.

    Shapes: states (B, L, d), target and `at` (M,), negatives (M, N). The mean over negatives, summed over the hidden
    places; the count is that of histories. A target without a vector, or without a negative that has one, adds nothing.
    """

    def __init__(self, env: Env) -> None:
        super().__init__()
        self.project = nn.Linear(int(env.widths["history"]), int(env.widths["item"]))

    def terms(self, step: Step) -> dict[str, tuple[Tensor, int]]:
        states = step.get("history", "input").main.flatten(0, 1).index_select(0, step.view("target")["at"])
        right, wrong = step.get("item", "target"), step.get("item", "negative")
        each = pairwise(self.project(states)[:, None], right.main[:, None], wrong.main)
        if wrong.mask is not None:
            each = each.masked_fill(~wrong.mask, 0.0).sum(1) / wrong.mask.sum(1).clamp(min=1)
        else:
            each = each.mean(1)
        if right.mask is not None:
            each = each.masked_fill(~right.mask, 0.0)
        return {"loss": (each.sum(), histories(step))}

    def counts(self, step: Step) -> dict[str, int]:
        return {"loss": histories(step)}
