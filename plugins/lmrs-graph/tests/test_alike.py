"""Encoders over side information: equal to messages along every edge of the graphs that they stand for."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
import torch

from lmrs_graph.alike import similar
from lmrs_graph.encoders.shared_compgcn import SharedCompGcn
from lmrs_graph.encoders.side_options import SharedCompGcn as SharedOptions
from lmrs_graph.encoders.side_options import SimilarGcn as SimilarOptions
from lmrs_graph.encoders.similar_gcn import SimilarGcn
from lmrs_graph.pyg import nn
from lmrs_graph.sides import Sides, sides
from lmrs_plugins import Encoding, Env
from lmrs_plugins.testing import generated_bundle

WIDTH, ITEMS = 8, 24
SIDE = {"columns": ["categories", "brand"], "graphs": ["knowledge"]}


class Messages(nn.MessagePassing):
    """The sum or mean over neighbours u of u minus the relation to it, as PyG passes messages."""

    def forward(self, x: torch.Tensor, edges: torch.Tensor, relation: torch.Tensor) -> torch.Tensor:
        return self.propagate(edges, x=x, relation=relation)

    def message(self, x_j: torch.Tensor, relation: torch.Tensor) -> torch.Tensor:
        return x_j - relation


def known() -> Sides:
    return sides(generated_bundle().training(), "item", SIDE["columns"], SIDE["graphs"])


def all_edges() -> tuple[torch.Tensor, torch.Tensor]:
    """Every edge of the graph in which rows that share a value are joined by it; values numbered as they are met."""
    found, side, number = [], known(), 0
    for value in range(len(side.names)):
        rows = side.row[side.value == value]
        if len(rows) > 1:
            found += [(one, other, number) for one, other in permutations(rows.tolist(), 2)]
            number += 1
    source, target, relation = torch.tensor(found).T
    return torch.stack([source, target]), relation


def made(kind, options):
    env = Env(generated_bundle().training(), widths={"of": WIDTH})
    binding = kind.bind(env, options)
    torch.manual_seed(0)
    whole = {name: torch.from_numpy(one) for name, one in binding.whole().values.items()}
    return kind(Env(env.bundle, widths={"of": WIDTH}, binding=binding), options).eval(), whole


def table(mask: torch.Tensor | None = None) -> Encoding:
    return Encoding(vectors=torch.randn(ITEMS, WIDTH, generator=torch.Generator().manual_seed(1)), mask=mask)


@pytest.mark.parametrize("bases", [0, 2])
@pytest.mark.parametrize("mean", ["neighbours", "values"])
def test_sums_over_values_are_messages_along_every_edge(mean: str, bases: int) -> None:
    encoder, whole = made(SharedCompGcn, SharedOptions(**SIDE, mean=mean, bases=bases, layers=1))
    layer, (edges, relation) = encoder.layers[0], all_edges()
    of_value = layer.value if not bases else layer.mixture @ layer.value
    ours, theirs = table().main.requires_grad_(), table().main.requires_grad_()
    found = encoder(Encoding(vectors=ours), **whole).main
    if mean == "neighbours":
        beside = Messages(aggr="mean")(theirs, edges, of_value[relation])
    else:
        each = [
            Messages(aggr="mean")(theirs, edges[:, relation == one], of_value[relation[relation == one]])
            for one in relation.unique()
        ]
        has = torch.stack([torch.bincount(edges[1][relation == one], minlength=ITEMS) > 0 for one in relation.unique()])
        beside = torch.stack(each).sum(0) / has.sum(0).clamp(min=1)[:, None]
    expected = layer.itself(theirs) + layer.beside(beside)
    assert torch.allclose(found, expected, atol=1e-5)
    factors = torch.randn(found.shape, generator=torch.Generator().manual_seed(2))
    mine = torch.autograd.grad((found * factors).sum(), [ours, layer.value], retain_graph=True)
    wanted = torch.autograd.grad((expected * factors).sum(), [theirs, layer.value])
    for one, other in zip(mine, wanted, strict=True):
        assert torch.allclose(one, other, atol=1e-5)


def test_what_is_absent_is_known_by_the_values_it_shares() -> None:
    encoder, whole = made(SharedCompGcn, SharedOptions(**SIDE))
    there = torch.arange(ITEMS) % 3 > 0
    loud = Encoding(vectors=table().main.where(there[:, None], torch.tensor(1e6)), mask=there)
    zeros = Encoding(vectors=table().main * there[:, None])
    found = encoder(loud, **whole)
    assert torch.allclose(found.main, encoder(zeros, **whole).main, atol=1e-5)
    assert found.mask.all(), "every item has a category or a brand that another has"
    alone, edges = made(SharedCompGcn, SharedOptions(columns=["category"]))
    edges["offsets"] = torch.cat([edges["offsets"][:-1], edges["offsets"][-2:-1]])
    edges["columns"] = edges["columns"][:-1]
    found = alone(Encoding(vectors=table().main, mask=torch.zeros(ITEMS, dtype=torch.bool)), **edges)
    assert found.mask.tolist() == [True] * (ITEMS - 1) + [False]
    assert not found.main[-1].any()


def test_similar_rows_are_pygs_convolution_over_their_cosines() -> None:
    encoder, whole = made(SimilarGcn, SimilarOptions(**SIDE, most=5, layers=1))
    side = known()
    has = np.zeros((ITEMS, len(side.names)))
    has[side.row, side.value] = 1
    cosine = (has @ has.T) / np.maximum(np.linalg.norm(has, axis=1)[:, None] * np.linalg.norm(has, axis=1), 1e-9)
    np.fill_diagonal(cosine, 0)
    binding = similar(side, "item", 5)
    row = np.repeat(np.arange(ITEMS), np.diff(binding.offsets))
    kept = row != binding.columns
    row, column = row[kept], binding.columns[kept]
    assert np.bincount(row, minlength=ITEMS).min() >= 5
    for one in range(ITEMS):
        best = np.sort(cosine[one])[-5]
        assert (cosine[one] > best).sum() <= (row == one).sum(), "those most alike are there"
        assert set(np.flatnonzero(cosine[one] > best)) <= set(column[row == one].tolist())
    conv = nn.GCNConv(WIDTH, WIDTH, bias=False)
    with torch.no_grad():
        conv.lin.weight.copy_(encoder.layers[0].weight)
    edges = torch.from_numpy(np.stack([row, column]))
    weight = torch.from_numpy(cosine[row, column]).float()
    expected = torch.nn.functional.normalize(torch.tanh(conv(table().main, edges, weight)), dim=-1)
    assert torch.allclose(encoder(table(), **whole).main, expected, atol=1e-5)


def test_somebody_alike_gives_a_vector_to_what_is_absent() -> None:
    encoder, whole = made(SimilarGcn, SimilarOptions(columns=["category"], most=ITEMS, layers=1))
    there = torch.zeros(ITEMS, dtype=torch.bool)
    there[0] = True
    found = encoder(Encoding(vectors=table().main, mask=there), **whole)
    assert found.mask.tolist() == [row % 4 == 0 for row in range(ITEMS)], "items of one category"
