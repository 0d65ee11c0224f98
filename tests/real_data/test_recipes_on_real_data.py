"""The recipes train on real data: slices here, the whole sets in `docs/benchmarks.md`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from lmrs.answer.listener import Listener
from lmrs.answer.pipeline import Pipeline
from lmrs.answer.run import run

pytestmark = pytest.mark.real_data

SETS = {"ml-100k": "ml-100k", "ml-1m": "ml-1m", "beauty": "s3rec/Beauty.txt.gz"}
SLICE = (
    "data.max_users=150",
    "model.item.width=16",
    "stages.0.sampler.batch=16",
    "stages.0.optimizer.rate=0.005",
    "stages.0.optimizer.warmup=0",
    "stages.0.epochs=3",
    "stages.0.stop=null",
)


class Losses(Listener):
    """Keeps the loss of each epoch."""

    def __init__(self) -> None:
        self.losses: list[float] = []

    def epoch_ended(self, epoch: int, terms: Mapping[str, float], metrics: Mapping[str, float]) -> None:
        self.losses.append(next(iter(terms.values())))


@pytest.mark.parametrize("recipe", ["bert4rec", "sasrec"])
@pytest.mark.parametrize("name", SETS)
def test_trains_evaluates_and_recommends(shared_data: Path, tmp_path: Path, recipe: str, name: str) -> None:
    watched = Losses()
    out = tmp_path / "run"
    trained = run(recipe, shared_data / SETS[name], overrides=SLICE, out=out, listener=watched, device="cpu")
    assert watched.losses[-1] < watched.losses[0]
    result = trained.evaluate("test")
    assert result.cases == 150
    assert 0 < result["MRR"] < 1
    again = Pipeline.load(out, device="cpu")
    assert again.evaluate("test").numbers() == result.numbers()
    bundle = again.setting.bundle
    past = [bundle.vocabularies["item"].ids[row] for row in bundle.items[bundle.histories[0]]]
    found = again.recommend(history=past[:5], top=10)
    assert len({one.id for one in found}) == 10
    assert not {one.id for one in found} & set(past[:5]), "what is in the history is not recommended again"


def test_titles_come_with_recommendations(shared_data: Path, tmp_path: Path) -> None:
    pipeline = run("popularity", shared_data / "ml-100k", out=tmp_path / "run", device="cpu")
    best = pipeline.recommend(user="196", top=3)
    assert best[0].about["title"] == "Star Wars"
