"""Components of `three-passes`."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from lmrs_plugins import Env, ExampleRandom, Examples, Step, View, last


class Segments:
    def __init__(self, env: Env) -> None: ...

    def views(self, examples: Examples, rng: ExampleRandom | None) -> dict[str, View]:
        lists = examples.lists("item")
        rows, mask = lists.padded(int(lists.lengths.max()))
        if rng is None:
            return {"context": View.of(item=rows, mask=mask)}
        start = (rng.uniform() * (lists.lengths - 1)).astype(np.int64)
        stop = start + 1 + (rng.uniform() * ((lists.lengths - start) // 2)).astype(np.int64)
        cut = lists.slices(lists.offsets[:-1] + start, lists.offsets[:-1] + stop)
        place = np.arange(rows.shape[1])
        hidden = (place >= start[:, None]) & (place < stop[:, None])
        context = View.of(item=rows, mask=mask, special=hidden * View.MASK)
        true, there = cut.padded(int(cut.lengths.max()))
        other = np.roll(np.arange(len(true)), 1)
        return {
            "context": context,
            "true": View.of(item=true, mask=there),
            "random": View.of(item=true[other], mask=there[other]),
        }


class SegmentContrast(nn.Module):
    def __init__(self, env: Env) -> None:
        super().__init__()
        self.project = nn.Linear(env.widths["history"], env.widths["history"])

    def terms(self, step: Step) -> dict[str, tuple[torch.Tensor, int]]:
        context, true, random = (last(step.get("history", name)) for name in ("context", "true", "random"))
        near = self.project(context)
        gap = (near * true).sum(-1).sigmoid() - (near * random).sum(-1).sigmoid()
        return {"contrast": (functional.softplus(-gap).sum(), len(gap))}
