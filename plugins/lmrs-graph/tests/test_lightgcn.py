"""LightGCN's propagation: equal to PyG's own, and to its own gradient."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lmrs_graph.encoders.lightgcn import LightGcn
from lmrs_graph.encoders.options import LightGcn as Options
from lmrs_graph.encoders.symmetric_product import SymmetricProduct
from lmrs_graph.pyg import nn
from lmrs_graph.typed import interactions
from lmrs_plugins import Encoding, Env, InputError
from lmrs_plugins.testing import generated_bundle

USERS, ITEMS, WIDTH = 12, 24, 8


def encoder(layers: int, **widths: int) -> tuple[LightGcn, dict[str, torch.Tensor]]:
    bundle = generated_bundle().training()
    options = Options(layers=layers)
    made = LightGcn(Env(bundle, widths={"user": WIDTH, "item": WIDTH, **widths}), options)
    whole = LightGcn.bind(Env(bundle), options).whole()
    return made, {name: torch.from_numpy(array) for name, array in whole.values.items()}


def pyg(x: torch.Tensor, layers: int) -> torch.Tensor:
    """The same by PyG's layer."""
    graph = interactions(generated_bundle()).both_ways()
    edges, conv = torch.from_numpy(np.stack([graph.source, graph.target])), nn.LGConv()
    total = x
    for _ in range(layers):
        x = conv(x, edges)
        total = total + x
    return total / (layers + 1)


@pytest.mark.parametrize("layers", [0, 1, 3])
def test_values_and_gradients_are_those_of_pygs_layer(layers: int) -> None:
    made, inputs = encoder(layers)
    start = torch.randn(USERS + ITEMS, WIDTH, generator=torch.Generator().manual_seed(0))
    ours, theirs = start.clone().requires_grad_(), start.clone().requires_grad_()
    user, item = ours.split([USERS, ITEMS])
    found = made(Encoding(vectors=user), Encoding(vectors=item), **inputs)
    expected = pyg(theirs, layers)
    vectors = torch.cat([found["user"].main, found["item"].main])
    assert torch.allclose(vectors, expected, atol=1e-5)
    factors = torch.randn(start.shape, generator=torch.Generator().manual_seed(1))
    (vectors * factors).sum().backward()
    (expected * factors).sum().backward()
    assert torch.allclose(ours.grad, theirs.grad, atol=1e-5)
    assert found["user"].mask is None


def test_the_product_is_its_own_gradient() -> None:
    weight = torch.tensor([0.5, 0.5, 2.0, 2.0], dtype=torch.float64)
    offsets, columns = torch.tensor([0, 1, 3, 4]), torch.tensor([1, 0, 2, 1])
    x = torch.randn(3, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0)).requires_grad_()
    assert torch.autograd.gradcheck(lambda one: SymmetricProduct.apply(offsets, columns, weight, one), (x,))


def test_what_is_absent_counts_as_zero_and_gets_what_its_neighbours_have() -> None:
    made, inputs = encoder(1)
    generator = torch.Generator().manual_seed(0)
    user, item = torch.randn(USERS, WIDTH, generator=generator), torch.randn(ITEMS, WIDTH, generator=generator)
    nobody = torch.zeros(USERS, dtype=torch.bool)
    found = made(Encoding(vectors=user * 1e6, mask=nobody), Encoding(vectors=item), **inputs)
    zeros = made(Encoding(vectors=user * 0), Encoding(vectors=item), **inputs)
    assert torch.allclose(found["user"].main, zeros["user"].main)
    assert found["user"].mask.all(), "every user has an item"
    nothing = torch.zeros(ITEMS, dtype=torch.bool)
    none = made(Encoding(vectors=user, mask=nobody), Encoding(vectors=item, mask=nothing), **inputs)
    assert not none["user"].mask.any()


def test_an_item_without_events_is_itself(bundle_of) -> None:
    env = Env(bundle_of([(0, 0), (1, 0)]), widths={"user": 2, "item": 2})
    made = LightGcn(env, Options(layers=2))
    inputs = {name: torch.from_numpy(one) for name, one in LightGcn.bind(env, Options()).whole().values.items()}
    item = torch.arange(10.0).reshape(5, 2)
    found = made(Encoding(vectors=torch.ones(4, 2)), Encoding(vectors=item), **inputs)
    assert torch.allclose(found["item"].main[3], item[3] / 3)


@pytest.mark.fault("I: graph: users and items of unequal width")
def test_unequal_widths_are_refused() -> None:
    with pytest.raises(InputError, match="users of width 8 and items of width 4"):
        encoder(1, item=4)
