"""Layers over named graphs: PyG's own on the same edges, and the same over trees that hold every neighbour."""

from __future__ import annotations

from importlib import import_module

import numpy as np
import pytest
import torch

from lmrs_graph.encoders import options as all_options
from lmrs_graph.encoders.compgcn import CompGcnLayer, composed
from lmrs_graph.pyg import nn
from lmrs_graph.typed import named
from lmrs_plugins import Encoding, Env, InputError
from lmrs_plugins.testing import generated_bundle

WIDTH = 8
KINDS = {"sage": "Sage", "rgcn": "Rgcn", "gat": "Gat", "compgcn": "CompGcn"}


def made(kind: str, sampled: bool = False, **said):
    """An encoder over the generated graph, and its binding."""
    name = f"{'Sampled' * sampled}{KINDS[kind]}"
    encoder = getattr(import_module(f"lmrs_graph.encoders.{kind}"), name)
    options = getattr(all_options, name)(**said)
    env = Env(generated_bundle().training(), widths={"of": WIDTH})
    binding = encoder.bind(env, options)
    torch.manual_seed(0)
    return encoder(Env(env.bundle, widths={"of": WIDTH}, binding=binding), options).eval(), binding


def table(mask: torch.Tensor | None = None) -> Encoding:
    return Encoding(vectors=torch.randn(40, WIDTH, generator=torch.Generator().manual_seed(1)), mask=mask)


def whole(encoder, binding, of: Encoding) -> Encoding:
    return encoder(of, **{name: torch.from_numpy(one) for name, one in binding.whole().values.items()})


def by_rows(encoder, binding, of: Encoding, rng: np.random.Generator | None = None) -> Encoding:
    view = binding.rows(np.arange(40), rng).map(torch.from_numpy)
    mask = view.mask if of.mask is None else view.mask & of.mask[view["nodes"]]
    return encoder(Encoding(vectors=of.main[view["nodes"]], mask=mask), view["relation"], view.mask)


def test_each_is_pygs_layer_on_the_edges_of_the_graph() -> None:
    graph = named(generated_bundle(), "knowledge").both_ways()
    x, edges = table().main, torch.from_numpy(np.stack([graph.source, graph.target]))
    relation = torch.from_numpy(graph.relation)
    for kind, layer in (("sage", nn.SAGEConv), ("rgcn", nn.RGCNConv), ("gat", nn.GATv2Conv)):
        encoder, binding = made(kind)
        conv = encoder.layers[0].conv
        assert type(conv) is layer
        more = []
        if kind == "rgcn":
            more = [relation]
        elif kind == "gat":
            more = [encoder.layers[0].relation[relation]]
        assert torch.allclose(whole(encoder, binding, table()).main, conv(x, edges, *more), atol=1e-6)


@pytest.mark.parametrize("compose", ["subtract", "multiply", "correlate"])
def test_compgcn_is_the_papers_sum_over_both_directions(compose: str) -> None:
    encoder, binding = made("compgcn", compose=compose)
    layer, graph, x = encoder.layers[0], named(generated_bundle(), "knowledge"), table().main
    assert isinstance(layer, CompGcnLayer)
    expected = layer.itself(x)
    for turned, linear in ((False, layer.along), (True, layer.against)):
        for node in range(40):
            target, source = (graph.source, graph.target) if turned else (graph.target, graph.source)
            into = np.flatnonzero(target == node)
            if len(into):
                relation = layer.relation[torch.from_numpy(graph.relation[into] + 2 * turned)]
                mean = composed(x[torch.from_numpy(source[into])], relation, compose).mean(0)
                expected = expected.index_add(0, torch.tensor([node]), linear(mean)[None])
    assert torch.allclose(whole(encoder, binding, table()).main, expected, atol=1e-5)


def test_correlation_is_what_its_definition_says() -> None:
    one, other = torch.randn(2, 7, generator=torch.Generator().manual_seed(0))
    direct = torch.stack([sum(one[i] * other[(i + k) % 7] for i in range(7)) for k in range(7)])
    assert torch.allclose(composed(one, other, "correlate"), direct, atol=1e-5)


@pytest.mark.parametrize("itself", [True, False])
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_trees_with_every_neighbour_give_what_the_whole_graph_gives(kind: str, masked: bool, itself: bool) -> None:
    of = table(torch.arange(40) % 3 > 0 if masked else None)
    over_all, all_edges = made(kind, layers=2, itself=itself)
    over_some, trees = made(kind, True, layers=2, fan=[12, 12], itself=itself)
    over_some.load_state_dict(over_all.state_dict())
    wanted, found = whole(over_all, all_edges, of), by_rows(over_some, trees, of, np.random.default_rng(0))
    there = torch.ones(40, dtype=torch.bool) if wanted.mask is None else wanted.mask
    assert torch.equal(found.mask, there)
    assert torch.allclose(found.main[there], wanted.main[there], atol=1e-5)


def test_what_is_absent_sends_nothing_and_is_there_once_reached() -> None:
    graph = named(generated_bundle(), "knowledge").both_ways()
    there = torch.zeros(40, dtype=torch.bool)
    there[int(graph.source[0])] = True
    encoder, binding = made("sage")
    found = whole(encoder, binding, table(there))
    reached = set(graph.target[graph.source == graph.source[0]].tolist()) | {int(graph.source[0])}
    assert set(found.mask.nonzero()[:, 0].tolist()) == reached
    loud = Encoding(vectors=table().main.where(there[:, None], torch.tensor(1e6)), mask=there)
    assert torch.allclose(whole(encoder, binding, loud).main[found.mask], found.main[found.mask])


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "gat"])  # attention asks with the node itself
def test_a_node_may_be_known_by_its_neighbours_alone(kind: str) -> None:
    graph = named(generated_bundle(), "knowledge").both_ways()
    node = int(graph.target[0])
    encoder, binding = made(kind, itself=False)
    other = table().main.clone()
    other[node] = 5.0
    found, changed = (whole(encoder, binding, Encoding(vectors=x)) for x in (table().main, other))
    assert torch.equal(found.main[node], changed.main[node])
    assert set(found.mask.nonzero()[:, 0].tolist()) == set(graph.target.tolist()), "who has no neighbour is absent"


def test_sampling_draws_every_neighbour_equally_often_and_is_the_same_in_evaluation() -> None:
    _, trees = made("sage", True, layers=1, fan=[3])
    graph = named(generated_bundle(), "knowledge").both_ways()
    degrees = np.bincount(graph.target, minlength=40)
    node = int(degrees.argmax())
    neighbours = graph.source[graph.target == node]
    assert len(neighbours) > 3
    rows, rng = np.full(1, node), np.random.default_rng(0)
    drawn = np.concatenate([trees.rows(rows, rng)["nodes"][0, 1:] for _ in range(4000)])
    found, counts = np.unique(drawn, return_counts=True)
    wanted, times = np.unique(neighbours, return_counts=True)
    assert np.array_equal(found, wanted)
    assert np.allclose(counts / len(drawn), times / len(neighbours), atol=0.02)
    assert np.array_equal(trees.rows(rows)["nodes"], trees.rows(rows)["nodes"])


def test_a_tree_holds_edges_of_the_graph_with_their_relations() -> None:
    _, trees = made("sage", True, layers=2, fan=[3, 2])
    graph = named(generated_bundle(), "knowledge").both_ways()
    edges = set(zip(graph.source.tolist(), graph.relation.tolist(), graph.target.tolist(), strict=True))
    view = trees.rows(np.arange(40), np.random.default_rng(1))
    assert view["nodes"].shape == (40, 1 + 3 + 6)
    above = [0, 0, 0, 0, 1, 1, 2, 2, 3, 3]
    for nodes, relation, mask in zip(view["nodes"], view["relation"], view.mask, strict=True):
        for place in range(1, 10):
            if mask[place]:
                assert mask[above[place]]
                assert (nodes[place], relation[place], nodes[above[place]]) in edges


@pytest.mark.fault("I: graph: heads that do not divide the width")
def test_heads_have_to_divide_the_width() -> None:
    with pytest.raises(InputError, match="3 heads do not divide the width 8"):
        made("gat", heads=3)


@pytest.mark.fault("I: graph: a fan for other layers")
def test_a_fan_is_as_deep_as_the_layers() -> None:
    with pytest.raises(ValueError, match="fan has 2 numbers for 3 layers"):
        all_options.SampledSage(layers=3, fan=[2, 2])
