"""A scorer that makes its list itself."""

from __future__ import annotations

from dataclasses import replace

from demands.trials import Trials

from lmrs.answer.pipeline import Pipeline
from lmrs.evaluation.report import Result
from lmrs.recipe.settings import SampleSettings


def test_its_order_is_kept_and_what_was_seen_is_left_out(trials: Trials) -> None:
    pipeline = trials.pipeline("own-list")
    bundle = pipeline.setting.bundle
    seen = [bundle.vocabularies["item"].ids[row] for row in bundle.items[bundle.histories[0]]]
    found = pipeline.recommend(user=bundle.vocabularies["user"].ids[0], top=5)
    assert len({row.id for row in found} - set(seen)) == 5
    examples = pipeline.cases("test").examples
    answer = pipeline.answering.answer(examples, 5, None)
    assert answer.rows.shape == (len(examples), 5)
    assert answer.reasons[0] == [f"place {place}" for place in range(1, 6)]


def test_it_keeps_to_candidates_and_gives_its_reasons(trials: Trials) -> None:
    pipeline = trials.pipeline("own-list")
    ids = {subject: pipeline.setting.bundle.vocabularies[subject].ids for subject in ("user", "item")}
    found = pipeline.recommend(user=ids["user"][0], among=ids["item"][:4], repeat=True, top=9)
    assert {row.id for row in found} == set(ids["item"][:4])
    assert [row.to_dict()["reason"] for row in found] == ["place 1", "place 2", "place 3", "place 4"]


def test_sampled_candidates_bound_its_list(trials: Trials) -> None:
    setting = trials.pipeline("own-list").setting
    sampled = replace(setting.resolved.evaluate, candidates=SampleSettings(sample=3))
    pipeline = Pipeline(replace(setting, resolved=replace(setting.resolved, evaluate=sampled)), {})
    pipeline.__dict__["answering"] = trials.pipeline("own-list").answering
    assert pipeline.evaluate("test").numbers()["Recall@5"] == 1.0
    assert trials.pipeline("own-list").evaluate("test").numbers()["Recall@5"] < 1.0


def test_likeness_changes_the_list_and_not_its_head(trials: Trials) -> None:
    pipeline = trials.loaded("own-list")
    examples = pipeline.cases("test").examples
    lists = []
    for trade in (0.0, 5.0):
        pipeline.answering.scorer._trade = trade
        lists.append(pipeline.answering.answer(examples, 5, None).rows)
    assert (lists[0][:, 0] == lists[1][:, 0]).all()
    assert (lists[0] != lists[1]).any()


def test_it_is_ranked_as_far_as_its_list_goes(trials: Trials) -> None:
    result = trials.pipeline("own-list").evaluate("test")
    assert isinstance(result, Result)
    assert 0 < result.numbers()["Recall@20"] <= 1
