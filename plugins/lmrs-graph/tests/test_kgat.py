"""The collaborative knowledge graph, and attention over it: by its formula, whole and over trees alike."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional

from lmrs_graph.collaborative import Collaborative
from lmrs_graph.encoders.kgat import Kgat, KgatLayer, SampledKgat
from lmrs_graph.encoders.options import Kgat as Options
from lmrs_graph.encoders.options import SampledKgat as SampledOptions
from lmrs_plugins import Encoding, Env, InputError
from lmrs_plugins.testing import generated_bundle

WIDTH = 6
WIDTHS = dict.fromkeys(("user", "item", "entity"), WIDTH)
SIZES = {"user": 12, "item": 24, "entity": 40}


def tables(masked: bool) -> dict[str, Encoding]:
    generator = torch.Generator().manual_seed(1)
    return {
        name: Encoding(
            vectors=torch.randn(size, WIDTH, generator=generator), mask=torch.arange(size) % 3 > 0 if masked else None
        )
        for name, size in SIZES.items()
    }


def whole(masked: bool) -> tuple[Kgat, dict[str, Encoding]]:
    env, options = Env(generated_bundle().training(), widths=WIDTHS), Options(layers=2)
    binding = Kgat.bind(env, options)
    torch.manual_seed(0)
    made = Kgat(replace(env, binding=binding), options).eval()
    fields = {name: torch.from_numpy(one) for name, one in binding.whole().values.items()}
    return made, made(**tables(masked), **fields)


def edges_of(found: Collaborative) -> set[tuple[int, str, int]]:
    graph = found.graph
    names = [graph.relations[code] for code in graph.relation]
    return set(zip(graph.source.tolist(), names, graph.target.tolist(), strict=True))


def test_an_entity_that_an_item_is_is_the_items_node(bundle_of, edges) -> None:
    knowledge = edges([(0, "by", 1), (2, "by", 1), (3, "in", 0)])
    bundle = bundle_of([(0, 0), (1, 2)], {"knowledge": knowledge}, links=[0, -1, 3, 0, -1])
    found = edges_of(Collaborative.of(bundle, "knowledge"))
    user, item, entity = (lambda row: row), (lambda row: 4 + row), (lambda row: 9 + row)
    one_way = {
        (user(0), "chose", item(0)),
        (user(1), "chose", item(2)),
        (item(3), "is", item(0)),
        (item(0), "by", entity(1)),
        (entity(2), "by", entity(1)),
        (item(2), "in", item(0)),
    }
    assert found == one_way | {(tail, f"{name}, turned round", head) for head, name, tail in one_way}


@pytest.mark.fault("F: graph: held-out events reach no collaborative graph")
def test_the_collaborative_graph_holds_training_events_alone() -> None:
    bundle = generated_bundle()
    chosen = {
        (head, tail - 12) for head, name, tail in edges_of(Collaborative.of(bundle, "knowledge")) if name == "chose"
    }
    known = bundle.training()
    assert chosen == set(zip(known.users.tolist(), known.items.tolist(), strict=True))


def test_a_layer_is_its_formula() -> None:
    torch.manual_seed(0)
    layer, x = KgatLayer(WIDTH, 4, 3), torch.randn(5, WIDTH)
    edges = torch.tensor([[1, 2, 3, 0], [0, 0, 0, 4]])
    relation = torch.tensor([0, 2, 1, 1])
    near = torch.zeros_like(x)
    for node in (0, 4):
        into = (edges[1] == node).nonzero()[:, 0]
        key = x @ layer.key.weight.T
        weight = torch.stack(
            [key[edges[0, e]] @ torch.tanh(key[node] + layer.relation[relation[e]]) for e in into]
        ).softmax(0)
        near[node] = (weight[:, None] * x[edges[0, into]]).sum(0)
    wanted = functional.leaky_relu(layer.plus(x + near)) + functional.leaky_relu(layer.times(x * near))
    assert torch.allclose(layer(x, edges, relation), wanted, atol=1e-6)


@pytest.mark.parametrize("masked", [False, True])
def test_trees_with_every_neighbour_give_what_the_whole_graph_gives(masked: bool) -> None:
    over_all, wanted = whole(masked)
    for subject, size in SIZES.items():
        options = SampledOptions(subject=subject, fan=[30, 30])
        env = Env(generated_bundle().training(), widths=WIDTHS)
        binding = SampledKgat.bind(env, options)
        made = SampledKgat(replace(env, binding=binding), options).eval()
        made.load_state_dict(over_all.state_dict())
        trees = binding.rows(np.arange(size), np.random.default_rng(0)).map(torch.from_numpy)
        places = {
            name: one[trees[field]]
            for (name, one), field in zip(tables(masked).items(), ("users", "items", "entities"), strict=True)
        }
        found = made(**places, kind=trees["kind"], relation=trees["relation"], mask=trees.mask)
        there = wanted[subject].mask
        assert torch.equal(found.mask, there)
        assert torch.allclose(found.main[there], wanted[subject].main[there], atol=1e-5)
        assert found.main.shape[1] == made.width == 3 * WIDTH


@pytest.mark.fault("I: graph: kgat over vectors of unequal width")
def test_unequal_widths_are_refused() -> None:
    env = Env(generated_bundle().training(), widths={**WIDTHS, "entity": 4})
    with pytest.raises(InputError, match="item of width 6, entity of width 4: let all have the same"):
        Kgat(replace(env, binding=Kgat.bind(env, Options())), Options())
