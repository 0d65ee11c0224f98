"""Rows that the data do not have, views that are filled anew in a step, and events of other data."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
import torch
from torch import nn

from lmrs.model.batch import Batch, tensors
from lmrs.model.graph import Graph, Node, PortUse
from lmrs.model.plan import Need, NodePlan, Plan, Wire
from lmrs.model.step import GraphStep
from lmrs.model.tables import whole_tables
from lmrs_plugins import Bundle, Encoding, PluginError, View, Vocabulary

ROWS = 6


class Given:
    """A binding: rows times a factor."""

    def __init__(self, factor: float = 1.0) -> None:
        self.factor = factor

    def rows(self, rows, rng=None):
        return View(values={"value": rows[:, None] * self.factor})


class OfEvents(Given):
    def on(self, bundle):
        return OfEvents(100.0)


class Plain(nn.Module):
    width = 1

    def forward(self, value: torch.Tensor) -> Encoding:
        return Encoding(vectors=value.float())


class Sum(nn.Module):
    width = 1

    def forward(self, over: Encoding) -> Encoding:
        return Encoding(vectors=over.main.sum(1))


def rows_node(name: str, subject: str, binding: object) -> Node:
    return Node.of(NodePlan(name, "rows", {"": subject}, {}, binding, ROWS), Plain(), {})


def step(graph: Graph, needs: list[Need], **views: View) -> GraphStep:
    gathers = Plan(graph.plans(), needs).gather(views, None)
    return GraphStep(graph, Batch(1, {name: tensors(view) for name, view in views.items()}, gathers))


@pytest.mark.parametrize("mask", [None, np.array([[True, True, False]])])
def test_a_row_that_the_data_do_not_have_is_absent(mask) -> None:
    graph = Graph([rows_node("event", "event", OfEvents())])
    view = View.of(event=np.array([[4, -1, -1]]), mask=mask)
    found = step(graph, [Need(Wire("event"), "d/a")], **{"d/a": view}).encode(Wire("event"), tensors(view))
    assert found.mask.tolist() == [[True, False, False]]
    assert found.main[0, 0].item() == 4
    assert torch.isfinite(found.main).all()


def test_nothing_but_rows_that_are_not_there() -> None:
    graph = Graph([rows_node("event", "event", OfEvents())])
    view = View.of(event=np.array([[-1, -1]]))
    found = step(graph, [Need(Wire("event"), "d/a")], **{"d/a": view}).encode(Wire("event"), tensors(view))
    assert not found.mask.any()


def test_what_a_step_may_put_into_a_view_is_gathered_whole() -> None:
    context = Node.of(NodePlan("sum", "view", {"": "history"}, {"over": (Wire("item"),)}), Sum(), {"over": PortUse()})
    graph = Graph([rows_node("item", "item", Given()), context])
    view = View.of(item=np.array([[1, 2]]))
    found = step(graph, [Need(Wire("sum"), "d/a", frozenset({"item"}))], **{"d/a": view})
    anew = tensors(view).replace(item=torch.tensor([[5, 0]]))
    assert found.encode(Wire("sum"), anew).main.tolist() == [[5.0]]


def bundle() -> Bundle:
    table = pa.table({"user": np.zeros(9, np.int64), "item": np.zeros(9, np.int64)})
    return Bundle("other", {"user": Vocabulary("user", ["u"]), "item": Vocabulary("item", ["i"])}, table)


def test_events_of_other_data_are_looked_up_there() -> None:
    plan = rows_node("event", "event", OfEvents()).plan.on(bundle())
    assert (plan.finite, plan.binding.factor) == (9, 100.0)
    items = rows_node("item", "item", Given()).plan
    assert items.on(bundle()) is items
    with pytest.raises(PluginError, match="node 'event' is of events, and its binding has no `on`"):
        rows_node("event", "event", Given()).plan.on(bundle())


def test_no_table_of_events_is_at_hand_unless_it_is_wanted() -> None:
    context = Node.of(NodePlan("sum", "view", {"": "history"}, {"over": (Wire("event"),)}), Sum(), {"over": PortUse()})
    graph = Graph([rows_node("event", "event", OfEvents()), context])
    assert whole_tables(graph, ["sum"], torch.device("cpu")) == {}
    assert list(whole_tables(graph, ["event"], torch.device("cpu"))) == ["event"]
