"""Texts and pictures in recipes: what is hidden is learnt, what is frozen stays, and a kill changes nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from lmrs.answer.listener import Listener
from lmrs.answer.pipeline import Pipeline
from lmrs.answer.run import run
from lmrs.host.host import Host
from lmrs.recipe.check import prepared
from lmrs.runs.checkpoint import Checkpoints
from lmrs.runs.events import Events
from lmrs_plugins import InputError

SMALL = (
    "data.options={users: 60, items: 40, impressions: 300}",
    "stages.pretrain.sampler.batch=8",
    "stages.pretrain.epochs=12",
    "stages.pretrain.optimizer={rate: 0.003, warmup: 0}",
    "stages.tune.sampler.batch=32",
    "stages.tune.epochs=2",
)
UPPER = ("text.tower.transformer.resblocks.1.", "text.tower.ln_final.", "both.", "title.", "cover.")


class Border(Listener):
    """The weights that the second stage starts with."""

    def __init__(self, out: Path) -> None:
        self._checkpoints, self.weights = Checkpoints(out / "checkpoints"), {}

    def stage_started(self, name: str, index: int, stages: int, steps: int, done: int) -> None:
        newest = self._checkpoints.newest()
        self.weights = {} if newest is None else newest.model


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Pipeline, Border, Path]:
    out = tmp_path_factory.mktemp("pictures") / "run"
    border = Border(out)
    return run("mm-rec", overrides=SMALL, out=out, listener=border, device="cpu"), border, out


def test_every_loss_falls(made) -> None:
    log = Events(made[2] / "metrics.jsonl").read()
    terms = [event["terms"] for event in log if event.get("terms")]
    for name in ("masked-multimodal.words", "masked-multimodal.parts", "multimodal-alignment", "candidate-aware"):
        found = [one[key] for one in terms for key in one if key.startswith(name)]
        assert np.mean(found[-2:]) < found[0], name


def test_what_was_hidden_is_learnt_by_the_modules_that_encode_and_the_lower_part_stays(made) -> None:
    pipeline, border, _ = made
    before, after = border.weights, pipeline.weights
    assert {name.partition(".")[0] for name in before} == {"text", "image", "both", "title", "cover"}
    kept = [name for name in before if name.startswith("text.") and torch.equal(before[name], after[name])]
    assert kept
    assert not [name for name in kept if name.startswith(UPPER)]
    moved = [name for name in before if not torch.equal(before[name], after[name])]
    assert {name.partition(".")[0] for name in moved} == {"text", "image", "both", "title", "cover"}
    assert not [name for name in moved if name.startswith(("text.tower.token_embedding", "image.tower.conv1"))]


def test_candidates_are_ranked_within_their_impression(made) -> None:
    found = made[0].evaluate("test").numbers()
    assert {"AUC", "MRR", "NDCG@5", "NDCG@10"} <= set(found)


def test_full_ranking_is_refused_before_any_work() -> None:
    with pytest.raises(InputError, match="only orders candidates that it is given"):
        prepared("mm-rec", Host().registry, ["task=next-item", "answer.on={use: sequence/next}"])


@pytest.mark.parametrize(
    "changes",
    [
        ("stages.pretrain=null", "stages.tune.strategy=pretrain"),
        ("stages.tune.objectives.0.even=true", "answer.even=true"),
    ],
    ids=["not pre-trained", "one user vector"],
)
def test_it_goes_without_each_idea(changes, tmp_path: Path) -> None:
    short = [one for one in SMALL if not (changes[0].startswith("stages.pretrain") and "pretrain." in one)]
    if "stages.pretrain.epochs=12" in short:
        short.append("stages.pretrain.epochs=1")
    pipeline = run("mm-rec", overrides=(*short, *changes), out=tmp_path / "run", device="cpu")
    assert pipeline.evaluate("test").numbers()


def test_pictures_meet_frozen_vectors_of_any_encoder(tmp_path: Path) -> None:
    """Vectors of another width that do not train stand for texts; pictures come nearer to them."""
    path = tmp_path / "frozen.yaml"
    path.write_text(
        "name: frozen\nextends: clip-pretrain\nmodel:\n  text: {use: sequence/item-id, width: 24}\n"
        "stages:\n  - name: pretrain\n    strategy: {use: finetune-partial, train: [image]}\n"
        "    sampler: {use: multimodal/pictured, batch: 16}\n    draws: {items: {use: multimodal/seen}}\n"
        "    objectives: [{use: multimodal/image-text, on: items, project: true}]\n    epochs: 12\n"
        "    optimizer: {rate: 0.003}\nanswer: null\n"
    )
    out = tmp_path / "run"
    vision = "{image_size: 16, patch_size: 8, width: 16, head_width: 8, layers: 1}"
    small = f"model.image.model={{embed_dim: 16, vision_cfg: {vision}, text_cfg: {{}}}}"
    border = Border(out)
    pipeline = run(
        path, overrides=("data.options={users: 60, items: 40}", small), out=out, listener=border, device="cpu"
    )
    losses = [event["terms"] for event in Events(out / "metrics.jsonl").read() if event.get("terms")]
    assert next(iter(losses[-1].values())) < next(iter(losses[0].values()))
    fresh = run(
        path,
        overrides=("data.options={users: 60, items: 40}", small, "stages.pretrain.epochs=1"),
        out=tmp_path / "again",
        device="cpu",
    )
    texts = [one.weights for one in (pipeline, fresh)]
    name = next(name for name in texts[0] if name.startswith("text."))
    assert torch.equal(texts[0][name], texts[1][name])
