"""Telling items that a generator put in from those that were there."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from lmrs_plugins import Env, Step
from lmrs_sequence.objectives.cross_entropy import CPU_SCORES
from lmrs_sequence.objectives.item_loss import ItemLoss
from lmrs_sequence.objectives.options import ItemLoss as Masked
from lmrs_sequence.objectives.options import ReplacedItem as Options


class ReplacedItem(nn.Module):
    """Replaced token detection (Clark et al., ELECTRA, ICLR 2020, 2), generator and discriminator being one encoder.

    The generator guesses the hidden items: term `masked`, cross-entropy over all of them. One item is sampled for each
    hidden place from its distribution (the largest of score plus Gumbel noise; no gradient goes through that) and put
    into the history as it was. The encoder looks at this one, and a head says of each place whether its item is another
    than it was: term `replaced`, `rate` times binary cross-entropy over all places. A sample that hits the true item
    counts as not replaced.

    Shapes: states (B, L, d), target and `at` (M,), table (n, d). The discriminator reads `encoder` where that is wired,
    what stands under the projection to items, and `history` otherwise. The head dies with the stage.
    """

    def __init__(self, env: Env, options: Options) -> None:
        super().__init__()
        self._rate, self._port = options.rate, "encoder" if "encoder" in env.widths else "history"
        self._masked = ItemLoss(env, Masked(temperature=options.temperature, label_smoothing=options.label_smoothing))
        self._temperature = options.temperature
        width = int(env.widths[self._port])
        self.project, self.judge = nn.Linear(width, width), nn.Linear(width, 1)

    def terms(self, step: Step) -> dict[str, tuple[Tensor, int]]:
        masked, count = self._masked.terms(step)["loss"]
        original, at = step.view("original"), step.view("target")["at"]
        was = original["item"]
        now = was.flatten().index_put((at,), self._sample(step, at)).view(was.shape)
        found = step.get(self._port, original.replace(item=now))
        logits = self.judge(functional.gelu(self.project(found.main)))[..., 0]
        each = functional.binary_cross_entropy_with_logits(logits, (now != was).to(logits.dtype), reduction="none")
        there = original["mask"] if found.mask is None else original["mask"] & found.mask
        replaced = each.masked_fill(~there, 0.0).sum() * self._rate
        return {"masked": (masked, count), "replaced": (replaced, int(original["mask"].sum()))}

    def counts(self, step: Step) -> dict[str, int]:
        return {"masked": len(step.view("target")["item"]), "replaced": int(step.view("original")["mask"].sum())}

    @torch.no_grad()
    def _sample(self, step: Step, at: Tensor) -> Tensor:
        """(M,) items, each with the probability that the generator gives it; a chunk of scores at a time."""
        table = step.get("item")
        states = step.get("history", "input").states.flatten(0, 1).index_select(0, at) / self._temperature
        found = []
        for chunk in states.split(max(1, CPU_SCORES // len(table.main))):
            scores = chunk @ table.main.T
            if table.mask is not None:
                scores = scores.masked_fill(~table.mask, float("-inf"))
            uniform = torch.rand(scores.shape, generator=step.generator).clamp_(min=1e-20).to(scores)
            found.append((scores - (-uniform.log()).log()).argmax(1))
        return torch.cat(found) if found else at
