"""A score that is no dot product: pairs are ranked among candidates only, and the host never asks for more."""

from __future__ import annotations

import pytest
from demands.trials import RECIPES, Trials

from lmrs.answer.run import run
from lmrs_plugins import InputError

RECIPE = RECIPES / "pair-head.yaml"


def test_full_ranking_is_refused_before_any_work(trials: Trials, tmp_path) -> None:
    with pytest.raises(InputError, match=r"candidates is all, but answer \(pairs/pair\) only orders candidates"):
        run(RECIPE, out=tmp_path / "run", overrides=["evaluate.candidates=all"], host=trials.host)
    assert not (tmp_path / "run").exists()


def test_recommending_needs_candidates(trials: Trials) -> None:
    pipeline = trials.pipeline("pair-head")
    user, items = (pipeline.setting.bundle.vocabularies[subject].ids for subject in ("user", "item"))
    with pytest.raises(InputError, match="among"):
        pipeline.recommend(user=user[0])
    found = pipeline.recommend(user=user[0], among=items[:8], repeat=True, top=5)
    assert len(found) == 5
    assert {row.id for row in found} < set(items[:8])
    assert [row.score for row in found] == sorted((row.score for row in found), reverse=True)


def test_a_new_user_is_no_row_of_any_pair(trials: Trials) -> None:
    pipeline = trials.pipeline("pair-head")
    items = pipeline.setting.bundle.vocabularies["item"].ids
    with pytest.raises(InputError, match="no answer for a new user"):
        pipeline.recommend(history=items[:2], among=items[:8])


def test_evaluation_computes_the_candidates_pairs_and_no_other(trials: Trials, monkeypatch) -> None:
    pipeline = trials.pipeline("pair-head")
    asked = []
    sides = trials.module("_pairs").Sides
    split = sides.rows
    monkeypatch.setattr(sides, "rows", lambda self, rows, rng=None: asked.append(rows) or split(self, rows, rng))
    pipeline.evaluate("test")
    cases = len(pipeline.cases("test").examples)
    assert 0 < sum(map(len, asked)) <= cases * 11
