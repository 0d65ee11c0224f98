"""Rows in chunks under a budget give what one pass gives: values, gradients, masks, and ports that pay by the row."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from lmrs.model.batch import Batch, tensors
from lmrs.model.chunks import alike, chunks, place_in
from lmrs.model.graph import Graph, Node, PortUse
from lmrs.model.plan import Need, NodePlan, Plan, Wire
from lmrs.model.step import GraphStep
from lmrs.model.tables import whole_tables
from lmrs_plugins import Encoding, PluginError, Ragged, View

LENGTHS = np.array([3, 1, 9, 2, 2, 7, 1, 4])
VIEW = View.of(item=np.array([[6, 2, 2, 5], [0, 1, 7, 2]]), mask=np.array([[1, 1, 1, 1], [1, 1, 1, 0]], dtype=bool))


class Texts:
    """Row r has LENGTHS[r] words, padded to the longest that is asked for; the row after it is related."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, int]] = []

    def rows(self, rows, rng=None):
        words = Ragged.of([np.arange(LENGTHS[row]) * 3 + row for row in rows])
        padded, mask = words.padded(int(words.lengths.max()))
        self.asked.append(padded.shape)
        return View({"related": (rows + 1) % len(LENGTHS)}, {"related": "related"}, {"words": padded}, mask)

    def cost(self, rows):
        return LENGTHS[rows]


class Words(nn.Module):
    """States of the words, and the mean of their squares as a vector."""

    width = 4

    def __init__(self, states: bool = False, dropout: float = 0.0) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.table, self.mix = nn.Embedding(40, 4), nn.Linear(4, 4)
        self.drop, self._states, self.calls = nn.Dropout(dropout), states, 0

    def forward(self, words: torch.Tensor, mask: torch.Tensor, step) -> Encoding:
        self.calls += 1
        states = self.drop(self.mix(self.table(words))) ** 2
        states = states + torch.rand(1, generator=step.generator) * self.drop.p
        if self._states:
            return Encoding(states=states, mask=mask)
        return Encoding(vectors=(states * mask[..., None]).sum(1) / mask.sum(1, keepdim=True))


class Related(nn.Module):
    width = 2

    def __init__(self) -> None:
        super().__init__()
        self.vectors = nn.Parameter(torch.arange(8).float()[:, None].repeat(1, 4))

    def forward(self, rows: torch.Tensor | None) -> Encoding:
        return Encoding(vectors=self.vectors if rows is None else self.vectors[rows])


def text(budget: int | None, states: bool = False, recompute: bool = False, dropout: float = 0.0) -> Node:
    plan = NodePlan("text", "rows", {"": "item"}, {}, Texts(), len(LENGTHS), budget, recompute)
    return Node.of(plan, Words(states, dropout), {})


def looked_at(graph: Graph, name: str = "text") -> Encoding:
    needs = [Need(Wire(name), "d/a")]
    gathers = Plan(graph.plans(), needs).gather({"d/a": VIEW}, None)
    step = GraphStep(graph, Batch(2, {"d/a": tensors(VIEW)}, gathers), seed=5)
    return step.encode(Wire(name), step.batch.views["d/a"])


@given(st.lists(st.integers(0, 50), min_size=1, max_size=40), st.integers(1, 200))
def test_chunks_keep_to_the_budget_and_leave_no_row_out(costs: list[int], budget: int) -> None:
    parts = chunks(np.array(costs), budget)
    assert sorted(np.concatenate(parts).tolist()) == list(range(len(costs)))
    for part in parts:
        dearest = max(costs[place] for place in part)
        assert len(part) == 1 or len(part) * dearest <= budget
        assert part.tolist() == sorted(part.tolist())
    place = place_in(parts)
    if place is not None:
        assert np.concatenate(parts)[place].tolist() == list(range(len(costs)))


@pytest.mark.parametrize("budget", [1, 9, 12, 10**6])
@pytest.mark.parametrize("recompute", [False, True])
def test_values_and_gradients_are_those_of_one_pass(budget: int, recompute: bool) -> None:
    found = {}
    for name, node in (("whole", text(None)), ("chunks", text(budget, recompute=recompute))):
        seen = looked_at(Graph([node]))
        (seen.main[:, :3] * torch.arange(24).reshape(2, 3, 4)).sum().backward()
        found[name] = [seen.main[:, :3].detach(), *(weight.grad for weight in node.module.parameters())]
    for whole, cut in zip(found["whole"], found["chunks"], strict=True):
        assert torch.allclose(whole, cut, atol=1e-6)


def test_each_chunk_is_padded_to_its_own_longest() -> None:
    node = text(12)
    looked_at(Graph([node]))
    assert sorted(node.plan.binding.asked) == [(1, 7), (1, 9), (4, 3)] or all(
        rows == 1 or rows * length <= 12 for rows, length in node.plan.binding.asked
    )
    assert sum(rows for rows, _ in node.plan.binding.asked) == 6, "rows 0, 1, 2, 5, 6 and 7, each once"
    assert max(length for _, length in node.plan.binding.asked) == 9
    assert len(node.plan.binding.asked) == node.module.calls > 1


def test_states_come_back_in_order_with_their_masks() -> None:
    whole, cut = looked_at(Graph([text(None, states=True)])), looked_at(Graph([text(9, states=True)]))
    assert torch.equal(whole.mask, cut.mask)
    there = whole.mask[..., None]
    assert torch.allclose(whole.states * there, cut.states * there, atol=1e-6)


def test_a_whole_table_is_cut_alike() -> None:
    graph = Graph([text(12)])
    table = whole_tables(graph, ["text"], torch.device("cpu"))["text"]
    whole = whole_tables(Graph([text(None)]), ["text"], torch.device("cpu"))["text"]
    assert torch.allclose(table.vectors, whole.vectors, atol=1e-6)
    assert all(rows == 1 or rows * length <= 12 for rows, length in graph.nodes["text"].plan.binding.asked)


def test_a_node_in_chunks_reads_other_nodes_at_the_rows_of_each() -> None:
    class Both(nn.Module):
        width = 4

        def forward(self, words: torch.Tensor, mask: torch.Tensor, other: Encoding) -> Encoding:
            return Encoding(vectors=mask.sum(1, keepdim=True) + 100 * other.main)

    related = Node.of(NodePlan("related", "lookup", {"": "related"}, {}, None, 8), Related(), {})
    plan = NodePlan("both", "rows", {"": "item"}, {"other": (Wire("related"),)}, Texts(), len(LENGTHS), 8)
    graph = Graph([related, Node.of(plan, Both(), {"other": PortUse()})])
    found = looked_at(graph, "both").main[:, :3, 0]
    rows = np.asarray(VIEW["item"])[:, :3]
    assert found.tolist() == (LENGTHS[rows] + 100 * ((rows + 1) % 8)).tolist()


def test_a_lazy_port_pays_for_chunks_of_what_it_asks() -> None:
    class Some(nn.Module):
        width = 4

        def forward(self, of, item: torch.Tensor) -> Encoding:
            found = of(torch.arange(len(item) - 1, 0, -2))
            return Encoding(vectors=torch.zeros(len(item), 4).index_copy(0, torch.arange(5, 0, -2), found.main))

    tables = []
    for budget in (None, 9):
        node = text(budget)
        plan = NodePlan("some", "rows", {"": "item"}, {"of": (Wire("text"),)}, None, len(LENGTHS))
        tables.append(looked_at(Graph([node, Node.of(plan, Some(), {"of": PortUse(lazy=True)})]), "some").main)
    assert torch.allclose(tables[0], tables[1], atol=1e-6)
    assert tables[0].abs().sum() > 0


def test_what_is_computed_again_meets_the_same_randomness() -> None:
    gradients = []
    for recompute in (False, True):
        node = text(9, recompute=recompute, dropout=0.5)
        torch.manual_seed(3)
        looked_at(Graph([node])).main[:, :3].sum().backward()
        gradients.append([weight.grad for weight in node.module.parameters()])
        after = torch.rand(3)
        gradients[-1].append(after)
    calls = node.module.calls
    assert all(torch.equal(kept, again) for kept, again in zip(*gradients, strict=True))
    assert calls == 2 * len(node.plan.binding.asked), "once forward and once for the gradient"


def test_without_gradients_nothing_is_computed_twice() -> None:
    node = text(9, recompute=True)
    with torch.no_grad():
        looked_at(Graph([node]))
    assert node.module.calls == len(node.plan.binding.asked)


def test_costs_that_are_none_are_the_plugins_fault() -> None:
    node = text(9)
    node.plan.binding.cost = lambda rows: LENGTHS[rows] * 0.5
    with pytest.raises(PluginError, match=r"'text': cost\(\) of its binding gives float64"):
        looked_at(Graph([node]))


def test_without_costs_a_budget_counts_rows() -> None:
    class Plain:
        def rows(self, rows, rng=None):
            return Texts().rows(rows)

    plan = NodePlan("text", "rows", {"": "item"}, {}, Plain(), len(LENGTHS), 4)
    node = Node.of(plan, Words(), {})
    looked_at(Graph([node]))
    assert node.module.calls == 2


def test_rows_without_a_budget_lie_with_those_of_like_cost() -> None:
    found = alike(np.array([3, 9, 1, 9, 2]), 2)
    assert [one.tolist() for one in found] == [[1, 3], [0, 4], [2]]
    assert [one.tolist() for one in alike(np.ones(5, dtype=np.int64), 2)] == [[0, 1], [2, 3], [4]]
    assert [one.tolist() for one in alike(np.zeros(0, dtype=np.int64), 2)] == [[]]
