"""What most people chose."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from lmrs_plugins import Env, Step
from lmrs_sequence.scorers.options import Popularity as Options


class Popularity(nn.Module):
    """The number of training events of an item, the same for everybody. Nothing trains.

    Shapes: a view of B histories -> (B, n); with candidates (B, K) -> (B, K).
    """

    events: Tensor

    def __init__(self, env: Env, options: Options) -> None:
        super().__init__()
        counts = env.bundle.counts("item")
        self.register_buffer("events", torch.from_numpy(counts.astype("float32")))

    def score(self, step: Step) -> Tensor:
        candidates = step.candidates()
        return self.events.repeat(len(step.view("input")["item"]), 1) if candidates is None else self.events[candidates]
