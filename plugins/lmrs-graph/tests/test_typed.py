"""Graphs of a bundle: what they hold, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lmrs_graph.adjacency import symmetric
from lmrs_graph.typed import interactions, named, over
from lmrs_plugins import InputError
from lmrs_plugins.testing import generated_bundle


def triples(graph) -> set[tuple[int, str, int]]:
    names = [graph.relations[code] for code in graph.relation]
    return set(zip(graph.source.tolist(), names, graph.target.tolist(), strict=True))


def test_a_graph_holds_its_edges_once(bundle_of, edges) -> None:
    said = [(0, "by", 1), (2, "in", 1), (0, "by", 1), (0, "in", 1)]
    graph = named(bundle_of(graphs={"knowledge": edges(said)}), "knowledge")
    assert triples(graph) == set(said)
    assert len(graph) == 3
    assert graph.sizes == {"entity": 6}


def test_two_subjects_are_numbered_one_after_the_other(bundle_of, edges) -> None:
    graph = named(bundle_of(graphs={"about": edges([(4, "is", 0), (1, "is", 5)], "item", "entity")}), "about")
    assert triples(graph) == {(4, "is", 5), (1, "is", 10)}
    assert graph.sizes == {"item": 5, "entity": 6}


def test_equal_rows_of_two_subjects_are_no_loop(bundle_of, edges) -> None:
    assert len(named(bundle_of(graphs={"about": edges([(3, "is", 3)], "item", "entity")}), "about")) == 1


def test_both_ways_turns_each_edge_round_under_a_relation_of_its_own(bundle_of, edges) -> None:
    graph = named(bundle_of(graphs={"knowledge": edges([(0, "by", 1), (2, "in", 1)])}), "knowledge").both_ways()
    assert triples(graph) == {(0, "by", 1), (2, "in", 1), (1, "by, turned round", 0), (1, "in, turned round", 2)}


def test_interactions_are_the_training_events_and_no_others() -> None:
    whole = generated_bundle()
    graph = interactions(whole)
    known = whole.training()
    assert graph.sizes == {"user": 12, "item": 24}
    pairs = set(zip(graph.source.tolist(), (graph.target - 12).tolist(), strict=True))
    assert pairs == set(zip(known.users.tolist(), known.items.tolist(), strict=True))
    held_out = set(zip(whole.users.tolist(), whole.items.tolist(), strict=True)) - pairs
    assert len(held_out) == 24, "a validation and a test event of each user"


@pytest.mark.fault("F: graph: held-out events reach no graph of users and items")
def test_other_held_out_events_make_the_same_graph() -> None:
    whole = generated_bundle()
    items = np.where(whole.part > 0, (whole.items + 1) % 22, whole.items)
    other = replace(whole, interactions=whole.interactions.set_column(1, "item", [items]))
    one, two = interactions(whole), interactions(other)
    assert np.array_equal(one.source, two.source)
    assert np.array_equal(one.target, two.target)


@pytest.mark.fault("F: graph: an edge of users and items that is held out")
@pytest.mark.parametrize("ends", [("user", "item"), ("item", "user")])
def test_an_edge_that_may_be_what_is_asked_for_is_refused(bundle_of, edges, ends) -> None:
    known, unknown = [(0, "likes", 1), (3, "likes", 0)], [(0, "likes", 1), (2, "likes", 4), (1, "likes", 3)]
    if ends[0] == "item":
        known, unknown = ([(tail, name, head) for head, name, tail in one] for one in (known, unknown))
    assert len(named(bundle_of(graphs={"likes": edges(known, *ends)}), "likes")) == 2
    with pytest.raises(InputError, match=r"2 of its 3 edges are no training events.*drop: \[graph.likes\]"):
        named(bundle_of(graphs={"likes": edges(unknown, *ends)}), "likes")


@pytest.mark.fault("F: graph: dangling edge: {id}")
@pytest.mark.parametrize(
    ("triple", "said"),
    [
        pytest.param((9, "by", 1), "edge 1: the head of an edge is entity 9, and there are 6", id="head"),
        pytest.param((1, "by", 6), "edge 1: the tail of an edge is entity 6, and there are 6", id="tail"),
        pytest.param((-1, "by", 1), "edge 1: the head of an edge is entity -1, and there are 6", id="negative"),
    ],
)
def test_an_edge_that_leads_nowhere_is_named(bundle_of, edges, triple, said) -> None:
    with pytest.raises(InputError, match=said):
        named(bundle_of(graphs={"knowledge": edges([(0, "by", 1), triple])}), "knowledge")


@pytest.mark.fault("F: graph: unknown relation")
def test_a_relation_without_a_name_is_refused(bundle_of, edges) -> None:
    graph = replace(edges([(0, "by", 1), (2, "in", 3)]), relations=("by",))
    with pytest.raises(InputError, match="graph 'knowledge' of 'small', edge 1: the relation of an edge is number 1"):
        named(bundle_of(graphs={"knowledge": graph}), "knowledge")


@pytest.mark.fault("F: graph: arrays of unequal length")
def test_arrays_of_unequal_length_are_refused(bundle_of, edges) -> None:
    graph = edges([(0, "by", 1), (2, "in", 3)])
    with pytest.raises(InputError, match="2 heads, 1 relations and 2 tails"):
        named(bundle_of(graphs={"knowledge": replace(graph, relation=graph.relation[:1])}), "knowledge")


@pytest.mark.fault("F: graph: self-loops")
def test_self_loops_are_left_out(bundle_of, edges) -> None:
    graph = named(bundle_of(graphs={"knowledge": edges([(0, "by", 1), (2, "by", 2)])}), "knowledge")
    assert triples(graph) == {(0, "by", 1)}


@pytest.mark.fault("F: graph: no edges: {id}")
@pytest.mark.parametrize(
    "said", [pytest.param([], id="none at all"), pytest.param([(1, "by", 1)], id="nothing but loops")]
)
def test_a_graph_without_edges_is_refused(bundle_of, edges, said) -> None:
    with pytest.raises(InputError, match=r"graph 'knowledge' of 'small' has no edges.*drop: \[graph.knowledge\]"):
        named(bundle_of(graphs={"knowledge": edges(said)}), "knowledge")


@pytest.mark.fault("F: graph: no edges: no training events")
def test_no_training_events_make_no_graph(bundle_of) -> None:
    with pytest.raises(InputError, match="no training events"):
        interactions(bundle_of([]))


@pytest.mark.fault("F: graph: none of that name")
def test_an_unknown_graph_says_what_there_is(bundle_of, edges) -> None:
    with pytest.raises(InputError, match=r"no graph\.social: it has .*graph\.knowledge"):
        named(bundle_of(graphs={"knowledge": edges([(0, "by", 1)])}), "social")


@pytest.mark.fault("F: graph: of another subject")
def test_a_graph_of_other_ends_is_refused(bundle_of, edges) -> None:
    data = bundle_of(
        graphs={"about": edges([(3, "is", 3)], "item", "entity"), "friends": edges([(0, "k", 1)], "user", "user")}
    )
    with pytest.raises(InputError, match="is of item and entity, and not of entity"):
        over(data, "about", "entity")
    with pytest.raises(InputError, match="subject: user"):
        over(data, "friends", "entity")


def test_the_adjacency_is_symmetric_with_each_neighbour_once(bundle_of, edges) -> None:
    said = [(0, "by", 1), (1, "of", 0), (0, "in", 1), (4, "by", 1), (5, "by", 4)]
    found = symmetric(named(bundle_of(graphs={"knowledge": edges(said)}), "knowledge"))
    neighbours = [found.columns[found.offsets[node] : found.offsets[node + 1]].tolist() for node in range(6)]
    assert neighbours == [[1], [0, 4], [], [], [1, 5], [4]]
    dense = np.zeros((6, 6), dtype=np.float32)
    dense[np.repeat(np.arange(6), found.degrees), found.columns] = found.normalised()
    assert np.array_equal(dense, dense.T)
    assert dense[4, 1] == pytest.approx(1 / 2)
    assert dense[0, 1] == pytest.approx(1 / np.sqrt(2))
