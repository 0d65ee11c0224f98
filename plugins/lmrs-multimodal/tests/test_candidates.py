"""The user vector depends on the candidate, as worked out by hand; what is absent has no say."""

from __future__ import annotations

import math
from types import SimpleNamespace

import pytest
import torch

from lmrs_multimodal.candidates import scores
from lmrs_multimodal.objectives.candidate_aware import CandidateAware as Objective
from lmrs_multimodal.scorers.candidate_aware import CandidateAware as Scorer
from lmrs_multimodal.scorers.options import CandidateAware as Options
from lmrs_plugins import Encoding, Env, View


def of(values, mask=None) -> Encoding:
    return Encoding(vectors=torch.tensor(values), mask=None if mask is None else torch.tensor(mask))


def softmax(*logits: float) -> list[float]:
    total = sum(map(math.exp, logits))
    return [math.exp(one) / total for one in logits]


TEXTS = of([[[1.0, 0.0], [0.0, 2.0]]])
COVERS = of([[[0.0, 1.0], [1.0, 1.0]]])
ASKED_TEXT, ASKED_COVER = of([[[1.0, 1.0], [2.0, 0.0]]]), of([[[0.0, 1.0], [0.0, 0.0]]], [[True, False]])


@pytest.mark.parametrize("scaled", [False, True])
def test_scores_are_those_worked_out_by_hand(scaled: bool) -> None:
    by = math.sqrt(2) if scaled else 1
    found = scores([TEXTS, COVERS], [ASKED_TEXT, ASKED_COVER], scaled=scaled, even=False)

    def attended(query, keys):
        weights = softmax(*(sum(a * b for a, b in zip(query, key, strict=True)) / by for key in keys))
        return [sum(weight * key[place] for weight, key in zip(weights, keys, strict=True)) for place in range(2)]

    texts, covers = [(1, 0), (0, 2)], [(0, 1), (1, 1)]
    first = [attended(query, keys) for query in ((1, 1), (0, 1)) for keys in (texts, covers)]
    second = [attended((2, 0), keys) for keys in (texts, covers)]  # it has no cover
    user = [[sum(one[place] for one in each) for place in range(2)] for each in (first, second)]
    assert found[0].tolist() == pytest.approx([(user[0][0] + 2 * user[0][1]) / by, 2 * user[1][0] / by], rel=1e-5)


def test_evenly_it_is_the_mean_of_the_history() -> None:
    found = scores([TEXTS], [ASKED_TEXT], scaled=False, even=True)
    assert found[0].tolist() == pytest.approx([0.5 + 1.0, 2 * 0.5])


def test_directions_alone_with_two_temperatures() -> None:
    found = scores([TEXTS, TEXTS], [of([[[3.0, 0.0]]])], cosine=True, attention=0.5, temperature=0.1)
    assert found.item() == pytest.approx(softmax(1 / 0.5, 0.0)[0] / 0.1)
    longer = of([[[5.0, 0.0], [0.0, 9.0]]])
    assert found.item() == pytest.approx(scores([longer], [of([[[1.0, 0.0]]])], False, False, True, 0.5, 0.1).item())


def test_attention_follows_the_candidate() -> None:
    history = of([[[9.0, 0.0], [0.0, 9.0]]])
    left, right = of([[[1.0, 0.0]]]), of([[[0.0, 1.0]]])
    one, other = (scores([history], [candidate], scaled=False, even=False) for candidate in (left, right))
    assert one == pytest.approx(other.item())
    assert one > scores([history], [left], scaled=False, even=True)


@pytest.mark.fault("F: a user vector for each candidate: items without text, picture or both, no history")
def test_what_is_absent_has_no_say() -> None:
    history = of([[[1.0, 0.0], [50.0, 50.0]], [[3.0, 3.0], [4.0, 4.0]]], [[True, False], [False, False]])
    asked = of([[[1.0, 1.0], [7.0, 7.0]], [[1.0, 1.0], [2.0, 2.0]]], [[True, False], [True, True]])
    found = scores([history], [asked], scaled=False, even=False)
    assert found.tolist() == [[1.0, -math.inf], [0.0, 0.0]]


def terms(histories, asked, mask, **options):
    made = Objective(Env(None, widths={"of": [2] * len(histories)}), Options(**options))
    held = {"input": histories, "shown": asked}
    view = View(mask=torch.tensor(mask))
    return made.terms(SimpleNamespace(get=lambda port, name: held[name], view=lambda name: view))["loss"]


def test_the_loss_is_the_cross_entropy_of_the_first() -> None:
    total, count = terms([TEXTS, COVERS], [ASKED_TEXT, ASKED_COVER], [[True, True]])
    found = scores([TEXTS, COVERS], [ASKED_TEXT, ASKED_COVER], scaled=False, even=False)[0]
    assert float(total) == pytest.approx(math.log1p(math.exp(float(found[1] - found[0]))), abs=1e-6)
    assert count == 1
    alone, _ = terms([TEXTS, COVERS], [ASKED_TEXT, ASKED_COVER], [[True, False]])
    assert float(alone) == 0


def test_a_clicked_item_without_anything_adds_nothing_and_counts() -> None:
    asked = of([[[1.0, 1.0], [2.0, 0.0]]], [[False, True]])
    total, count = terms([TEXTS], [asked], [[True, True]])
    assert (float(total), count) == (0, 1)


def test_the_scorer_says_what_the_objective_learns() -> None:
    held = {"input": [TEXTS, COVERS], "candidates": [ASKED_TEXT, ASKED_COVER]}
    scorer = Scorer(Env(None), Options(scaled=True))
    found = scorer.score(SimpleNamespace(get=lambda port, view: held[view]))
    assert torch.equal(found, scores(*held.values(), scaled=True, even=False))
