"""Graphs into PyG's and networkx's own, and back."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
import torch

from lmrs_graph.hetero import from_hetero, to_hetero
from lmrs_graph.networks import from_networkx, to_networkx
from lmrs_plugins import InputError
from lmrs_plugins.testing import generated_bundle


def triples(graph) -> list[tuple[int, str, int]]:
    names = [graph.relations[code] for code in graph.relation]
    return sorted(zip(graph.head.tolist(), names, graph.tail.tolist(), strict=True))


def test_hetero_data_hold_graphs_links_and_training_events() -> None:
    bundle = generated_bundle()
    data = to_hetero(bundle)
    assert data.validate()
    assert {kind: data[kind].num_nodes for kind in data.node_types} == {"user": 12, "item": 24, "entity": 40}
    chosen = data["user", "chose", "item"].edge_index
    known = bundle.training()
    assert set(map(tuple, chosen.T.tolist())) == set(zip(known.users.tolist(), known.items.tolist(), strict=True))
    linked = data["item", "is", "entity"].edge_index
    assert linked.shape == (2, 23)
    assert bundle.links["item"][linked[0]].tolist() == linked[1].tolist()
    assert data["user", "knows", "user"].edge_index.shape == (2, 24)


@pytest.mark.parametrize(("name", "subject"), [("knowledge", "entity"), ("social", "user")])
def test_a_graph_comes_back_from_either(name: str, subject: str) -> None:
    bundle = generated_bundle()
    graph = bundle.graphs[name]
    assert triples(from_hetero(to_hetero(bundle, [name]), subject, subject)) == triples(graph)
    back = from_networkx(to_networkx(bundle, name), bundle, subject)
    assert triples(back) == sorted(set(triples(graph))), "networkx holds an edge of one relation once"


def test_networkx_nodes_are_ids_of_subjects(bundle_of, edges) -> None:
    about = edges([(4, "is", 0)], "item", "entity")
    made = to_networkx(bundle_of(graphs={"about": about}), "about")
    assert list(made.edges(keys=True)) == [(("item", "i4"), ("entity", "e0"), "is")]
    assert triples(from_networkx(made, bundle_of(), "item", "entity")) == [(4, "is", 0)]


def test_a_plain_graph_of_ids_is_read(bundle_of) -> None:
    friends = nx.Graph([("u0", "u3"), ("u1", "u2")])
    friends.edges["u1", "u2"]["relation"] = "married"
    found = from_networkx(friends, bundle_of(), "user")
    assert triples(found) == [(0, "related", 3), (1, "married", 2)]


@pytest.mark.fault("F: graph: dangling edge: of networkx")
def test_an_edge_of_networkx_to_nobody_is_named(bundle_of) -> None:
    with pytest.raises(InputError, match="1 edges to no user of the data, first of all to 'u9'"):
        from_networkx(nx.Graph([("u0", "u9")]), bundle_of(), "user")


@pytest.mark.fault("F: graph: no edges: of networkx")
def test_an_empty_graph_of_networkx_is_refused(bundle_of) -> None:
    with pytest.raises(InputError, match="no edges from user to user"):
        from_networkx(nx.Graph(), bundle_of(), "user")


@pytest.mark.fault("F: graph: dangling edge: of HeteroData")
def test_an_edge_of_hetero_data_beyond_its_nodes_is_refused(bundle_of, edges) -> None:
    data = to_hetero(bundle_of(graphs={"knowledge": edges([(0, "by", 1)])}))
    data["entity", "by", "entity"].edge_index = torch.tensor([[0], [99]])
    with pytest.raises(InputError, match="ends at entity 99, of 6"):
        from_hetero(data, "entity", "entity")


@pytest.mark.fault("F: graph: none of that name: of HeteroData")
def test_missing_edge_types_of_hetero_data_are_named(bundle_of) -> None:
    with pytest.raises(InputError, match="no edges from entity to entity: their edge types are user chose item"):
        from_hetero(to_hetero(bundle_of()), "entity", "entity")


def test_what_comes_back_stands_in_a_bundle() -> None:
    bundle = generated_bundle()
    graph = from_hetero(to_hetero(bundle), "user", "user")
    again = replace(bundle, graphs={"social": graph})
    assert np.array_equal(np.sort(again.graphs["social"].head), np.sort(bundle.graphs["social"].head))
