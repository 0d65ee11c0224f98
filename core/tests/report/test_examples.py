"""Whom a report shows, and what it says of items."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from lmrs.report.examples import Shown, described, of_pipeline
from lmrs_plugins import Bundle, InputError


class Answers:
    """A pipeline that recommends the items in the order of their rows, and remembers what it was asked."""

    def __init__(self, bundle: Bundle, subject: str = "item", reranks: bool = False, seen: str = "exclude") -> None:
        evaluate = SimpleNamespace(seen=seen)
        self.setting = SimpleNamespace(
            bundle=bundle, subject=subject, resolved=SimpleNamespace(reranks=reranks, evaluate=evaluate)
        )
        self.asked: list[tuple[Any, ...]] = []

    def recommend(self, history: list[str], user: str, top: int, repeat: bool) -> list[Any]:
        self.asked.append((history, user, top, repeat))
        new = [id_ for id_ in self.setting.bundle.vocabularies["item"].ids if repeat or id_ not in history]
        return [SimpleNamespace(id=id_, score=-float(place)) for place, id_ in enumerate(new[:top])]


def test_the_history_ends_before_the_test_part(bundle, evil):
    pipeline = Answers(bundle)
    found = of_pipeline(pipeline, users=9, top=2, tail=3)
    # All three, the one with the shortest history first.
    assert pipeline.asked == [
        (["i2", "i0"], "cy", 2, False),
        (["i1", "i2", "i3"], evil, 2, False),
        (["i0", "i1", "i2", "i3"], "ann", 2, False),
    ]
    last = found[-1]
    assert last.history == (Shown("i1", evil), Shown("i2", "Cube"), Shown("i3"))
    assert last.earlier == 1
    assert last.wanted == (Shown("i4", "Émile"),)
    assert last.answers == ((Shown("i4", "Émile"), 0.0), (Shown("i5", "F"), -1.0))


def test_users_are_spread_over_lengths_of_history(bundle):
    assert [one.user for one in of_pipeline(Answers(bundle), users=1)] != []
    asked = Answers(bundle)
    of_pipeline(asked, users=2)
    assert [len(history) for history, *_ in asked.asked] == [2, 4]
    assert of_pipeline(Answers(bundle), users=0) == []


def test_seen_items_come_back_where_the_recipe_ranks_them(bundle):
    pipeline = Answers(bundle, seen="include")
    of_pipeline(pipeline, users=1)
    assert pipeline.asked[0][3] is True


@pytest.mark.parametrize(("more", "said"), [({"subject": "drug"}, "drugs, not items"), ({"reranks": True}, "re-ranks")])
def test_what_cannot_be_shown_is_said(bundle, more, said):
    with pytest.raises(InputError, match=said):
        of_pipeline(Answers(bundle, **more))


def test_items_with_and_without_what_the_data_say(bundle):
    assert described(bundle, np.array([3, 0])) == (Shown("i3"), Shown("i0", "Alien", "a, b"))
    bare = Bundle(bundle.name, bundle.vocabularies, bundle.interactions)
    assert described(bare, np.array([0])) == (Shown("i0"),)
    assert described(bundle, np.array([], dtype=np.int64)) == ()
