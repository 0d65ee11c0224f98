"""Impressions from end to end, as `docs/folders.md` has them: trained on a few, ranked among all that was shown."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from lmrs.answer.pipeline import Pipeline
from lmrs.answer.run import run
from lmrs.evaluation.stored import load
from lmrs_plugins.bundle import IMPRESSION

PAGE = Path(__file__).resolve().parents[2] / "docs" / "folders.md"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("shown")
    recipe = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)[-1]
    (place / "shown.yaml").write_text(recipe, encoding="utf-8")
    run(place / "shown.yaml", out=place / "run", device="cpu")
    return place / "run"


def test_it_ranks_clicks_above_what_was_not_clicked(folder):
    found = load(folder / "results", "test")
    assert found.setting.candidates.startswith("rows given by the data")
    assert [one.name for one in found.measured] == ["AUC", "MRR-every", "NDCG@5", "NDCG@10"]
    assert found.cases == 200
    assert found["AUC"] > 0.55
    assert {one.name for one in found.groupings} == {"popularity", "history"}


def test_it_ranks_among_what_was_shown_alone(folder):
    from lmrs.data.store import load as bundle_of

    bundle = bundle_of(next(folder.rglob("bundle.json")).parent)
    tested = np.asarray(bundle.values(IMPRESSION, "part")) == 2
    assert load(folder / "results", "test").keys.tolist() == np.flatnonzero(tested).tolist()


def test_what_somebody_new_is_recommended_is_of_all_items(folder):
    pipeline = Pipeline.load(folder)
    items = pipeline.setting.bundle_at(0).vocabularies["item"].ids
    found = [one.id for one in pipeline.recommend(history=items[:3], top=5)]
    assert len(set(found)) == 5
    assert not set(found) & set(items[:3])
