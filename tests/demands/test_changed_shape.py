"""A stage turns attention causal, drops a node and grows a vocabulary; what is new trains in a group of its own."""

from __future__ import annotations

import numpy as np
import torch
from demands.trials import Trials

from lmrs.train.stage import build_stage
from lmrs_plugins import Encoding

NAME = "changed-shape"


def stage(trials: Trials, index: int):
    setting = trials.pipeline(NAME).setting
    before = trials.handed_on(NAME) if index else {}
    return build_stage(setting.resolved.stages[index], setting.builder(index), before)


def test_old_rows_stay_to_the_last_bit_and_new_ones_train(trials: Trials) -> None:
    before, after = trials.handed_on(NAME), trials.pipeline(NAME).weights
    fresh = dict(stage(trials, 1).live.tensors())
    assert torch.equal(before["id.blocks.0"], after["id.blocks.0"])
    assert after["id.blocks.1"].shape == (5, 8)
    assert not torch.equal(fresh["id.blocks.1"], after["id.blocks.1"])
    assert not torch.equal(before["history.positions"], after["history.positions"])


def test_the_new_rows_are_a_group_with_a_rate_of_their_own(trials: Trials) -> None:
    groups = stage(trials, 1).choose()
    assert [(group.names, group.rate) for group in groups if group.rate != 1.0] == [(["id.blocks.1"], 10.0)]
    assert all("id.blocks.0" not in group.names for group in groups)


def test_attention_looks_both_ways_first_and_back_only_then(trials: Trials) -> None:
    torch.manual_seed(0)
    first = torch.randn(1, 6, 8)
    second = first.clone()
    second[:, -1] += 1.0
    changed = []
    for index in (0, 1):
        history = stage(trials, index).graph.nodes["history"].module.eval()
        states = [history(Encoding(vectors=vectors), None, None).states for vectors in (first, second)]
        changed.append(not torch.equal(states[0][:, :-1], states[1][:, :-1]))
    assert changed == [True, False]


def test_the_dropped_node_is_gone_and_the_grown_items_are_ranked(trials: Trials) -> None:
    pipeline = trials.pipeline(NAME)
    assert any(name.startswith("extra.") for name in trials.handed_on(NAME))
    assert not any(name.startswith("extra.") for name in pipeline.weights)
    scores = pipeline.answering.scores(pipeline.cases("test").examples).numpy()
    assert scores.shape[1] == 35
    assert np.isfinite(scores[:, 30:]).all()
    ids = pipeline.setting.bundle_at(1).vocabularies["item"].ids
    user = pipeline.setting.bundle.vocabularies["user"].ids[0]
    assert {row.id for row in pipeline.recommend(user=user, top=35)} & set(ids[30:])
