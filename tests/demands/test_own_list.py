"""A scorer that makes its list itself."""

from __future__ import annotations

from demands.trials import Trials

from lmrs.evaluate.report import Result


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
