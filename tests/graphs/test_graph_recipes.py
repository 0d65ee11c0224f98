"""Graphs in recipes: one node more in a model that knows nothing of them, whatever the graph and however it is read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from lmrs.answer.data import load_data, section
from lmrs.answer.listener import Listener
from lmrs.answer.pipeline import Pipeline
from lmrs.answer.run import run
from lmrs.host.host import Host
from lmrs_graph.typed import named
from lmrs_plugins import InputError

SMALL = ("data.options={users: 60, items: 40}", "stages.0.stop=null")
KNOWN = """
name: known
extends: sasrec
model:
  id: {use: sequence/item-id, width: 16}
  entity: {use: graph/id, subject: entity, width: 16}
  graph: {use: graph/rgcn, of: entity}
  linked: {use: graph/linked, of: graph}
  item: {use: sum, of: [id, linked]}
"""
FRIENDS = """
name: friends
extends: lightgcn
model:
  free: {use: graph/id, subject: user, width: 16}
  known: {use: graph/sage, graph: social, subject: user, of: free}
  user: {use: sum, of: [free, known]}
"""
LINKS = """
name: links
extends: known
stages:
  - name: links
    strategy: pretrain
    sampler: {use: graph/edges, batch: 64}
    draws: {edges: {use: graph/corrupt, negatives: 4}}
    objectives: [{use: graph/link, node: table, relation: table.relation, score: transe, loss: margin, on: edges}]
    epochs: 5
    optimizer: {rate: 0.02}
  - name: train
    strategy: pretrain
    sampler: {use: sequence/windows, batch: 16, length: 51}
    draws: {next: {use: sequence/next, length: 50}}
    objectives: [{use: sequence/next-item, on: next}]
    epochs: 1
model:
  table: {use: graph/transe, width: 16}
  graph: {use: graph/rgcn, of: table}
  entity: null
"""


class Losses(Listener):
    """Keeps the loss of each epoch."""

    def __init__(self) -> None:
        self.losses: list[float] = []

    def epoch_ended(self, epoch, terms, metrics) -> None:
        self.losses.append(next(iter(terms.values())))


@pytest.fixture
def recipe(tmp_path: Path):
    """Recipes of the text by their names."""

    def written(name: str, *texts: str) -> Path:
        for text in texts:
            path = tmp_path / f"{text.split()[1]}.yaml"
            body = text
            for other in ("known", "friends"):
                body = body.replace(f"extends: {other}\n", f"extends: ./{other}.yaml\n")
            path.write_text(body)
        return tmp_path / f"{name}.yaml"

    return written


def test_lightgcn_learns_what_the_neighbours_took(tmp_path: Path) -> None:
    watched = Losses()
    size = "data.options={users: 200, items: 100}"
    changes = ["stages.0.epochs=30", "stages.0.sampler.batch=256", "stages.0.stop=null", size]
    trained = run("lightgcn", out=tmp_path / "gcn", overrides=changes, listener=watched, device="cpu")
    assert watched.losses[-1] < watched.losses[0] * 0.7
    popular = run("popularity", out=tmp_path / "popular", overrides=["task=top-n", size], device="cpu")
    assert trained.evaluate("test")["NDCG@10"] > popular.evaluate("test")["NDCG@10"]
    again = Pipeline.load(tmp_path / "gcn", device="cpu")
    assert again.evaluate("test").numbers() == trained.evaluate("test").numbers()
    bundle = again.setting.bundle
    ids = bundle.vocabularies["item"].ids
    taken = {ids[row] for row in bundle.items[bundle.users == 3]}
    user = bundle.vocabularies["user"].ids[3]
    found = {one.id for one in again.recommend(user=user, top=5)}
    assert len(found) == 5
    assert len(found & taken) <= 2, "nothing of training; the held-out ones may well be there"


@pytest.mark.fault("H: somebody without a vector, where users are known by their rows")
def test_nobody_is_answered_with_what_is_anothers(tmp_path: Path) -> None:
    pipeline = run("lightgcn", out=tmp_path / "run", overrides=["stages.0.epochs=1", *SMALL], device="cpu")
    assert pipeline.recommend(user=pipeline.setting.bundle.vocabularies["user"].ids[0], top=3)
    assert pipeline.recommend(history=list(pipeline.setting.bundle.vocabularies["item"].ids[:2]), top=3) == []


@pytest.mark.fault("F: graph: held-out events reach no vector")
def test_held_out_events_change_no_vector(tmp_path: Path) -> None:
    pipeline = run("lightgcn", out=tmp_path / "run", overrides=["stages.0.epochs=1", *SMALL], device="cpu")
    whole = pipeline.graph.nodes["gcn"].plan.binding.whole()
    bundle = pipeline.setting.bundle
    known = bundle.training()
    pairs = len(set(zip(known.users.tolist(), known.items.tolist(), strict=True)))
    assert len(whole["columns"]) == 2 * pairs
    held_out = bundle.part > 0
    row, users = np.repeat(np.arange(len(whole["offsets"]) - 1), np.diff(whole["offsets"])), bundle.count("user")
    joined = set(zip(row.tolist(), (whole["columns"] - users).tolist(), strict=True))
    again = set(zip(known.users.tolist(), known.items.tolist(), strict=True))
    asked = set(zip(bundle.users[held_out].tolist(), bundle.items[held_out].tolist(), strict=True)) - again
    assert asked
    assert not asked & joined


@pytest.mark.parametrize(
    "use",
    ["graph/rgcn", "graph/compgcn", "graph/gat", "graph/sage", "graph/sampled-rgcn", "graph/sampled-sage"],
)
def test_items_know_their_entities_in_a_history_model(recipe, tmp_path: Path, use: str) -> None:
    changes = [f"model.graph.use={use}", "stages.0.epochs=2", "stages.0.sampler.batch=16", *SMALL]
    watched = Losses()
    trained = run(recipe("known", KNOWN), out=tmp_path / "run", overrides=changes, listener=watched, device="cpu")
    assert watched.losses[-1] < watched.losses[0]
    assert (
        Pipeline.load(tmp_path / "run", device="cpu").evaluate("test").numbers() == trained.evaluate("test").numbers()
    )


def test_friends_are_a_node_more(recipe, tmp_path: Path) -> None:
    changes = ["model.item.width=16", "stages.0.epochs=2", "stages.0.sampler.batch=256", *SMALL]
    watched = Losses()
    run(recipe("friends", FRIENDS), out=tmp_path / "run", overrides=changes, listener=watched, device="cpu")
    assert watched.losses[-1] < watched.losses[0]


def test_a_graph_is_learnt_before_the_histories(recipe, tmp_path: Path) -> None:
    watched = Losses()
    links = run(
        recipe("links", KNOWN, LINKS), out=tmp_path / "run", overrides=SMALL[:1], listener=watched, device="cpu"
    )
    assert watched.losses[4] < watched.losses[0] * 0.8
    assert links.weights["table.relation"].shape[1] == 16


def test_trees_made_in_a_worker_are_the_same(recipe, tmp_path: Path) -> None:
    made = []
    for workers in (0, 1):
        changes = ["model.graph.use=graph/sampled-sage", f"stages.0.workers={workers}", "stages.0.epochs=1", *SMALL]
        made.append(run(recipe("known", KNOWN), out=tmp_path / str(workers), overrides=changes, device="cpu").weights)
    assert all(torch.equal(made[0][name], made[1][name]) for name in made[0])


@pytest.mark.fault("I: graph: a node of users over a graph of entities")
def test_a_misfit_names_both_ends_before_any_work(recipe, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"subject is user.*but model.entity \(graph/id\) gives vectors of entity"):
        run(recipe("known", KNOWN), out=tmp_path / "run", overrides=["model.graph.subject=user"], device="cpu")


@pytest.mark.fault("I: graph: data without the graph")
def test_data_without_the_graph_say_what_they_have_unless_the_node_is_optional(recipe, tmp_path: Path) -> None:
    changes = ["data.drop=[graph.knowledge]", "stages.0.epochs=1", *SMALL]
    with pytest.raises(InputError, match=r"graph.knowledge"):
        run(recipe("known", KNOWN), out=tmp_path / "run", overrides=changes, device="cpu")
    optional = [f"model.{node}.optional=true" for node in ("entity", "graph", "linked")]
    trained = run(recipe("known", KNOWN), out=tmp_path / "run", overrides=[*changes, *optional], device="cpu")
    assert "linked" not in trained.graph.nodes


FILES = {
    "inter": ["user_id:token\titem_id:token", *(f"u{u}\ti{(u * k) % 7}" for u in range(1, 7) for k in (1, 2, 3))],
    "kg": ["head_id:token\trelation_id:token\ttail_id:token", "e1\tby\te2", "e2\tby\te2", "e3\tin\te1"],
    "net": ["source_id:token\ttarget_id:token", "u1\tu2", "u2\tu9", "u3\tu3"],
    "link": ["item_id:token\tentity_id:token", "i1\te1", "i1\te3", "i2\te1", "i3\te8"],
}


@pytest.mark.fault("F: graph: files with dangling edges, loops, and one item in two entities")
def test_graphs_of_files_lose_what_is_odd_with_a_line_about_it(tmp_path: Path) -> None:
    folder = tmp_path / "some"
    folder.mkdir()
    for end, lines in FILES.items():
        (folder / f"some.{end}").write_text("\n".join(lines) + "\n")
    found = load_data(section(str(folder)), Host())
    bundle, notes = found.bundle, "\n".join(found.notes)
    social, knowledge = named(bundle, "social"), named(bundle, "knowledge")
    ids = {subject: vocabulary.ids for subject, vocabulary in bundle.vocabularies.items()}
    wanted = {"user": {("u1", "u2")}, "entity": {("e1", "e2"), ("e3", "e1")}}
    for graph, subject in ((social, "user"), (knowledge, "entity")):
        pairs = zip(graph.source.tolist(), graph.target.tolist(), strict=True)
        assert {(ids[subject][one], ids[subject][other]) for one, other in pairs} == wanted[subject]
    links = dict(zip(ids["item"], bundle.links["item"], strict=True))
    assert [ids["entity"][links[item]] for item in ("i1", "i2")] == ["e1", "e1"], "the first link of an item counts"
    assert "1 edges of graph social lead to what has no event: left out" in notes
    assert "1 edges of graph knowledge are self-loops: kept" in notes
    assert "1 links of items are of one that has a link already: left out" in notes
    assert "1 links of items lead to entities of no graph: kept" in notes


MASKED = """
name: masked
extends: lightgcn
model:
  user: {width: 16}
  item: {width: 16}
  entity: {use: graph/id, subject: entity, width: 16}
  graph: {use: graph/rgcn, of: entity, without: asked}
  table: {use: graph/transe, width: 16}
stages:
  - name: nodes
    strategy: pretrain
    sampler: {use: graph/nodes, batch: 64}
    draws: {asked: {use: graph/hide, negatives: 5}}
    objectives: [{use: graph/masked-node, node: graph, own: entity, on: asked}]
    epochs: 8
    optimizer: {rate: 0.02}
  - name: edges
    strategy: pretrain
    sampler: {use: graph/edges, batch: 64}
    draws: {asked: {use: graph/corrupt, negatives: 1}}
    objectives: [{use: graph/masked-edge, node: graph, on: asked}]
    epochs: 4
    optimizer: {rate: 0.02}
  - name: train
    strategy: pretrain
    sampler: {use: graph/pairs, batch: 256}
    draws:
      pairs: {use: graph/negatives}
      facts: {use: graph/triples, negatives: 2}
    objectives:
      - {use: graph/pair, user: gcn.user, item: gcn.item, on: pairs}
      - {use: graph/link, node: table, relation: table.relation, score: transe, loss: margin, weight: 0.1, on: facts}
    epochs: 10
    optimizer: {rate: 0.02}
"""


class Terms(Listener):
    """Keeps all terms of each epoch."""

    def __init__(self) -> None:
        self.terms: list[dict[str, float]] = []

    def epoch_ended(self, epoch, terms, metrics) -> None:
        self.terms.append(dict(terms))


def test_masked_nodes_and_edges_and_facts_beside_pairs_are_learnt(recipe, tmp_path: Path) -> None:
    watched = Terms()
    run(recipe("masked", MASKED), out=tmp_path / "run", overrides=SMALL[:1], listener=watched, device="cpu")
    nodes, edges, together = watched.terms[:8], watched.terms[8:12], watched.terms[12:]
    for several in (nodes, edges):
        (first,), (last,) = several[0].values(), several[-1].values()
        assert last < first
    assert len(together[0]) == 2, "pairs and facts, of one batch"
    for name, first in together[0].items():
        assert together[-1][name] < first, name
