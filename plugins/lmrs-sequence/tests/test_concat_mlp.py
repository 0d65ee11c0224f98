"""Inputs side by side, normed within a row or over rows."""

from __future__ import annotations

import pytest
import torch

from lmrs_plugins import Encoding, Env
from lmrs_plugins.testing.generated import generated_bundle
from lmrs_sequence.fusions.concat_mlp import ConcatMlp
from lmrs_sequence.fusions.options import ConcatMlp as Options

COMMON = torch.tensor([5.0, -3.0, 8.0, 1.0])


def made(**options) -> ConcatMlp:
    """Without a bias, which rows have in common."""
    torch.manual_seed(0)
    fusion = ConcatMlp(Env(generated_bundle(), widths={"of": [4]}), Options(width=3, **options))
    torch.nn.init.zeros_(fusion.project.bias)
    return fusion


@pytest.fixture
def fusion() -> ConcatMlp:
    return made(rows=True)


def similarity(vectors: torch.Tensor) -> float:
    """Mean cosine of all pairs."""
    return float(torch.nn.functional.normalize(vectors.detach(), dim=-1).mean(0).square().sum())


def test_what_all_rows_have_in_common_is_gone(fusion) -> None:
    torch.manual_seed(1)
    x = torch.randn(200, 4) + COMMON
    assert similarity(made()([Encoding(vectors=x)]).main) > 0.8
    assert similarity(fusion([Encoding(vectors=x)]).main) < 0.1


def test_absent_rows_do_not_count(fusion) -> None:
    x, there = torch.randn(20, 4), torch.arange(20) % 3 > 0
    changed = torch.where(there[:, None], x, 1000.0)
    first, second = (fusion([Encoding(vectors=one, mask=there)]).main for one in (x, changed))
    torch.testing.assert_close(first, second)
    torch.testing.assert_close(first[there], fusion([Encoding(vectors=x[there])]).main)


def test_an_answer_does_not_depend_on_what_else_is_asked(fusion) -> None:
    torch.manual_seed(1)
    x = torch.randn(200, 4) + COMMON
    for part in x.split(50):
        fusion([Encoding(vectors=part)])
    fusion.eval()
    whole = fusion([Encoding(vectors=x)]).main
    torch.testing.assert_close(fusion([Encoding(vectors=x[:1])]).main, whole[:1])
    assert similarity(whole) < 0.1, "it is the mean of training that is taken off"


def test_one_row_alone_can_be_trained_on(fusion) -> None:
    fusion([Encoding(vectors=torch.randn(8, 4))])
    found = fusion([Encoding(vectors=torch.randn(1, 4))]).main
    assert bool(found.isfinite().all())
    assert fusion.join.norms[0].norm.num_batches_tracked == 1
