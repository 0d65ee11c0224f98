"""Edges against wrong ones, and scores as PyG has them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from lmrs_graph.encoders.options import Triples as TableOptions
from lmrs_graph.encoders.triples import DistMult, TransE
from lmrs_graph.objectives.link import Link
from lmrs_graph.objectives.options import Link as LinkOptions
from lmrs_graph.pyg import nn
from lmrs_graph.samplers.edges import Edges
from lmrs_graph.samplers.options import Edges as EdgeOptions
from lmrs_graph.transforms.corrupt import Corrupt
from lmrs_graph.transforms.options import Corrupt as Options
from lmrs_graph.typed import named
from lmrs_plugins import Encoding, Env, ExampleRandom, InputError, View
from lmrs_plugins.testing import generated_bundle

ENV = Env(generated_bundle().training(), widths={"node": 16, "relation": 16})


def all_edges():
    sampler = Edges(ENV, EdgeOptions(batch=10))
    return sampler.examples(np.concatenate(sampler.epoch(0, 0)))


def test_an_epoch_has_every_edge_once() -> None:
    examples, graph = all_edges(), named(ENV.bundle, "knowledge")
    drawn = sorted(zip(*(examples.array(name).tolist() for name in ("head", "relation", "tail")), strict=True))
    assert drawn == sorted(zip(graph.source.tolist(), graph.relation.tolist(), graph.target.tolist(), strict=True))


@pytest.mark.parametrize("side", ["tail", "head", "both"])
def test_wrong_edges_are_no_edges_and_differ_at_one_end(side: str) -> None:
    examples, graph = all_edges(), named(ENV.bundle, "knowledge")
    known = set(zip(graph.source.tolist(), graph.relation.tolist(), graph.target.tolist(), strict=True))
    views = Corrupt(ENV, Options(negatives=50, side=side)).views(examples, ExampleRandom(0, examples.keys))
    wrong, instead, mask = views["wrong"]["entity"], views["wrong"]["instead"], views["wrong"].mask
    assert set(np.unique(instead).tolist()) == {"tail": {0}, "head": {1}, "both": {0, 1}}[side]
    refused = 0
    for row, (head, relation, tail) in enumerate(
        zip(*(examples.array(one) for one in ("head", "relation", "tail")), strict=True)
    ):
        for other, which, kept in zip(wrong[row], instead[row], mask[row], strict=True):
            edge = (other, relation, tail) if which else (head, relation, other)
            assert kept == (edge not in known)
            refused += not kept
    assert refused, "some happened to be edges"


class Step:
    """Vectors of a table at the rows of views."""

    def __init__(self, views: dict[str, View], node: torch.Tensor, relation: torch.Tensor | None = None) -> None:
        self._views, self._node, self._relation = views, node, relation

    def view(self, name: str) -> View:
        return self._views[name]

    def get(self, port: str, view: str = "") -> Encoding:
        if port == "relation":
            return Encoding(vectors=self._relation)
        seen = self._views[view]
        return Encoding(vectors=self._node[seen["entity"]], mask=seen.mask)


def drawn_views() -> dict[str, View]:
    examples = all_edges()
    views = Corrupt(ENV, Options(negatives=4)).views(examples, ExampleRandom(0, examples.keys))
    return {name: view.map(torch.from_numpy) for name, view in views.items()}


@pytest.mark.parametrize(
    ("table", "score", "model"),
    [(TransE, "transe", nn.kge.TransE), (DistMult, "distmult", nn.kge.DistMult)],
)
@pytest.mark.parametrize("loss", ["bpr", "bce", "margin"])
def test_scores_are_pygs(table, score: str, model, loss: str) -> None:
    torch.manual_seed(0)
    made = table(ENV, TableOptions(width=16))
    found, views = made(), drawn_views()
    node, relation = found[""].main.detach(), found["relation"].main.detach()
    assert torch.allclose(node.norm(dim=1), torch.ones(40))
    # PyG measures with the norm by which it makes entities of length 1; the paper makes them so by Euclid's always.
    theirs = model(40, 2, 16, **({"p_norm": 2.0} if score == "transe" else {}))
    with torch.no_grad():
        theirs.node_emb.weight.copy_(node)
        theirs.rel_emb.weight.copy_(relation)
    head, tail, kinds = views["head"]["entity"], views["tail"]["entity"], views["head"]["relation"]
    wrong, instead, mask = views["wrong"]["entity"], views["wrong"]["instead"].bool(), views["wrong"].mask
    heads, tails = torch.where(instead, wrong, head[:, None]), torch.where(instead, tail[:, None], wrong)
    near = theirs(head, kinds, tail)[:, None].detach()
    far = theirs(heads.flatten(), kinds.repeat_interleave(4), tails.flatten()).view(-1, 4).detach()
    expected = {
        "bpr": -(near - far).sigmoid().log()[mask].sum(),
        "bce": -near.sigmoid().log().sum() - (-far).sigmoid().log()[mask].sum(),
        "margin": (0.5 - near + far).relu()[mask].sum(),
    }[loss]
    objective = Link(ENV, LinkOptions(score=score, loss=loss, margin=0.5, norm=2))
    total, count = objective.terms(Step(views, node, relation))[loss]
    assert torch.allclose(total, expected, rtol=1e-4)
    assert int(count) == int(mask.sum()) + len(near) * (loss == "bce")


def test_a_dot_product_wants_no_relations() -> None:
    views, node = drawn_views(), torch.randn(40, 16, generator=torch.Generator().manual_seed(0))
    total, count = Link(Env(ENV.bundle, widths={"node": 16}), LinkOptions(score="dot")).terms(Step(views, node))["bpr"]
    assert total > 0
    assert int(count) == int(views["wrong"].mask.sum())


@pytest.mark.fault("I: graph: a score of relations without any")
def test_a_score_of_relations_wants_them() -> None:
    with pytest.raises(InputError, match="score transe wants vectors of relations: say relation: NODE"):
        Link(replace(ENV, widths={"node": 16}), LinkOptions(score="transe"))
