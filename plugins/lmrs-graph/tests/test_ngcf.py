"""NGCF's propagation: the paper's equation, with PyG's layer for the sum over neighbours."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional

from lmrs_graph.encoders.ngcf import Ngcf
from lmrs_graph.encoders.options import Ngcf as Options
from lmrs_graph.pyg import nn
from lmrs_graph.typed import interactions
from lmrs_plugins import Encoding, Env
from lmrs_plugins.testing import generated_bundle

USERS, ITEMS, WIDTH = 12, 24, 8


def encoder(**said) -> tuple[Ngcf, dict[str, torch.Tensor]]:
    env = Env(generated_bundle().training(), widths={"user": WIDTH, "item": WIDTH})
    torch.manual_seed(0)
    whole = Ngcf.bind(env, Options()).whole()
    return Ngcf(env, Options(**said)).eval(), {name: torch.from_numpy(one) for name, one in whole.values.items()}


@pytest.mark.parametrize("normalise", [False, True])
def test_it_is_the_papers_equation(normalise: bool) -> None:
    made, inputs = encoder(layers=2, normalise=normalise)
    graph = interactions(generated_bundle()).both_ways()
    edges, conv = torch.from_numpy(np.stack([graph.source, graph.target])), nn.LGConv()
    x = torch.randn(USERS + ITEMS, WIDTH, generator=torch.Generator().manual_seed(0))
    user, item = x.split([USERS, ITEMS])
    found = made(Encoding(vectors=user), Encoding(vectors=item), **inputs)
    wanted = [x]
    for plain, common in zip(made.plain, made.common, strict=True):
        beside = conv(x, edges)
        x = functional.leaky_relu((x + beside) @ plain.weight.T + (x * beside) @ common.weight.T, 0.2)
        wanted.append(functional.normalize(x, dim=-1) if normalise else x)
    assert made.width == {"user": 3 * WIDTH, "item": 3 * WIDTH}
    assert torch.allclose(torch.cat([found["user"].main, found["item"].main]), torch.cat(wanted, 1), atol=1e-5)


def test_two_who_share_an_item_by_hand(bundle_of) -> None:
    """Users 0 and 1 took item 0: its entries of A are 1 / sqrt(2); maps are the identity, vectors one number."""
    env = Env(bundle_of([(0, 0), (1, 0)]), widths={"user": 1, "item": 1})
    made = Ngcf(env, Options(layers=1, normalise=False)).eval()
    with torch.no_grad():
        for linear in (*made.plain, *made.common):
            linear.weight.fill_(1)
    whole = {name: torch.from_numpy(one) for name, one in Ngcf.bind(env, Options()).whole().values.items()}
    user, item = torch.tensor([2.0, -4.0, 0.0, 0.0])[:, None], torch.tensor([3.0, 0.0, 0.0, 0.0, 0.0])[:, None]
    found = made(Encoding(vectors=user), Encoding(vectors=item), **whole)
    near = 3 / 2**0.5
    # 2 + a + 2 a, and (-4 + a) - 4 a below zero, with a = 3 / sqrt(2); the item: b = (2 - 4) / sqrt(2), 3 + b + 3 b.
    assert torch.allclose(found["user"].main[:2], torch.tensor([[2, 2 + 3 * near], [-4, 0.2 * (-4 - 3 * near)]]))
    assert torch.allclose(found["item"].main[:1], torch.tensor([[3, 0.2 * (3 - 8 / 2**0.5)]]))


def test_what_is_absent_sends_nothing_and_is_there_once_reached() -> None:
    made, inputs = encoder(layers=1)
    generator = torch.Generator().manual_seed(0)
    user, item = torch.randn(USERS, WIDTH, generator=generator), torch.randn(ITEMS, WIDTH, generator=generator)
    nobody, nothing = torch.zeros(USERS, dtype=torch.bool), torch.zeros(ITEMS, dtype=torch.bool)
    found = made(Encoding(vectors=user * 1e6, mask=nobody), Encoding(vectors=item), **inputs)
    zeros = made(Encoding(vectors=user * 0), Encoding(vectors=item), **inputs)
    assert torch.allclose(found["user"].main, zeros["user"].main)
    assert found["user"].mask.all()
    none = made(Encoding(vectors=user, mask=nobody), Encoding(vectors=item, mask=nothing), **inputs)
    assert not none["user"].mask.any()
    assert not none["item"].main.any()


def test_dropout_is_of_training_alone() -> None:
    made, inputs = encoder(dropout=0.5)
    of = Encoding(vectors=torch.ones(USERS, WIDTH)), Encoding(vectors=torch.ones(ITEMS, WIDTH))
    assert torch.equal(made(*of, **inputs)["user"].main, made(*of, **inputs)["user"].main)
    made.train()
    assert not torch.equal(made(*of, **inputs)["user"].main, made(*of, **inputs)["user"].main)
