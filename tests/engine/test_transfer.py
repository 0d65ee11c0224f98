"""UniSRec through the host: learnt on two domains, moved to a third by texts, a part tuned, with ids and without."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest
import torch
from engine.word_model import word_model

from lmrs.answer.pipeline import Pipeline
from lmrs.answer.run import run
from lmrs.runs.events import Events
from lmrs.runs.model import load_model

SMALL = ("model.text.weights=random", "model.text.fields=[title]", "model.text.length=16", "model.adaptor.width=16")
SOURCES = [
    {"source": "synthetic", "name": name, "options": {"users": 80, "items": 40, "seed": seed}}
    for name, seed in (("one", 1), ("two", 2))
]
TEXTS_ALONE = (
    "model.id=null",
    "model.item.of=[adaptor]",
    "stages.0.strategy.train=[adaptor,history.input_norm*]",
)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"model.text.model={word_model(tmp_path_factory.mktemp('words') / 'model')}"


@pytest.fixture(scope="module")
def first(model: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pre-trained on two domains."""
    out = tmp_path_factory.mktemp("transfer") / "first"
    changes = (*SMALL, model, f"data.source={json.dumps(SOURCES)}", "stages.0.epochs=6", "stages.0.sampler.batch=32")
    run("unisrec-pretrain", out=out, overrides=changes, device="cpu")
    return out


def tuned(first: Path, out: Path, model: str, *overrides: str) -> Pipeline:
    """Moved to a third domain."""
    changes = (*SMALL, model, "data.options={users: 80, items: 50, seed: 3}", "model.id.width=16", *overrides)
    return run("unisrec", out=out, init=first, overrides=[*changes, "stages.0.epochs=2"], device="cpu")


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_model(folder / "model")[0]


def moved(first: Path, second: Path) -> set[str]:
    before, after = weights(first), weights(second)
    return {name for name in before if not torch.equal(before[name], after[name])}


def test_both_contrasts_are_learnt_over_both_domains(first: Path) -> None:
    log = [event["terms"] for event in Events(first / "metrics.jsonl").read() if "terms" in event]
    for name in ("item-contrast.loss", "view-contrast.loss"):
        assert log[-1][name] < log[0][name], name
    ids = Pipeline.load(first, device="cpu").setting.bundle.vocabularies["item"].ids
    assert {str(one).partition(":")[0] for one in ids} == {"one", "two"}


def test_the_body_stays_and_ids_join(first: Path, model: str, tmp_path: Path) -> None:
    tuned(first, tmp_path / "run", model)
    changed = moved(first, tmp_path / "run")
    assert {name.partition(".")[0] for name in changed} == {"adaptor", "history"}
    assert {name for name in changed if name.startswith("history.")} <= {
        "history.input_norm.weight",
        "history.input_norm.bias",
    }
    assert [name for name in weights(tmp_path / "run") if name.startswith("id.")]


def test_from_texts_alone_an_item_of_later_is_ranked(first: Path, model: str, tmp_path: Path) -> None:
    pipeline = tuned(first, tmp_path / "run", model, *TEXTS_ALONE)
    assert not [name for name in weights(tmp_path / "run") if name.startswith("id.")]
    bundle = pipeline.setting.bundle
    items = bundle.vocabularies["item"].ids
    title = bundle.texts("item", "title")[0]
    more = pipeline.add_items(pa.table({"item": ["twin", "silent"], "title": [title, ""]}))
    scores = {one.id: one.score for one in more.recommend(history=[str(items[5])], top=60)}
    assert scores["twin"] == pytest.approx(scores[str(items[0])], abs=1e-5), "the same words, the same score"
    assert "silent" not in scores
