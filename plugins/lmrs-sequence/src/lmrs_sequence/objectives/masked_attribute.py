"""The attributes of items that a history hides."""

from __future__ import annotations

from torch import Tensor, nn

from lmrs_plugins import Env, Step
from lmrs_sequence.objectives.attribute_head import AttributeHead
from lmrs_sequence.objectives.histories import histories
from lmrs_sequence.objectives.options import Attribute as Options


class MaskedAttribute(nn.Module):
    """Masked attribute prediction (Zhou et al., CIKM 2020, 4.2): of each hidden item, from what surrounds it.

    A sum over the hidden places; the count is that of histories.
    """

    def __init__(self, env: Env, options: Options) -> None:
        super().__init__()
        self.head = AttributeHead(env, options)

    def terms(self, step: Step) -> dict[str, tuple[Tensor, int]]:
        view = step.view("target")
        states = step.get("history", "input").main.flatten(0, 1).index_select(0, view["at"])
        total = self.head(states, view["item"], step.get("attribute"))
        return {"loss": (total, histories(step))}

    def counts(self, step: Step) -> dict[str, int]:
        return {"loss": histories(step)}
