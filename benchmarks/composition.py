"""What composition costs: `sasrec` through the host beside the same model written by hand.

    ./dev bench composition [--data PATH] [--pairs N] [--steps N] [--out FILE] [--set KEY=VALUE…]

The loop by hand knows its data: windows stand ready in one matrix, the model is one module. It has everything of ours
that costs nothing to share: dropout, fused cross-entropy, fused AdamW, clipping. Both start from the same weights, see
the same windows in the same order and draw the same dropout, and their losses are compared at every step, so they are
the same model. Steps are taken in turns, block by block; the ratio is that of positions (events, not padding) a second.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from pathlib import Path

import numpy as np
import torch
from parts.stepping import Stepper, positions, stepper
from torch import Tensor, nn
from torch.nn import functional

from lmrs_sequence.encoders.dropout import Dropout
from lmrs_sequence.objectives.cross_entropy import full_cross_entropy

HERE = Path(__file__).parent
ASKED = 0.95


class Layer(nn.Module):
    """Norm before attention and feed-forward part."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.attention_norm, self.feed_norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.dropout = Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        batch, length, width = x.shape
        query, key, value = self.qkv(self.attention_norm(x)).view(batch, length, 3, self.heads, -1).unbind(2)
        seen = functional.scaled_dot_product_attention(
            query.transpose(1, 2), key.transpose(1, 2), value.transpose(1, 2), is_causal=True
        )
        x = x + self.dropout(self.out(seen.transpose(1, 2).reshape(batch, length, width)))
        return x + self.dropout(self.down(functional.gelu(self.up(self.feed_norm(x)))))


class SASRec(nn.Module):
    """Items and positions, layers, a norm; scores are inner products with the items."""

    def __init__(self, items: int, length: int, width: int, heads: int, layers: int, dropout: float) -> None:
        super().__init__()
        self.items = nn.Parameter(torch.empty(items, width))
        self.positions = nn.Parameter(torch.empty(length, width))
        self.dropout = Dropout(dropout)
        self.layers = nn.ModuleList(Layer(width, heads, dropout) for _ in range(layers))
        self.norm = nn.LayerNorm(width)

    def forward(self, rows: Tensor, at: Tensor, target: Tensor, known: Tensor) -> Tensor:
        x = self.dropout(functional.embedding(rows, self.items) + self.positions[: rows.shape[1]])
        for layer in self.layers:
            x = layer(x)
        states = self.norm(x).flatten(0, 1).index_select(0, at)
        return full_cross_entropy(states, self.items, target, known) / len(target)


class ByHand:
    """The tuned loop: a batch is a few rows of a matrix."""

    def __init__(self, other: Stepper) -> None:
        loop = other.loop
        settings = other.setting.resolved.stages[0].optimizer
        options = other.stage.resolved.graph["history"].options
        self.model = SASRec(
            other.setting.bundle.count("item"),
            options.length,
            other.stage.graph.nodes["history"].module.width,
            options.heads,
            options.layers,
            options.dropout,
        )
        self._take_weights(other)
        self.known = other.stage.graph.nodes["item"].module.known
        decayed = [parameter for parameter in self.model.parameters() if parameter.ndim > 1]
        others = [parameter for parameter in self.model.parameters() if parameter.ndim == 1]
        self.optimizer = torch.optim.AdamW(
            [{"params": decayed, "weight_decay": settings.decay}, {"params": others, "weight_decay": 0.0}],
            lr=settings.rate,
            betas=settings.betas,
            fused=True,
        )
        self.clip, self.rate, self.schedule = settings.clip, settings.rate, loop._schedule
        windows = loop._collator.sampler.examples(np.arange(len(loop._collator.sampler._users))).lists("item")
        table, there = windows.padded(options.length + 1)
        self.rows = torch.from_numpy(table[:, :-1] * there[:, 1:])
        self.targets, self.there = torch.from_numpy(table[:, 1:]), torch.from_numpy(there[:, 1:])
        self.lengths = there[:, 1:].sum(1)
        self.trained = list(self.model.parameters())
        self.taken = 0

    def _take_weights(self, other: Stepper) -> None:
        mine = dict(self.model.named_parameters())
        with torch.no_grad():
            for name, parameter in other.stage.live.parameters().items():
                node, _, rest = name.partition(".")
                mine["items" if node == "item" else rest].copy_(parameter)

    def step(self, keys: np.ndarray) -> float:
        """One step on some windows; the loss."""
        longest = int(self.lengths[keys].max())
        chosen = torch.from_numpy(keys)
        there = self.there[chosen, :longest]
        at = there.flatten().nonzero()[:, 0]
        self.model.train()
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate * self.schedule.factor(self.taken)
        self.taken += 1
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.model(self.rows[chosen, :longest], at, self.targets[chosen, :longest][there], self.known)
        loss.backward()
        nn.utils.clip_grad_norm_(self.trained, self.clip)
        self.optimizer.step()
        return float(loss.detach())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", default=str(HERE.parent.parent / "shared" / "data" / "ml-100k"))
    parser.add_argument("--pairs", type=int, default=30, help="blocks of each side")
    parser.add_argument("--steps", type=int, default=10, help="steps in a block")
    parser.add_argument("--set", action="append", default=[], dest="overrides")
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    composed = stepper("sasrec", asked.data, asked.overrides)
    by_hand = ByHand(composed)
    loop, batches = composed.loop, composed.batches()
    keys = (keys for epoch in range(10**6) for keys in loop._epoch_plan(epoch).batches)
    seconds: dict[str, list[float]] = {"composed": [], "by hand": []}
    rates: list[float] = []
    apart = 0.0
    for pair in range(asked.pairs + 1):  # the first pair warms up
        random = torch.get_rng_state()
        losses: list[float] = []
        seen = 0
        begun = time.perf_counter()
        for _ in range(asked.steps):
            made = next(batches)
            losses.append(composed.step(made)["next-item.loss"])
            seen += positions(made, "next/input")
        middle = time.perf_counter()
        torch.set_rng_state(random)  # the same numbers for dropout
        again = time.perf_counter()
        for loss in losses:
            found = by_hand.step(next(keys))
            apart = max(apart, abs(found - loss) / loss)
        ended = time.perf_counter()
        if pair:
            seconds["composed"].append(middle - begun)
            seconds["by hand"].append(ended - again)
            rates.append(seen / (middle - begun))
    if apart > 1e-4:
        raise SystemExit(f"the two are not the same model: their losses differ by a share of {apart:.1e}")
    ratios = [hand / ours for ours, hand in zip(seconds["composed"], seconds["by hand"], strict=True)]
    low, middle_ratio, high = (float(np.quantile(ratios, q)) for q in (0.1, 0.5, 0.9))
    print(f"| composed, positions a second | by hand | ratio (median) | 10 % – 90 % of {asked.pairs} pairs | asked |")
    print("|---|---|---|---|---|")
    rate = statistics.median(rates)
    print(f"| {rate:.0f} | {rate / middle_ratio:.0f} | {middle_ratio:.3f} | {low:.3f} – {high:.3f} | {ASKED} |")
    print(f"\nLosses of the two differ by at most {apart:.1e} of their size over {asked.pairs * asked.steps} steps.")
    if asked.out:
        asked.out.write_text(json.dumps({"seconds": seconds, "ratios": ratios, "apart": apart}, indent=1))


if __name__ == "__main__":
    main()
