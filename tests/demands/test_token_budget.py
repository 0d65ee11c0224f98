"""Batches of a bounded number of tokens, and a cache of earlier vectors with an age limit."""

from __future__ import annotations

import numpy as np
import torch
from demands.trials import RECIPES, Trials

from lmrs.answer.run import run

NAME = "token-budget"


def test_batches_keep_to_the_budget_and_leave_no_history_out(trials: Trials) -> None:
    setting = trials.pipeline(NAME).setting
    graph = trials.pipeline(NAME).graph
    bindings = {"text": graph.nodes["text"].plan.binding}
    sampler = setting.builder(0).component(setting.resolved.stages[0].sampler, binding=bindings)
    batches = sampler.epoch(0, 7)
    costs = [sampler.cost[batch].sum() for batch in batches]
    assert max(costs) <= 240 < costs[0] + costs[1]
    assert len({len(batch) for batch in batches}) > 1
    assert sorted(np.concatenate(batches)) == list(range(setting.bundle.count("user")))


def test_young_vectors_are_not_computed_again_and_old_ones_are(trials: Trials, tmp_path, monkeypatch) -> None:
    asked, computed, ages = [], [], []
    module = trials.module("_token_budget")
    cache, mean = module.Cache.forward, module.Words.forward

    def spied_cache(self, of, item, step):
        if not self.training:
            return cache(self, of, item, step)
        asked.append(len(item))
        made = self.made[item].clone()
        result = cache(self, of, item, step)
        used = made == self.made[item]
        ages.extend((step.index - made[used]).tolist())
        return result

    def spied_words(self, words, mask):
        if self.training:
            computed.append(len(words))
        return mean(self, words, mask)

    monkeypatch.setattr(module.Cache, "forward", spied_cache)
    monkeypatch.setattr(module.Words, "forward", spied_words)
    run(RECIPES / f"{NAME}.yaml", out=tmp_path / "run", overrides=["stages.0.epochs=1"], host=trials.host)
    assert sum(computed) < 0.8 * sum(asked)
    assert computed[0] == asked[0]
    assert set(ages) <= {0, 1, 2}
    assert 2 in ages
    assert len(computed) == len(asked)


def test_the_cache_is_part_of_what_is_saved(trials: Trials) -> None:
    weights = trials.pipeline(NAME).weights
    assert weights["item.made"].max() > 0
    assert weights["item.vectors"].abs().sum() > 0


def test_evaluation_reads_no_cache(trials: Trials) -> None:
    pipeline = trials.loaded(NAME)
    examples = pipeline.cases("test").examples
    before = pipeline.answering.scores(examples)
    with torch.no_grad():
        pipeline.graph.nodes["item"].module.vectors.zero_()
    pipeline.answering.refresh()
    assert torch.equal(before, pipeline.answering.scores(examples))
