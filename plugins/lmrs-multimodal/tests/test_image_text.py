"""CLIP's contrast is CLIP's, and leaves out what has no picture or no text."""

from __future__ import annotations

import math
from types import SimpleNamespace

import pytest
import torch

from lmrs_multimodal.objectives.image_text import ImageText
from lmrs_multimodal.objectives.options import ImageText as Options
from lmrs_plugins import Encoding, Env, InputError, View


def terms(image: Encoding, text: Encoding, **options):
    made = ImageText(Env(None, widths={"image": 4, "text": 4}), Options(**options))
    held = {"image": image, "text": text}
    step = SimpleNamespace(get=lambda port, view: held[port], view=lambda name: View())
    return made, made.terms(step)["loss"]


def test_it_is_open_clips_loss() -> None:
    from open_clip import ClipLoss

    left, right = torch.randn(2, 6, 4, generator=torch.Generator().manual_seed(0)).unbind()
    _, (total, count) = terms(Encoding(vectors=left), Encoding(vectors=right), temperature=0.1)
    unit = [torch.nn.functional.normalize(one, dim=-1) for one in (left, right)]
    assert torch.allclose(total / count, ClipLoss()(*unit, torch.tensor(10.0)), atol=1e-5)


def test_rows_without_both_are_no_negatives() -> None:
    left, right = torch.randn(2, 6, 4, generator=torch.Generator().manual_seed(1)).unbind()
    there = torch.tensor([True, True, False, True, True, True])
    other = torch.tensor([True, True, True, True, False, True])
    _, (total, count) = terms(Encoding(vectors=left, mask=there), Encoding(vectors=right, mask=other))
    both = there & other
    _, (wanted, _) = terms(Encoding(vectors=left[both]), Encoding(vectors=right[both]))
    assert count == 4
    assert torch.allclose(total, wanted)


def test_the_temperature_is_learnt_and_bounded() -> None:
    left, right = torch.randn(2, 6, 4, generator=torch.Generator().manual_seed(2)).unbind()
    made, (total, _) = terms(Encoding(vectors=left), Encoding(vectors=right))
    total.backward()
    assert math.isclose(float(made.scale.detach().exp()), 1 / 0.07, rel_tol=1e-5)
    assert made.scale.grad.abs() > 0
    _, (held, _) = terms(Encoding(vectors=left), Encoding(vectors=right), temperature=0.001)
    _, (least, _) = terms(Encoding(vectors=left), Encoding(vectors=right), temperature=0.01)
    assert torch.allclose(held, least)
    fixed, _ = terms(Encoding(vectors=left), Encoding(vectors=right), learned=False)
    assert not list(fixed.parameters())


def test_other_widths_are_refused() -> None:
    with pytest.raises(InputError, match="widths 4 and 8; set `width`"):
        ImageText(Env(None, widths={"image": 4, "text": 8}), Options())
