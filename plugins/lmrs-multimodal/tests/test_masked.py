"""What is hidden, and what guessing it costs, by small cases worked out by hand."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest
import torch

from lmrs_multimodal.colours import COLOURS, covered, distribution
from lmrs_multimodal.encoders.options import InView
from lmrs_multimodal.encoders.options import Tokens as TokensOptions
from lmrs_multimodal.encoders.tokens import Tokens
from lmrs_multimodal.objectives.alignment import Alignment
from lmrs_multimodal.objectives.masked_multimodal import MaskedMultimodal
from lmrs_multimodal.objectives.options import MaskedMultimodal as Options
from lmrs_multimodal.transforms.hide_both import HideBoth
from lmrs_multimodal.transforms.options import HideBoth as HideOptions
from lmrs_plugins import Bundle, Encoding, Env, ExampleRandom, Examples, InputError, View, Vocabulary

TITLES = ("red house", "the old river by night", None, "star", "lake", "a", "garden road", "deep")


@pytest.fixture
def told(picture, file_of):
    """Items of which one has no title and one no picture."""
    files = [b"" if row == 3 else file_of(picture(32, 32, seed=row)) for row in range(len(TITLES))]
    events = pa.table({"user": np.zeros(1, dtype=np.int64), "item": np.zeros(1, dtype=np.int64)})
    ids = {"user": ["u0"], "item": [f"i{row}" for row in range(len(TITLES))]}
    return Bundle(
        "small",
        {name: Vocabulary(name, names) for name, names in ids.items()},
        events,
        {"item": pa.table({"title": pa.array(TITLES, pa.string())})},
        images={"item": pa.array(files, pa.binary())},
    )


def step(views, **encodings):
    return SimpleNamespace(get=lambda port, view: encodings[port], view=views.__getitem__)


def views_of(told, tiny, seed=1, rows=tuple(range(8)), **options):
    transform = HideBoth(Env(told), HideOptions(model=tiny, **options))
    examples = Examples(np.array(rows), {"item": np.array(rows)})
    return transform.views(examples, None if seed is None else ExampleRandom(seed, examples.keys))


def test_colours_are_counted_by_patch() -> None:
    pixels = np.zeros((1, 3, 4, 4), dtype=np.uint8)
    pixels[0, 0, :2, 2:] = 255  # the second patch is red
    pixels[0, 2, 2:, :1] = 100  # half of the third is a dark blue, the second of four levels
    found = distribution(pixels, (2, 2))
    assert found.shape == (1, 4, COLOURS)
    assert found[0, 0, 0] == found[0, 3, 0] == 1
    assert found[0, 1, 3 * 16] == 1
    assert found[0, 2, 0] == found[0, 2, 1] == 0.5
    hidden = covered(pixels, np.array([[False, True, False, False]]), (2, 2), (9, 8, 7))
    assert hidden[0, :, 0, 3].tolist() == [9, 8, 7]
    assert np.array_equal(hidden[:, :, 2:], pixels[:, :, 2:])


def test_a_size_that_patches_do_not_divide_is_cut() -> None:
    pixels = np.full((1, 3, 5, 7), 255, dtype=np.uint8)
    assert distribution(pixels, (2, 2)).shape == (1, 6, COLOURS)
    hidden = covered(pixels, np.ones((1, 6), dtype=bool), (2, 2), (0, 0, 0))
    assert not hidden[..., :4, :6].any()
    assert hidden[..., 4, :].all()


def test_what_is_hidden_is_asked_for_and_is_not_to_be_seen(told, tiny) -> None:
    views = views_of(told, tiny, words=0.5, parts=0.5, swapped=0.0)
    shown, words, parts = views["input"], views["words"], views["parts"]
    assert shown["item"].tolist() == [0, 1, 4, 5, 6, 7], "rows with a title and a picture"
    assert words.mask.any(1).all()
    assert parts.mask.any(1).all()
    assert np.array_equal(words.mask, shown["hidden"])
    ends = shown["tokens"] >= 49406
    assert not (ends & words.mask).any()
    assert not (words.mask & ~shown.mask).any()
    mean = np.round(255 * np.array([0.48145466, 0.4578275, 0.40821073])).astype(np.uint8)
    patches = shown["pixels"].reshape(6, 3, 2, 8, 2, 8).transpose(0, 2, 4, 1, 3, 5).reshape(6, 4, 3, 64)
    assert (patches[parts.mask] == mean[:, None]).all()
    assert np.allclose(parts["colours"].sum(-1), 1)
    assert views["pair"]["matched"].all()


def test_a_swapped_pair_is_asked_about_as_a_pair_alone(told, tiny) -> None:
    seen = set()
    for seed in range(8):
        views = views_of(told, tiny, seed=seed)
        matched = views["pair"]["matched"]
        assert not views["words"].mask[~matched].any()
        assert not views["parts"].mask[~matched].any()
        assert views["words"].mask[matched].any(1).all()
        plain = views_of(told, tiny, seed=None)["input"]["pixels"]
        for row in np.flatnonzero(~matched):
            kept = views["input"]["pixels"][row] == plain[row]
            assert kept.mean() < 0.5, "it is another row's picture"
        seen |= set(matched.tolist())
    assert seen == {True, False}


def test_nothing_is_hidden_where_a_scorer_looks(told, tiny) -> None:
    views = views_of(told, tiny, seed=None)
    assert list(views) == ["input"]
    assert not views["input"]["hidden"].any()


@pytest.mark.fault("F: hidden tokens and parts: no row of a batch has both a text and a picture")
def test_rows_without_both_are_asked_for_nothing(told, tiny) -> None:
    views = views_of(told, tiny, rows=[2, 3])
    assert not views["input"].mask.any()
    assert not any(views[name].mask.any() for name in ("words", "parts", "pair"))


def test_a_tower_without_patches_is_refused(told, tiny) -> None:
    vision = {"image_size": 32, "layers": [1, 1, 1, 1], "width": 8, "head_width": 8}
    with pytest.raises(InputError, match="have no patches; take a vision transformer"):
        views_of(told, {**tiny, "vision_cfg": vision})


@pytest.fixture
def tokens(told, tiny):
    def built(both_ways: bool):
        said = {**tiny, "text_cfg": {**tiny["text_cfg"], "no_causal_mask": both_ways}}
        options = TokensOptions(model=said)
        binding = Tokens.bind(Env(told), options)
        torch.manual_seed(0)
        return Tokens(Env(told, binding=binding), options).eval(), binding

    return built


@pytest.mark.parametrize("both_ways", [False, True])
def test_states_are_those_of_open_clip(both_ways, tokens) -> None:
    module, binding = tokens(both_ways)
    view = binding.rows(np.array([1]))
    with torch.no_grad():
        found = module(torch.from_numpy(view["tokens"]))
        # Without padding their own tower pads nothing either.
        module.tower.num_pos = module.tower.context_length = view["tokens"].shape[1]
        states, mask = module.tower._embeds(torch.from_numpy(view["tokens"]))
        mask = None if mask is None else mask[: states.shape[1], : states.shape[1]]
        wanted = module.tower.ln_final(module.tower.transformer(states, attn_mask=mask))
    assert torch.allclose(found.states, wanted, atol=1e-6)
    assert found.mask.all()


@pytest.mark.parametrize("both_ways", [False, True])
def test_padding_says_nothing(both_ways, tokens) -> None:
    module, binding = tokens(both_ways)
    alone, among = (torch.from_numpy(binding.rows(np.array(rows))["tokens"]) for rows in ([3], [3, 1]))
    assert among.shape[1] > alone.shape[1]
    with torch.no_grad():
        short, long = module(alone), module(among)
    assert torch.allclose(long.states[0, : alone.shape[1]], short.states[0], atol=1e-6)
    assert long.mask[0].tolist() == [True] * 3 + [False] * (among.shape[1] - 3)


def test_a_hidden_token_is_not_seen_and_others_are(tokens) -> None:
    module, binding = tokens(True)
    rows = torch.from_numpy(binding.rows(np.array([0, 6]))["tokens"])
    hidden = torch.zeros_like(rows, dtype=torch.bool)
    hidden[:, 1] = True
    other = rows.clone()
    other[0, 1] = 1234
    with torch.no_grad():
        assert torch.equal(module(rows, hidden).states, module(other, hidden).states)
        assert not torch.allclose(module(rows).states[0, 2], module(other).states[0, 2], atol=1e-4)


def test_a_tower_with_a_token_of_its_own_is_refused(told, tiny) -> None:
    said = {**tiny, "text_cfg": {**tiny["text_cfg"], "embed_cls": True}}
    with pytest.raises(InputError, match="a token of its own"):
        Tokens(Env(told), InView(model=said))


def masked(**heads) -> MaskedMultimodal:
    made = MaskedMultimodal(Env(None, widths=dict.fromkeys(heads, 4)), Options(vocabulary=5))
    for name, bias in heads.items():  # the head says the same of every state: softmax(bias)
        torch.nn.init.zeros_(made.heads[name][-1].weight)
        made.heads[name][-1].bias.data = torch.tensor(bias)
    return made


def test_the_losses_are_those_worked_out_by_hand() -> None:
    made = masked(words=[0.0, math.log(3), 0.0, 0.0, 0.0], parts=[0.0] * COLOURS)
    two = np.zeros((1, 3, COLOURS), dtype=np.float32)
    two[0, 1, [5, 9]] = 0.5
    views = {
        "words": View(values={"token": torch.tensor([[1, 2, 1]])}, mask=torch.tensor([[True, True, False]])),
        "parts": View(values={"colours": torch.from_numpy(two)}, mask=torch.tensor([[False, True, False]])),
    }
    states = Encoding(states=torch.randn(1, 3, 4), mask=torch.ones(1, 3, dtype=torch.bool))
    found = made.terms(step(views, words=states, parts=states))
    # The shares of tokens are 1/7, 3/7, 1/7, 1/7, 1/7; asked for are the second and the third.
    assert found["words"][0].item() == pytest.approx(-math.log(3 / 7) - math.log(1 / 7), rel=1e-5)
    assert found["words"][1] == 2
    # Two colours half each, guessed as all 64 alike: log 64 - log 2.
    assert found["parts"][0].item() == pytest.approx(math.log(32), rel=1e-5)
    assert found["parts"][1] == 1


def test_one_stream_alone_is_learnt_and_none_is_refused() -> None:
    made = masked(words=[0.0] * 5)
    views = {"words": View(values={"token": torch.tensor([[1, 2]])}, mask=torch.tensor([[True, True]]))}
    found = made.terms(step(views, words=Encoding(states=torch.randn(1, 2, 4))))
    assert list(found) == ["words"]
    with pytest.raises(InputError, match="neither `words` nor `parts` is wired"):
        MaskedMultimodal(Env(None), Options())


def test_alignment_is_that_worked_out_by_hand() -> None:
    made = Alignment(Env(None, widths={"text": 2, "image": 2}))
    made.head.weight.data, made.head.bias.data = torch.tensor([[1.0, 2.0]]), torch.tensor([0.5])
    text = Encoding(
        states=torch.tensor([[[1.0, 1.0], [3.0, 1.0]], [[1.0, 0.0], [9.0, 9.0]], [[7.0, 7.0], [7.0, 7.0]]]),
        mask=torch.tensor([[True, True], [True, False], [False, False]]),
    )
    image = Encoding(vectors=torch.tensor([[0.5, -0.5], [1.0, 3.0], [1.0, 1.0]]))
    pair = View(values={"matched": torch.tensor([True, False, True])}, mask=torch.ones(3, dtype=torch.bool))
    total, count = made.terms(step({"pair": pair}, text=text, image=image))["loss"]
    # Means of tokens (2, 1) and (1, 0); z = .5 + 1 * 1 + 2 * -.5 = .5, and .5 + 1 + 0 = 1.5; the third has no text.
    assert total.item() == pytest.approx(math.log1p(math.exp(-0.5)) + math.log1p(math.exp(1.5)), rel=1e-5)
    assert count == 2
    with pytest.raises(InputError, match="widths 2 and 3"):
        Alignment(Env(None, widths={"text": 2, "image": 3}))
