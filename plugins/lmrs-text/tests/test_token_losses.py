"""Losses over tokens: values by hand, and draws that hide what they say."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from lmrs_plugins import Encoding, Env, ExampleRandom, Examples, InputError, Ragged, View
from lmrs_text.encoders.language_model import LanguageModel
from lmrs_text.encoders.options import LanguageModel as ModelOptions
from lmrs_text.objectives.token_loss import TokenLoss
from lmrs_text.transforms.mask_tokens import MaskTokens
from lmrs_text.transforms.next_tokens import NextTokens
from lmrs_text.transforms.options import MaskTokens as MaskOptions
from lmrs_text.transforms.options import NextTokens as NextOptions

CLS, SEP, MASK = 2, 3, 4


class Step:
    """Views, and what a node gives of them."""

    def __init__(self, views: dict[str, View], node) -> None:
        self._views = {name: view.map(torch.as_tensor) for name, view in views.items()}
        self._node = node

    def view(self, name: str) -> View:
        return self._views[name]

    def get(self, port: str, name: str) -> Encoding:
        view = self._views[name]
        return self._node(view["tokens"], mask=view.mask, places=view.values.get("places"))


def test_it_is_the_cross_entropy_of_what_is_asked_for() -> None:
    logits = torch.tensor(
        [[[1.0, 2.0, 0.0], [0.0, 0.0, 3.0]], [[math.log(2), math.log(3), math.log(5)], [9.0, 9.0, 9.0]]]
    )
    target = View(values={"token": np.array([[1, 0], [2, 0]])}, mask=np.array([[True, True], [True, False]]))
    shown = View(values={"tokens": np.zeros((2, 2), dtype=np.int64)}, mask=np.ones((2, 2), dtype=bool))
    step = Step({"input": shown, "target": target}, lambda tokens, mask, places: Encoding(logits=logits))
    loss, count = TokenLoss(Env(None)).terms(step)["loss"]
    by_hand = (math.log(math.e + math.e**2 + 1) - 2) + math.log(2 + math.e**3) + math.log(10 / 5)
    assert count == TokenLoss(Env(None)).counts(step)["loss"] == 3
    assert float(loss.detach()) == pytest.approx(by_hand, rel=1e-6)


def uniform(module: LanguageModel) -> LanguageModel:
    """Every token is as likely as any other."""
    with torch.no_grad():
        module.model.get_input_embeddings().weight.zero_()
    return module.eval()


def examples(*rows: int) -> Examples:
    return Examples(np.array([7]), {"item": Ragged.of([rows])})


@pytest.mark.parametrize("kind", ["bert", "gpt2", "t5"])
def test_a_model_that_knows_nothing_loses_the_logarithm_of_its_vocabulary(kind, model_of, titles) -> None:
    bundle = titles("red lake house", "star", None)
    draw = (
        NextTokens(Env(bundle), NextOptions(model=model_of("gpt2")))
        if kind == "gpt2"
        else MaskTokens(Env(bundle), MaskOptions(model=model_of(kind)))
    )
    module = uniform(LanguageModel(Env(None), ModelOptions(model=model_of(kind))))
    keys = examples(0, 1, 2, 0)
    step = Step(draw.views(keys, ExampleRandom(1, keys.keys)), module)
    loss, count = TokenLoss(Env(None)).terms(step)["loss"]
    assert count > 0
    assert float(loss.detach()) / count == pytest.approx(math.log(24), rel=1e-5)


def test_next_tokens_are_those_that_follow(model_of, titles) -> None:
    draw = NextTokens(Env(titles("red lake house", "star", None)), NextOptions(model=model_of("gpt2")))
    keys = examples(1, 0, 0)
    views = draw.views(keys, ExampleRandom(0, keys.keys))
    red, lake, house, star = 5, 11, 13, 15
    assert views["input"]["item"].tolist() == [0, 1]
    assert views["input"]["tokens"].tolist() == [[red, lake], [star, 0]]
    assert views["target"]["token"].tolist() == [[lake, house], [0, 0]]
    assert views["target"].mask.tolist() == [[True, True], [False, False]]
    assert draw.views(keys, None)["input"]["tokens"].shape == (2, 3)


@pytest.fixture
def long(titles):
    """200 titles of 20 words each, no two alike."""
    words = ("red", "blue", "old", "new", "deep", "quiet", "lake", "river")
    random = np.random.default_rng(0)
    return titles(*(" ".join(random.choice(words, 20)) for _ in range(200)))


def hide(bundle, model_of, seed=0, **options):
    draw = MaskTokens(Env(bundle), MaskOptions(model=model_of("bert"), **options))
    keys = examples(*range(bundle.count("item")))
    plain = draw.views(keys, None)["input"]
    return plain, draw.views(keys, ExampleRandom(seed, keys.keys))


def test_shares_of_hidden_tokens_are_those_of_bert(long, model_of) -> None:
    plain, views = hide(long, model_of)
    asked, places = views["target"].mask, views["input"]["places"]
    was = np.take_along_axis(plain["tokens"], places, 1)[asked]
    now = np.take_along_axis(views["input"]["tokens"], places, 1)[asked]
    assert (views["target"]["token"][asked] == was).all()
    assert asked.sum() == pytest.approx(0.15 * 200 * 20, rel=0.1)
    assert (now == MASK).mean() == pytest.approx(0.8 + 0.1 / 24, abs=0.05)
    assert (now == was).mean() == pytest.approx(0.1 + 0.1 / 24, abs=0.04)
    assert not np.isin(was, [CLS, SEP]).any(), "special tokens are never hidden"
    elsewhere = views["input"]["tokens"] != plain["tokens"]
    elsewhere[np.nonzero(asked)[0], places[asked]] = False
    assert not elsewhere.any(), "nothing else is touched"


def test_every_text_has_a_hidden_token_and_other_seeds_hide_others(long, model_of) -> None:
    _, views = hide(long, model_of, rate=1e-9)
    assert (views["target"].mask.sum(1) == 1).all()
    _, others = hide(long, model_of, seed=1, rate=1e-9)
    assert (views["input"]["places"] != others["input"]["places"]).any()
    _, again = hide(long, model_of, rate=1e-9)
    assert (views["input"]["tokens"] == again["input"]["tokens"]).all()


@pytest.mark.fault("F: texts: a batch of rows none of which has a text")
@pytest.mark.parametrize("draw", [MaskTokens, NextTokens])
def test_a_batch_without_texts_counts_for_nothing(draw, model_of, titles) -> None:
    options = (MaskOptions if draw is MaskTokens else NextOptions)(model=model_of("bert"))
    keys = examples(0, 1)
    views = draw(Env(titles(None, "")), options).views(keys, ExampleRandom(0, keys.keys))
    module = LanguageModel(Env(None), ModelOptions(model=model_of("bert"))).eval()
    loss, count = TokenLoss(Env(None)).terms(Step(views, module))["loss"]
    assert (float(loss.detach()), count) == (0.0, 0)


def test_shares_that_are_more_than_all_are_refused(model_of, titles) -> None:
    with pytest.raises(InputError, match=r"masked 0\.8 and other 0\.3 are more than all"):
        MaskTokens(Env(titles("red")), MaskOptions(model=model_of("bert"), other=0.3))


@pytest.mark.parametrize("kind", ["bert", "gpt2", "t5"])
def test_it_learns(kind, model_of, titles) -> None:
    torch.manual_seed(0)
    bundle = titles(*["red lake house", "blue river garden", "old star road"] * 2)
    options = {"model": model_of(kind)}
    draw = (
        NextTokens(Env(bundle), NextOptions(**options))
        if kind == "gpt2"
        else MaskTokens(Env(bundle), MaskOptions(**options))
    )
    module = LanguageModel(Env(None), ModelOptions(weights="random", **options)).eval()
    optimizer = torch.optim.Adam(module.parameters(), 0.01)
    keys, means = examples(*range(6)), []
    for index in range(30):
        step = Step(draw.views(keys, ExampleRandom(index, keys.keys)), module)
        loss, count = TokenLoss(Env(None)).terms(step)["loss"]
        means.append(float(loss.detach()) / count)
        optimizer.zero_grad()
        (loss / count).backward()
        optimizer.step()
    assert np.mean(means[-5:]) < 0.8 * means[0]
