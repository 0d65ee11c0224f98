"""Graph neural pre-training: side information teaches vectors, an artifact hands them over, other recipes go on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from lmrs.answer.listener import Listener
from lmrs.answer.pipeline import Pipeline
from lmrs.answer.run import run
from lmrs.runs.artifacts import load_artifact
from lmrs_plugins import InputError

DATA = "data.options={users: 120, items: 80}"
SHORT = (DATA, "stages.0.epochs=8", "stages.0.stop=null", "stages.0.sampler.batch=256")
BASES = ("mf", "ngcf", "lightgcn")


class Watch(Listener):
    """Keeps losses and notes."""

    def __init__(self) -> None:
        self.losses: list[float] = []
        self.notes: list[str] = []

    def epoch_ended(self, epoch, terms, metrics) -> None:
        self.losses.append(next(iter(terms.values())))

    def note(self, line) -> None:
        self.notes.append(line)


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory) -> tuple[Pipeline, Watch]:
    watched = Watch()
    out = tmp_path_factory.mktemp("taught") / "run"
    return run("gnn-pretrain", out=out, overrides=[*SHORT], listener=watched, device="cpu"), watched


def test_it_learns_and_hands_its_vectors_over(taught: tuple[Pipeline, Watch]) -> None:
    pipeline, watched = taught
    assert watched.losses[-1] < watched.losses[0] * 0.9
    artifacts = pipeline.setting.folder.artifacts
    for name, node in (("users", "user"), ("items", "item")):
        made = load_artifact(artifacts, name)
        assert set(made.aligned) == {node}
        assert np.array_equal(made.arrays["vectors"], pipeline.weights[f"{node}.blocks.0"].numpy())
        assert len(np.unique(made.arrays["vectors"], axis=0)) > 1
    assert sorted(pipeline.weights) == ["item.blocks.0", "user.blocks.0"], "the graph encoders are gone"


def test_an_item_without_events_has_a_vector_by_what_it_shares(taught: tuple[Pipeline, Watch]) -> None:
    pipeline, _ = taught
    bundle = pipeline.setting.bundle.training()
    made = load_artifact(pipeline.setting.folder.artifacts, "items")
    cold = bundle.counts("item") == 0
    assert made.arrays["mask"].all()
    assert np.abs(made.arrays["vectors"][cold]).sum(1).all()


@pytest.mark.parametrize("base", BASES)
def test_a_recommender_starts_from_them_and_all_of_it_trains(
    taught: tuple[Pipeline, Watch], tmp_path: Path, base: str
) -> None:
    path = taught[0].setting.folder.path
    changes = [DATA, "stages.0.stop=null", "stages.0.sampler.batch=256"]
    still = run(base, out=tmp_path / "still", overrides=[*changes, "stages.0.epochs=0"], init=path, device="cpu")
    for name in ("user.blocks.0", "item.blocks.0"):
        assert torch.equal(still.weights[name], taught[0].weights[name])
    watched = Watch()
    moved = run(
        base,
        out=tmp_path / "moved",
        overrides=[*changes, "stages.0.epochs=3"],
        init=path,
        listener=watched,
        device="cpu",
    )
    assert watched.losses[-1] < watched.losses[0]
    assert all(not torch.equal(moved.weights[name], still.weights[name]) for name in moved.weights)


def test_the_similarity_graph_is_one_word_away(tmp_path: Path) -> None:
    changes = ["model.user.use=graph/similar-gcn", "model.item.use=graph/similar-gcn", "stages.0.epochs=2"]
    pipeline = run("gnn-pretrain", out=tmp_path / "run", overrides=[*SHORT, *changes], device="cpu")
    made = load_artifact(pipeline.setting.folder.artifacts, "users").arrays["vectors"]
    assert np.allclose(np.linalg.norm(made, axis=1), 1, atol=1e-4), "of length 1, as this encoder gives them"


@pytest.mark.fault("I: graph: vectors of another width as a start")
def test_vectors_of_another_width_are_no_start(taught: tuple[Pipeline, Watch], tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"user\.blocks\.0"):
        run(
            "mf",
            out=tmp_path / "run",
            overrides=[DATA, "model.user.width=32", "model.item.width=32"],
            init=taught[0].setting.folder.path,
            device="cpu",
        )
