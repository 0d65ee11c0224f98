"""A prompt made of each example's own profile, in front of a model that is frozen."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from demands.trials import Trials

from lmrs.train.stage import build_stage
from lmrs_plugins import Examples, InputError, Ragged

NAME = "profile-prompt"


def test_what_is_frozen_stays_to_the_last_bit_buffers_too(trials: Trials) -> None:
    before, after = trials.handed_on(NAME), trials.pipeline(NAME).weights
    assert before["item.norm.num_batches_tracked"] > 0
    assert {name for name in after if not name.startswith("profile.")} == set(before)
    assert [name for name in before if not torch.equal(before[name], after[name])] == []


def test_the_generator_trains_all_of_it(trials: Trials) -> None:
    setting = trials.pipeline(NAME).setting
    start = build_stage(setting.resolved.stages[1], setting.builder(1), trials.handed_on(NAME)).live.tensors()
    after = trials.pipeline(NAME).weights
    own = [name for name in after if name.startswith("profile.")]
    assert len(own) == 3
    assert not any(torch.equal(start[name], after[name]) for name in own)


def test_users_of_other_profiles_get_other_answers_to_one_history(trials: Trials) -> None:
    pipeline = trials.pipeline(NAME)
    codes = pipeline.graph.nodes["profile"].plan.binding.rows(np.arange(24))["profile"]
    alike = next(row for row in range(1, 24) if (codes[row] == codes[0]).all())
    other = next(row for row in range(24) if (codes[row] != codes[0]).all())
    users = np.array([0, alike, other])
    history = Ragged.of([[3, 1, 4]] * 3)
    scores = pipeline.answering.scores(Examples(np.arange(3), {"user": users, "item": history, "event": history}))
    assert torch.equal(scores[0], scores[1])
    assert not torch.equal(scores[0], scores[2])


def test_a_user_without_a_profile_is_told_so(trials: Trials) -> None:
    pipeline = trials.pipeline(NAME)
    with pytest.raises(InputError, match="a prompt is made of a profile"):
        pipeline.recommend(history=pipeline.setting.bundle.vocabularies["item"].ids[:2])
