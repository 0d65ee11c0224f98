"""Hidden nodes and edges: encoders do not see them, and losses are as worked out by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from lmrs_graph.encoders import options as all_options
from lmrs_graph.encoders.rgcn import Rgcn, SampledRgcn
from lmrs_graph.objectives.masked_edge import MaskedEdge
from lmrs_graph.objectives.masked_node import MaskedNode
from lmrs_graph.objectives.options import MaskedEdge as EdgeOptions
from lmrs_graph.objectives.options import MaskedNode as NodeOptions
from lmrs_graph.samplers.nodes import Nodes
from lmrs_graph.samplers.options import Nodes as SamplerOptions
from lmrs_graph.transforms.options import Triples as TripleOptions
from lmrs_graph.transforms.triples import Triples
from lmrs_graph.typed import named
from lmrs_plugins import Encoding, Env, ExampleRandom, Examples, InputError, View
from lmrs_plugins.testing import generated_bundle

WIDTH = 6


class Step:
    """Vectors of tables at the rows of views; names of views may be those of a draw."""

    index, training = 0, True

    def __init__(self, views: dict[str, View], **tables: torch.Tensor) -> None:
        self._views, self._tables = views, tables

    def has(self, name: str) -> bool:
        return name in self._views

    def view(self, name: str) -> View:
        return self._views[name]

    def get(self, port: str, view: str = "") -> Encoding:
        seen = self._views[view]
        (field,) = seen.rows
        return Encoding(vectors=self._tables[port][seen[field]], mask=seen.mask)


def view(rows, subject: str = "entity", mask=None, **values) -> View:
    found = {name: torch.as_tensor(one) for name, one in values.items()}
    mask = None if mask is None else torch.as_tensor(mask)
    return View({subject: torch.as_tensor(rows)}, {subject: subject}, found, mask)


def encoder(bundle, sampled: bool = False):
    """Two layers of R-GCN that do not see what the draw `asked` asks for."""
    said = {"layers": 2, "without": "asked"}
    kind, options = Rgcn, all_options.Rgcn(**said)
    if sampled:
        kind, options = SampledRgcn, all_options.SampledRgcn(**said, fan=[30, 30])
    binding = kind.bind(Env(bundle), options)
    torch.manual_seed(0)
    return kind(Env(bundle, widths={"of": WIDTH}, binding=binding), options).eval(), binding


def encoded(bundle, sampled: bool = False, step: Step | None = None, of: torch.Tensor | None = None) -> Encoding:
    made, binding = encoder(bundle, sampled)
    table = torch.randn(40, WIDTH, generator=torch.Generator().manual_seed(1)) if of is None else of
    if not sampled:
        fields = {name: torch.from_numpy(one) for name, one in binding.whole().values.items()}
        return made(Encoding(vectors=table), **fields, step=step)
    trees = binding.rows(np.arange(40)).map(torch.from_numpy)
    return made(Encoding(vectors=table[trees["nodes"]]), trees["relation"], trees.mask, trees["nodes"], step)


@pytest.mark.fault("F: graph: a masked node that its own vector gives away")
@pytest.mark.parametrize("sampled", [False, True])
def test_a_hidden_node_is_known_by_the_others_alone(sampled: bool) -> None:
    bundle, hidden = generated_bundle().training(), [0, 5, 30]
    step = Step({"asked.hidden": view(hidden)})
    table = torch.randn(40, WIDTH, generator=torch.Generator().manual_seed(1))
    other = table.index_fill(0, torch.tensor(hidden), 1e3)
    one, two = (encoded(bundle, sampled, step, of) for of in (table, other))
    assert torch.equal(one.main[one.mask], two.main[two.mask])
    assert one.mask[hidden].all(), "their neighbours reach them"
    assert not torch.allclose(encoded(bundle, sampled, None, other).main, one.main)


@pytest.mark.fault("F: graph: a masked edge that the encoder walks")
@pytest.mark.parametrize("sampled", [False, True])
def test_hidden_edges_are_as_if_they_were_not_there(sampled: bool) -> None:
    bundle = generated_bundle().training()
    graph = bundle.graphs["knowledge"]
    head, tail = graph.head[:5], graph.tail[:5]
    pairs = {frozenset(pair) for pair in zip(head.tolist(), tail.tolist(), strict=True)}
    kept = np.array([frozenset(p) not in pairs for p in zip(graph.head.tolist(), graph.tail.tolist(), strict=True)])
    less = replace(graph, head=graph.head[kept], tail=graph.tail[kept], relation=graph.relation[kept])
    without = encoded(replace(bundle, graphs={"knowledge": less}), sampled)
    # An edge asked for from its other end is the same edge.
    asked = Step({"asked.head": view(np.r_[head[:3], tail[3:]]), "asked.tail": view(np.r_[tail[:3], head[3:]])})
    assert torch.allclose(encoded(bundle, sampled, asked).main, without.main, atol=1e-5)
    assert not torch.allclose(encoded(bundle, sampled).main, without.main, atol=1e-3)


def test_which_node_it_is_by_hand() -> None:
    node, own = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]), torch.tensor([[2.0, 0.0], [0.0, 3.0], [0.5, 0.5]])
    views = {"hidden": view([0, 1]), "negative": view([[1, 2], [0, 2]], mask=[[True, True], [True, False]])}
    objective = MaskedNode(Env(generated_bundle(), widths={"node": 2, "own": 2}), NodeOptions())
    total, count = objective.terms(Step(views, node=node, own=own))["identity"]
    first = -math.log(math.exp(2) / (math.exp(2) + math.exp(0) + math.exp(0.5)))
    second = -math.log(math.exp(3) / (math.exp(3) + math.exp(0)))
    assert total.item() == pytest.approx(first + second, rel=1e-5)
    assert int(count) == 2


def test_what_a_field_says_of_a_node_by_hand() -> None:
    bundle = generated_bundle()
    options = NodeOptions(target="field", subject="user", field="gender")
    objective = MaskedNode(Env(bundle, widths={"node": 2}), options)
    with torch.no_grad():
        objective.values.weight.copy_(torch.tensor([[1.0, 0.0], [0.0, 1.0]]))
        objective.values.bias.zero_()
    node = torch.tensor([[2.0, 1.0]] * bundle.count("user"))
    total, count = objective.terms(Step({"hidden": view([0, 1], "user")}, node=node))["field"]
    f, m = -math.log(math.e / (math.e + 1)), -math.log(1 / (math.e + 1))
    assert bundle.texts("user", "gender")[:2] == ["f", "m"]
    assert total.item() == pytest.approx(f + m, rel=1e-5)
    assert int(count) == 2


def test_a_list_of_values_is_a_sum_over_them_and_a_missing_one_does_not_count() -> None:
    bundle = generated_bundle()
    options = NodeOptions(target="field", subject="item", field="categories")
    objective = MaskedNode(Env(bundle, widths={"node": 2}), options)
    with torch.no_grad():
        objective.values.weight.zero_()
        objective.values.bias.copy_(torch.tensor([1.0, 0.0, -1.0]))
    names = sorted({name for one in bundle.texts("item", "categories") for name in one or []})
    assert names == ["comedy", "crime", "drama"]
    node = torch.zeros(bundle.count("item"), 2)
    total, count = objective.terms(Step({"hidden": view([0, 3], "item")}, node=node))["field"]
    assert bundle.texts("item", "categories")[0] == ["comedy"]
    by_hand = math.log(1 + math.exp(-1)) + math.log(2) + math.log(1 + math.exp(-1))
    assert total.item() == pytest.approx(by_hand, rel=1e-5)
    assert int(count) == 1


def edge_views() -> dict[str, View]:
    wrong = view([[2], [3]], mask=[[True], [False]], instead=[[1], [0]])
    return {"head": view([0, 1], relation=[1, 0]), "tail": view([1, 2]), "wrong": wrong}


def test_the_relation_of_an_edge_by_hand() -> None:
    objective = MaskedEdge(Env(generated_bundle(), widths={"node": 1}), EdgeOptions())
    with torch.no_grad():
        objective.read.weight.copy_(torch.tensor([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]))
        objective.read.bias.zero_()
    node = torch.tensor([[1.0], [2.0], [3.0], [4.0]])
    total, count = objective.terms(Step(edge_views(), node=node))["relation"]
    # (h, t) = (1, 2): logits 1 and 2, relation 1; (2, 3): logits 2 and 6, relation 0.
    by_hand = -math.log(math.exp(2) / (math.exp(1) + math.exp(2))) - math.log(math.exp(2) / (math.exp(2) + math.exp(6)))
    assert total.item() == pytest.approx(by_hand, rel=1e-5)
    assert int(count) == 2


def test_the_existence_of_an_edge_by_hand() -> None:
    objective = MaskedEdge(Env(generated_bundle(), widths={"node": 1}), EdgeOptions(target="existence"))
    with torch.no_grad():
        objective.read.weight.copy_(torch.tensor([[1.0, -1.0, 0.5]]))
        objective.read.bias.zero_()
    node = torch.tensor([[1.0], [2.0], [3.0], [4.0]])
    total, count = objective.terms(Step(edge_views(), node=node))["existence"]
    # Right: (1, 2) scores 0, (2, 3) scores 2. Wrong: 3 in place of the head 1, (3, 2) scores 4; the other is masked.
    by_hand = math.log(2) + math.log(1 + math.exp(-2)) + math.log(1 + math.exp(4))
    assert total.item() == pytest.approx(by_hand, rel=1e-5)
    assert int(count) == 3


def test_an_epoch_has_every_node_with_an_edge_once() -> None:
    sampler = Nodes(Env(generated_bundle()), SamplerOptions(batch=7))
    drawn = np.concatenate(sampler.epoch(1, 0))
    graph = named(generated_bundle(), "knowledge")
    assert sorted(drawn.tolist()) == sorted({*graph.source.tolist(), *graph.target.tolist()})


def test_edges_beside_other_examples_are_edges_drawn_evenly() -> None:
    bundle = generated_bundle()
    graph = named(bundle, "knowledge")
    examples = Examples(np.arange(4000), {"user": np.zeros(4000, dtype=np.int64)})
    views = Triples(Env(bundle), TripleOptions()).views(examples, ExampleRandom(0, examples.keys))
    drawn = zip(
        *(views["head"][name].tolist() for name in ("entity", "relation")),
        views["tail"]["entity"].tolist(),
        strict=True,
    )
    edges = list(zip(graph.source.tolist(), graph.relation.tolist(), graph.target.tolist(), strict=True))
    counts = dict.fromkeys(edges, 0)
    for edge in drawn:
        counts[edge] += 1
    assert max(counts.values()) < 3 * 4000 / len(edges)
    assert min(counts.values()) > 0


@pytest.mark.fault("I: graph: masked nodes without their own vectors, or of another width")
def test_an_identity_wants_vectors_of_its_own() -> None:
    with pytest.raises(InputError, match="say own: NODE"):
        MaskedNode(Env(generated_bundle(), widths={"node": 2}), NodeOptions())
    with pytest.raises(InputError, match="nodes of width 2 and own vectors of width 3"):
        MaskedNode(Env(generated_bundle(), widths={"node": 2, "own": 3}), NodeOptions())


@pytest.mark.fault("I: graph: a masked node of a field without its name")
def test_a_field_wants_its_name() -> None:
    with pytest.raises(ValidationError, match="say both, or neither"):
        NodeOptions(target="field")
