"""The attributes of items that a history shows."""

from __future__ import annotations

from torch import Tensor, nn

from lmrs_plugins import Env, Step
from lmrs_sequence.objectives.attribute_head import AttributeHead
from lmrs_sequence.objectives.histories import histories
from lmrs_sequence.objectives.options import Attribute as Options


class ItemAttribute(nn.Module):
    """Associated attribute prediction (Zhou et al., CIKM 2020, 4.2): of each item in sight, from its own state.

    A sum over the places that show an item; the count is that of histories, so that long ones weigh more, as where
    whole batches are summed.
    """

    def __init__(self, env: Env, options: Options) -> None:
        super().__init__()
        self.head = AttributeHead(env, options)

    def terms(self, step: Step) -> dict[str, tuple[Tensor, int]]:
        view, found = step.view("input"), step.get("history", "input")
        shown = view["mask"] if view.special is None else view["mask"] & (view.special == 0)
        if found.mask is not None:
            shown = shown & found.mask
        total = self.head(found.main[shown], view["item"][shown], step.get("attribute"))
        return {"loss": (total, histories(step))}

    def counts(self, step: Step) -> dict[str, int]:
        return {"loss": histories(step)}
