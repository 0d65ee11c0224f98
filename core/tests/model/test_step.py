"""Evaluation on demand: each distinct row once, masks along, and nothing in silence."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from lmrs.model.batch import Batch, tensors
from lmrs.model.graph import Graph, Node, PortUse
from lmrs.model.plan import Need, NodePlan, Plan, Wire
from lmrs.model.step import GraphStep
from lmrs.model.tables import whole_tables
from lmrs_plugins import Encoding, LmrsError, PluginError, View

ITEMS = 7


class Table(nn.Module):
    """A lookup whose vector of row r is (r, r)."""

    width = 2

    def __init__(self) -> None:
        super().__init__()
        self.vectors = nn.Parameter(torch.arange(ITEMS).float()[:, None].repeat(1, 2))

    def forward(self, rows: torch.Tensor | None) -> Encoding:
        vectors = self.vectors if rows is None else self.vectors[rows]
        return Encoding(vectors=vectors, mask=vectors[..., 0] != 3)


class Lengths:
    """A binding: each item's row, twice over, as its text; the item after it as a related row."""

    def rows(self, rows, rng=None):
        return View({"related": (rows + 1) % ITEMS}, {"related": "related"}, {"text": np.stack([rows, rows], 1) * 1.0})


class Text(nn.Module):
    """Counts how many rows it was ever asked for."""

    width = 2

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def forward(self, text: torch.Tensor) -> Encoding:
        self.asked += len(text)
        return Encoding(vectors=text.float())


class Both(nn.Module):
    """The sum of a vector and that of the related row."""

    width = 2

    def forward(self, own: Encoding, other: Encoding) -> Encoding:
        return Encoding(vectors=own.main + other.main)


class Mean(nn.Module):
    """A history's mean over what is there."""

    width = 2

    def forward(self, over: Encoding, mask: torch.Tensor | None) -> Encoding:
        there = over.mask if over.mask is not None else torch.ones(over.main.shape[:-1], dtype=torch.bool)
        return Encoding(vectors=(over.main * there[..., None]).sum(1), mask=there.any(1))


def node(name, module, evaluation, subject="item", finite=ITEMS, binding=None, many=(), lazy=(), **wires) -> Node:
    """A node with its ports named by the wires' keywords."""
    tied = {port: (wire if isinstance(wire, tuple) else (Wire(wire),)) for port, wire in wires.items()}
    plan = NodePlan(name, evaluation, {"": subject}, tied, binding, finite)
    return Node.of(plan, module, {port: PortUse(port in many, port in lazy) for port in tied})


def step(graph: Graph, needs: list[Need], tables=None, **views: View) -> GraphStep:
    """The graph meeting these views, as a loader would bring them."""
    plan = Plan(graph.plans(), needs, frozenset(tables or {}))
    return GraphStep(graph, Batch(1, {k: tensors(v) for k, v in views.items()}, plan.gather(views, None)), tables)


HISTORY = View.of(item=np.array([[1, 2, 2], [2, 1, 0]]), mask=np.array([[1, 1, 1], [1, 1, 0]], dtype=bool))


def test_a_row_is_encoded_once_however_often_it_occurs() -> None:
    text = Text()
    graph = Graph([node("text", text, "rows", binding=Lengths())])
    other = View.of(item=np.array([2, 5]))
    needs = [Need(Wire("text"), "d/a"), Need(Wire("text"), "d/b")]
    found = step(graph, needs, **{"d/a": HISTORY, "d/b": other})
    a = found.encode(Wire("text"), found.batch.views["d/a"])
    b = found.encode(Wire("text"), found.batch.views["d/b"])
    assert text.asked == 3, "rows 1, 2 and 5; what stands under a false mask is no row"
    assert a.main[:, :2, 0].tolist() == [[1, 2], [2, 1]]
    assert b.main[:, 0].tolist() == [2, 5]


def test_masks_join_what_is_missing_and_what_is_padding() -> None:
    graph = Graph([node("item", Table(), "lookup")])
    view = View.of(
        item=np.array([[3, 1, 3, 0]]), mask=np.array([[1, 1, 1, 0]], dtype=bool), special=np.array([[0, 0, 1, 0]])
    )
    found = step(graph, [], **{"d/a": view}).encode(Wire("item"), tensors(view))
    assert found.mask.tolist() == [[False, True, True, False]], "row 3 has no vector, unless a symbol stands there"


def test_a_context_node_gets_its_rows_gathered() -> None:
    graph = Graph([node("item", Table(), "lookup"), node("user", Mean(), "view", "user", None, over="item")])
    found = step(graph, [], **{"d/a": HISTORY})
    assert found.encode(Wire("user"), found.batch.views["d/a"]).main[:, 0].tolist() == [5, 3]


def test_rows_inside_rows() -> None:
    related = node("related", Table(), "lookup", "related")
    pair = node("both", Both(), "rows", binding=Lengths(), own="item", other="related")
    graph = Graph([node("item", Table(), "lookup"), related, pair])
    view = View.of(item=np.array([4, 6, 4]))
    found = step(graph, [Need(Wire("both"), "d/a")], **{"d/a": view})
    assert found.encode(Wire("both"), found.batch.views["d/a"]).main[:, 0].tolist() == [9, 6, 9]


def test_a_lazy_port_pays_for_what_it_asks() -> None:
    class Second(nn.Module):
        width = 2

        def forward(self, of) -> Encoding:
            return of(torch.tensor([1]))

    text = Text()
    graph = Graph(
        [node("text", text, "rows", binding=Lengths()), node("cache", Second(), "rows", lazy=("of",), of="text")]
    )
    found = step(graph, [Need(Wire("cache"), "d/a")], **{"d/a": View.of(item=np.array([2, 4, 6]))})
    assert found.of_gather(graph.nodes["cache"]).main[:, 0].tolist() == [4]
    assert text.asked == 1


def test_what_was_not_pulled_is_refused() -> None:
    graph = Graph([node("text", Text(), "rows", binding=Lengths())])
    found = step(graph, [Need(Wire("text"), "d/a")], **{"d/a": View.of(item=np.array([1]))})
    with pytest.raises(LmrsError, match="not gathered"):
        found.encode(Wire("text"), View.of(item=torch.tensor([5])))
    with pytest.raises(LmrsError, match="not gathered whole"):
        found.encode(Wire("text"), None)


def test_a_product_of_subjects_has_no_whole_table() -> None:
    graph = Graph([node("pair", Text(), "rows", "user*item", None, binding=Lengths())])
    with pytest.raises(LmrsError, match="no whole table"):
        step(graph, [Need(Wire("pair"), None)])


@pytest.mark.parametrize("chunk", [1, 3, 100])
def test_whole_tables_do_not_depend_on_the_chunk(chunk: int) -> None:
    related = node("related", Table(), "lookup", "related")
    pair = node("both", Both(), "rows", binding=Lengths(), own="item", other="related")
    graph = Graph([node("item", Table(), "lookup"), related, pair])
    tables = whole_tables(graph, ["both"], torch.device("cpu"), chunk=chunk)
    expected = [row + (row + 1) % ITEMS for row in range(ITEMS)]
    assert tables["both"].main[:, 0].tolist() == expected
    found = step(graph, [Need(Wire("both"), "d/a")], tables, **{"d/a": View.of(item=np.array([6, 0]))})
    assert found.encode(Wire("both"), found.batch.views["d/a"]).main[:, 0].tolist() == [6, 1]


def test_a_field_that_the_view_lacks_is_named() -> None:
    graph = Graph([node("text", Text(), "rows")])
    found = step(graph, [Need(Wire("text"), "d/a")], **{"d/a": View.of(item=np.array([1]))})
    with pytest.raises(PluginError, match=r"'text'.*wants 'text'"):
        found.encode(Wire("text"), found.batch.views["d/a"])


def test_forward_has_to_name_its_ports() -> None:
    with pytest.raises(PluginError, match="no parameter for its port 'over'"):
        node("text", Text(), "rows", over="item")
