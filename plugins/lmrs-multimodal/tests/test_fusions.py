"""What is absent has no say, and what is there does."""

from __future__ import annotations

import pytest
import torch

from lmrs_multimodal.encoders.options import Patches as PatchesOptions
from lmrs_multimodal.encoders.patches import Patches
from lmrs_multimodal.encoders.pool import Pool
from lmrs_multimodal.fusions.attention import Attention
from lmrs_multimodal.fusions.co_attention import CoAttention
from lmrs_multimodal.fusions.options import Attention as AttentionOptions
from lmrs_multimodal.fusions.options import CoAttention as CoOptions
from lmrs_multimodal.fusions.options import Pool as PoolOptions
from lmrs_plugins import Encoding, Env, InputError


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


def of(*shape, mask=None, states=False) -> Encoding:
    values = torch.randn(*shape)
    return Encoding(states=values, mask=mask) if states else Encoding(vectors=values, mask=mask)


@pytest.mark.fault("F: a fusion by attention: one of its inputs, or all, are absent")
def test_an_absent_input_has_no_say() -> None:
    fusion = Attention(Env(None, widths={"of": [8, 6]}), AttentionOptions(heads=2)).eval()
    there = torch.tensor([True, False, False])
    first, second = of(3, 8, mask=torch.tensor([True, True, False])), of(3, 6, mask=there)
    found = fusion([first, second])
    assert found.mask.tolist() == [True, True, False]
    assert not found.vectors[2].any()
    moved = Encoding(vectors=second.main + 5 * ~there[:, None], mask=there)
    assert torch.allclose(fusion([first, moved]).vectors, found.vectors, atol=1e-6)
    louder = Encoding(vectors=second.main.neg(), mask=there)
    assert not torch.allclose(fusion([first, louder]).vectors[0], found.vectors[0], atol=1e-3)


def test_inputs_may_stand_in_histories() -> None:
    fusion = Attention(Env(None, widths={"of": [8, 8]}), AttentionOptions(heads=2)).eval()
    first, second = of(2, 5, 8), of(2, 5, 8)
    found = fusion([first, second])
    assert found.mask is None
    assert torch.allclose(found.vectors[1, 3], fusion([first[1, 3:4], second[1, 3:4]]).vectors[0], atol=1e-6)


@pytest.mark.fault("F: co-attention: a row lacks one of the streams")
def test_a_row_without_the_other_stream_keeps_its_own() -> None:
    fusion = CoAttention(Env(None, widths={"first": 8, "second": 6}), CoOptions(width=8, heads=2, layers=2)).eval()
    there = torch.tensor([[True, True], [False, False]])
    first, second = of(2, 3, 8, states=True), of(2, 2, 6, mask=there, states=True)
    found = fusion(first, second)
    assert found["first"].states.shape == (2, 3, 8)
    assert found["second"].mask is there
    moved = Encoding(states=second.main + 5 * ~there[..., None], mask=there)
    again = fusion(first, moved)
    assert torch.allclose(again["first"].states, found["first"].states, atol=1e-6)
    other = fusion(first, Encoding(states=second.main.neg(), mask=there))
    assert not torch.allclose(other["first"].states[0], found["first"].states[0], atol=1e-3)
    assert torch.allclose(other["first"].states[1], found["first"].states[1], atol=1e-6)


@pytest.mark.fault("F: a pool of tokens: some of a row, or all, are absent")
def test_absent_tokens_are_not_pooled() -> None:
    pool = Pool(Env(None, widths={"of": 8}), PoolOptions())
    there = torch.tensor([[True, False, True], [False, False, False]])
    states = of(2, 3, 8, mask=there, states=True)
    found = pool(states)
    assert found.mask.tolist() == [True, False]
    assert torch.allclose(found.vectors[0], pool(Encoding(states=states.main[:1, ::2])).vectors[0], atol=1e-6)


def test_heads_divide_the_width() -> None:
    with pytest.raises(InputError, match="heads 3 do not divide the width 8"):
        Attention(Env(None, widths={"of": [8, 8]}), AttentionOptions(heads=3))
    with pytest.raises(InputError, match="heads 3 do not divide the width 8"):
        CoAttention(Env(None, widths={"first": 8, "second": 8}), CoOptions(width=8, heads=3))


def test_patches_are_the_states_behind_the_picture(tiny, picture, file_of, bundle_of) -> None:
    options = PatchesOptions(model=tiny)
    bundle = bundle_of(file_of(picture()), b"")
    binding = Patches.bind(Env(bundle), options)
    view = binding.rows(torch.arange(2).numpy())
    found = Patches(Env(bundle, binding=binding), options)(
        *(torch.from_numpy(view[name]) for name in ("pixels", "there"))
    )
    assert found.states.shape == (2, 4, 16)
    assert found.mask.tolist() == [[True] * 4, [False] * 4]


def test_a_tower_without_tokens_gives_no_patches(tiny, picture, file_of, bundle_of) -> None:
    vision = {"image_size": 32, "layers": [1, 1, 1, 1], "width": 8, "head_width": 8}
    options = PatchesOptions(model={**tiny, "vision_cfg": vision})
    with pytest.raises(InputError, match="has no tokens"):
        Patches(Env(bundle_of(file_of(picture()))), options)


def test_a_row_goes_without_some_of_its_inputs_in_training_and_never_without_all() -> None:
    fusion = Attention(Env(None, widths={"of": [8, 8]}), AttentionOptions(heads=2, dropout=0.6))
    lone = torch.arange(400) < 100
    first, second = of(400, 8), of(400, 8, mask=~lone)
    whole = fusion.eval()([first, second]).vectors
    alone = fusion([first, of(400, 8, mask=torch.zeros(400, dtype=torch.bool))]).vectors
    found = fusion.train()([first, second])
    assert found.mask.all()
    same, by_first = ((found.vectors - one).abs().amax(1) < 1e-5 for one in (whole, alone))
    assert by_first[lone].all(), "the only input of a row is never left out"
    rest = ~lone
    shares = [float((chosen & rest).sum() / rest.sum()) for chosen in (same, by_first, ~same & ~by_first)]
    # Both stay at .4 * .4; of the others each is left out as often.
    assert shares == pytest.approx([0.16, 0.42, 0.42], abs=0.08)
