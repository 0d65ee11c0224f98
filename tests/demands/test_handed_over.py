"""Vectors of items as a start, vectors of users as a table, out of a model that is gone by then; and tied weights."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from demands.trials import RECIPES, Trials

from lmrs.answer.run import run
from lmrs.runs.artifacts import load_artifact
from lmrs_plugins import InputError

NAME = "handed-over"


def test_a_node_starts_from_the_vectors_that_were_exported(trials: Trials) -> None:
    learnt = trials.handed_on(NAME)["first.blocks.0"]
    assert torch.equal(trials.pipeline(NAME).weights["id.blocks.0"], learnt)


def test_users_are_exported_though_the_answer_is_of_another_stage(trials: Trials) -> None:
    pipeline = trials.pipeline(NAME)
    made = load_artifact(pipeline.setting.folder.artifacts, "users")
    vectors = made.arrays["vectors"]
    assert vectors.shape == (24, 8)
    assert made.arrays["mask"].all()
    assert len(np.unique(vectors, axis=0)) == 24
    assert set(made.aligned) == {"user"}


def test_a_user_is_what_training_shows_and_no_more(trials: Trials) -> None:
    """The exported state is that of the history without the events of validation and test."""
    pipeline = trials.pipeline(NAME)
    setting = pipeline.setting
    graph = setting.builder(0).graph(setting.resolved.stages[0].graph)
    with torch.no_grad():
        for name, tensor in graph.state_dict().items():
            tensor.copy_(trials.handed_on(NAME)[name.removeprefix("body.")])
    graph.eval()
    bundle = setting.bundle.training()
    items = torch.from_numpy(bundle.items[bundle.histories[3]][-12:])[None]
    with torch.no_grad():
        vectors = graph.nodes["first"].module(items)
        state = graph.nodes["history"].module(vectors, None, None).states[0, -1]
    made = load_artifact(setting.folder.artifacts, "users").arrays["vectors"][3]
    assert np.allclose(state.numpy(), made, atol=1e-5)


def test_an_artifact_that_does_not_fit_is_no_start(trials: Trials, tmp_path) -> None:
    with pytest.raises(InputError, match=r"node 'id' starts from artifact 'users'.*nothing fits"):
        run(
            RECIPES / f"{NAME}.yaml",
            out=tmp_path / "run",
            overrides=["stages.1.edits.2.init=artifact users", "stages.0.epochs=1"],
            host=trials.host,
        )


def test_tied_weights_stay_one(trials: Trials) -> None:
    weights = trials.pipeline(NAME).weights
    assert "item.there.weight" in weights
    assert "item.back.weight" not in weights
    module = trials.loaded(NAME).graph.nodes["item"].module
    assert module.back.weight is module.there.weight
    assert torch.equal(module.back.weight, weights["item.there.weight"])
