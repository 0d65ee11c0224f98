"""Objectives, scorers, transforms and samplers that break one thing each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import torch
from sample_plugin.losses import Best, Dot, NextItem, logits_of
from sample_plugin.sampling import Next, Users
from torch import nn

from lmrs_plugins import Answer, Examples, View, last


class Means(NextItem):
    def terms(self, step: Any) -> Any:
        total, count = super().terms(step)["ce"]
        return {"ce": (total / count, count)}


class CountsRows(NextItem):
    def terms(self, step: Any) -> Any:
        return {"ce": (super().terms(step)["ce"][0], 1)}

    counts = None


class OtherCounts(NextItem):
    def counts(self, step: Any) -> dict[str, int]:
        return {"ce": super().counts(step)["ce"] + 1}


class NotSummed(NextItem):
    def terms(self, step: Any) -> Any:
        total, count = super().terms(step)["ce"]
        return {"ce": (total.expand(3), count)}


class NoPair(NextItem):
    def terms(self, step: Any) -> Any:
        return {"ce": super().terms(step)["ce"][0]}


class Detached(NextItem):
    def terms(self, step: Any) -> Any:
        total, count = super().terms(step)["ce"]
        return {"ce": (total.detach(), count)}


class PullsMore(NextItem):
    def terms(self, step: Any) -> Any:
        step.get("item", "negative")
        return super().terms(step)


class ReadsMore(NextItem):
    def terms(self, step: Any) -> Any:
        step.view("input")["item"].sum()
        return super().terms(step)


class UsesAbsent(NextItem):
    """Adds vectors that are not there."""

    def terms(self, step: Any) -> Any:
        total, count = super().terms(step)["ce"]
        return {"ce": (total + step.get("item", "target").main.sum(), count)}


class NothingIsNan(NextItem):
    def terms(self, step: Any) -> Any:
        total, count = super().terms(step)["ce"]
        there = step.view("target").mask.sum()
        return {"ce": (total * (there / there), count)}


class DeadHead(NextItem):
    def __init__(self, env: Any) -> None:
        super().__init__(env)
        self.head = nn.Linear(3, 3)


class Across(Dot):
    """Compares an example with the others."""

    def score(self, step: Any) -> Any:
        scores = super().score(step)
        return scores - scores.where(scores.isfinite(), 0).mean(0)


class NaNs(Dot):
    def score(self, step: Any) -> Any:
        return super().score(step) * float("nan")


class Transposed(Dot):
    def score(self, step: Any) -> Any:
        return super().score(step).T


class OtherCandidates(Dot):
    def score(self, step: Any) -> Any:
        return super().score(step) + (step.candidates() is not None)


class Forbidden(Best):
    def answer(self, step: Any, top: int, allowed: Any) -> Answer:
        return super().answer(step, top, None)


class Unsorted(Best):
    def answer(self, step: Any, top: int, allowed: Any) -> Answer:
        found = super().answer(step, top, allowed)
        return Answer(found.rows.flip(1), found.scores.flip(1))


class Repeats(Best):
    def answer(self, step: Any, top: int, allowed: Any) -> Answer:
        best = logits_of(last(step.get("history", "input")), step.get("item")).max(1)
        return Answer(best.indices[:, None].expand(-1, 2), best.values[:, None].expand(-1, 2))


class Undeclared(Next):
    def views(self, examples: Any, rng: Any) -> Any:
        return {**super().views(examples, rng), "extra": View.of(item=np.zeros((len(examples), 1), dtype=np.int64))}


class Missing(Next):
    def views(self, examples: Any, rng: Any) -> Any:
        return {name: view for name, view in super().views(examples, rng).items() if name != "negative"}


class OtherValues(Next):
    def views(self, examples: Any, rng: Any) -> Any:
        made = super().views(examples, rng)
        return {**made, "input": replace(made["input"], values={"place": made["input"]["item"]})}


class TensorViews(Next):
    def views(self, examples: Any, rng: Any) -> Any:
        return {name: view.map(torch.from_numpy) for name, view in super().views(examples, rng).items()}


class PaddingRow(Next):
    """Marks padding by a row of its own."""

    def views(self, examples: Any, rng: Any) -> Any:
        made = super().views(examples, rng)
        view = made["input"]
        return {**made, "input": View.of(item=np.where(view.mask, view["item"], self.items))}


class SharedDraws(Next):
    """The same negatives for the whole batch."""

    def views(self, examples: Any, rng: Any) -> Any:
        made = super().views(examples, rng)
        if "negative" in made:
            shape = made["negative"]["item"].shape
            made["negative"] = made["negative"].replace(item=rng.generator().integers(0, self.items, shape))
        return made


class KeepsEnv(Next):
    def __init__(self, env: Any, options: Any) -> None:
        super().__init__(env, options)
        self.env = env


class NeedsRng(Next):
    def views(self, examples: Any, rng: Any) -> Any:
        rng.uniform()
        return super().views(examples, rng)


class NeedsHistory(Next):
    def views(self, examples: Any, rng: Any) -> Any:
        firsts = [examples.lists("item")[row][0] for row in range(len(examples))]
        assert firsts
        return super().views(examples, rng)


class SameOrder(Users):
    def epoch(self, epoch: int, seed: int) -> Any:
        return super().epoch(0, seed)


class Remembers(Users):
    calls = 0

    def epoch(self, epoch: int, seed: int) -> Any:
        self.calls += 1
        return super().epoch(self.calls, seed)


class BatchKeys(Users):
    """Keys by place in the batch."""

    def examples(self, keys: Any) -> Examples:
        return replace(super().examples(keys), keys=np.arange(len(keys)))


class MoreColumns(Users):
    def examples(self, keys: Any) -> Examples:
        found = super().examples(keys)
        return Examples(found.keys, {**found.columns, "time": keys})


class HalfTheUsers(Users):
    def epoch(self, epoch: int, seed: int) -> Any:
        return super().epoch(epoch, seed)[:1]
