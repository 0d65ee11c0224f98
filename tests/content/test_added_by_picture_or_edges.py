"""Items that came after training, of which nothing is known but a picture, or their place in a graph."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import torch

from lmrs.answer.pipeline import Pipeline
from lmrs.answer.run import run
from lmrs.cli.main import main
from lmrs_plugins import InputError

ITEMS = 30
HISTORY = ["i03", "i11"]
BASE = """
name: {name}
data: {{source: synthetic, options: {{users: 40, items: 30}}}}
task: next-item
model:
{nodes}
  id: {{use: sequence/item-id, width: 8}}
  item: {{use: gate, of: [{known}], width: 8}}
  history: {{use: sequence/transformer, over: item, layers: 1, heads: 2, causal: true, length: 20}}
stages:
  - name: train
    strategy: pretrain
    sampler: {{use: sequence/windows, batch: 16, length: 12}}
    draws: {{next: {{use: sequence/next, length: 12}}}}
    objectives: [{{use: sequence/next-item, on: next}}]
    epochs: 1
    optimizer: {{rate: 0.01}}
answer: {{use: dot, of: [history, item], on: next}}
"""
GRAPH = """\
  entity: {use: graph/distmult, width: 8}
  facts: {use: graph/sage, of: entity, itself: false}
  kg: {use: graph/linked, of: facts}"""
IMAGE = """\
  image:
    use: multimodal/image
    model:
      embed_dim: 8
      vision_cfg: {image_size: 16, patch_size: 8, width: 16, head_width: 8, layers: 1}
      text_cfg: {}"""


@pytest.fixture(scope="module")
def trained(host, tmp_path_factory) -> Callable[..., Pipeline]:
    """A finished run over ids and these nodes, or over these nodes alone."""
    made: dict[tuple[str, ...], Pipeline] = {}

    def get(nodes: str, *known: str, **overrides: str) -> Pipeline:
        key = (nodes, *known, *overrides.values())
        if key not in made:
            folder = tmp_path_factory.mktemp("known")
            (folder / "known.yaml").write_text(BASE.format(name="known", nodes=nodes, known=", ".join(known)))
            with pytest.MonkeyPatch.context() as patched:
                patched.setenv("LMRS_CACHE", "off")
                changes = tuple(overrides.values())
                run(folder / "known.yaml", overrides=changes, out=folder / "run", host=host, device="cpu")
                made[key] = Pipeline.load(folder / "run", host, "cpu")
        return made[key]

    return get


def scores(pipeline: Pipeline) -> dict[str, float]:
    return {one.id: one.score for one in pipeline.recommend(history=HISTORY, top=99, repeat=True)}


def edges_of(pipeline: Pipeline, entity: str, called: str) -> pa.Table:
    """The edges of an entity of the data, under another name for it."""
    bundle = pipeline.setting.bundle
    graph, ids = bundle.graphs["knowledge"], bundle.vocabularies["entity"].ids
    triples = zip(graph.head.tolist(), graph.relation.tolist(), graph.tail.tolist(), strict=True)
    named = [(ids[head], graph.relations[relation], ids[tail]) for head, relation, tail in triples]
    mine = [edge for edge in named if entity in (edge[0], edge[2])]
    renamed = [tuple(called if one == entity else one for one in edge) for edge in mine]
    return pa.table(
        {name: [edge[place] for edge in renamed] for place, name in enumerate(("head", "relation", "tail"))}
    )


def picture(pipeline: Pipeline, item: str) -> bytes:
    row = int(pipeline.setting.bundle.vocabularies["item"].rows([item])[0])
    return pipeline.setting.bundle.images["item"][row].as_py()


def table(**columns: Any) -> pa.Table:
    return pa.table({"id": ["new1", "new2"], **columns})


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"use": "model.facts.use=graph/rgcn"},
        {"use": "model.facts.use=graph/sampled-sage", "fan": "model.facts.fan=[40]", "depth": "model.facts.layers=1"},
        {"use": "model.entity={use: graph/id, subject: entity, width: 8}"},
    ],
    ids=["sage", "rgcn", "sampled", "id"],
)
def test_an_item_is_known_by_its_edges_alone(trained: Any, changes: dict[str, str]) -> None:
    pipeline = trained(GRAPH, "id", "kg", **changes)
    before = scores(pipeline)
    more = pipeline.add_items(table(), edges=edges_of(pipeline, "work:5", "new1"))
    after = scores(more)
    assert "new1" in after
    assert "new2" not in after, "nothing is known of it"
    assert {id_: after[id_] for id_ in before} == pytest.approx(before, rel=1e-4)
    assert more.setting.bundle_at(0).vocabularies["entity"].blocks[-1] == 1
    assert scores(pipeline) == before


def test_of_the_same_edges_it_scores_as_the_old_item(trained: Any) -> None:
    pipeline = trained(GRAPH, "kg")
    found = scores(pipeline.add_items(table(), edges={"knowledge": edges_of(pipeline, "work:5", "new1")}))
    assert found["new1"] == pytest.approx(found["i05"], rel=1e-5)


def test_it_may_be_an_entity_that_the_graph_knows_or_one_of_another_name(trained: Any) -> None:
    pipeline = trained(GRAPH, "kg")
    found = scores(pipeline.add_items(table(entity=["work:5", None])))
    assert found["new1"] == pytest.approx(found["i05"], rel=1e-5)
    assert "new2" not in found
    edges = edges_of(pipeline, "work:7", "film:x")
    found = scores(pipeline.add_items(table(entity=["film:x", "film:x"]), edges=edges))
    assert found["new1"] == found["new2"] == pytest.approx(found["i07"], rel=1e-5)


def test_more_may_follow_and_lead_to_those_before(trained: Any) -> None:
    pipeline = trained(GRAPH, "kg")
    first = pipeline.add_items(pa.table({"id": ["new1"]}), edges=edges_of(pipeline, "work:5", "new1"))
    relation = pipeline.setting.bundle.graphs["knowledge"].relations[0]
    link = pa.table({"head": ["later"], "relation": [relation], "tail": ["new1"]})
    more = first.add_items(pa.table({"id": ["later"]}), edges=link)
    found = scores(more)
    assert found["new1"] == pytest.approx(scores(first)["new1"], rel=1e-5), "what leads to it now tells nothing of it"
    assert more.added == ["new1", "later"]


def test_nothing_of_the_old_moves_to_the_last_bit_of_its_inputs(trained: Any) -> None:
    pipeline = trained(GRAPH, "kg")
    more = pipeline.add_items(table(), edges=edges_of(pipeline, "work:5", "new1"))
    whole, known = (one.graph.nodes["facts"].plan.binding.whole() for one in (more, pipeline))
    count = len(known["source"])
    assert all((whole[name][:count] == known[name]).all() for name in ("source", "target", "relation"))
    entities = pipeline.setting.bundle.count("entity")
    assert (whole["target"][count:] >= entities).all()
    assert (whole["source"][count:] < entities).all()


def as_bytes(folder: Path, data: bytes) -> tuple[Any, Any]:
    return table(image=[data, None]), None


def as_files(folder: Path, data: bytes) -> tuple[Any, Any]:
    (folder / "new1.png").write_bytes(data)
    return table(), folder


def as_column(folder: Path, data: bytes) -> tuple[Any, Any]:
    (folder / "posters").mkdir()
    (folder / "posters" / "a.png").write_bytes(data)
    (folder / "new.csv").write_text("id,image\nnew1,posters/a.png\nnew2,\n")
    return folder / "new.csv", None


def as_archive(folder: Path, data: bytes) -> tuple[Any, Any]:
    with zipfile.ZipFile(folder / "all.zip", "w") as archive:
        archive.writestr("deep/new1.png", data)
    return table(), folder / "all.zip"


@pytest.mark.parametrize("make", [as_bytes, as_files, as_column, as_archive])
def test_an_item_is_known_by_its_picture_alone(trained: Any, tmp_path: Path, make: Callable[..., Any]) -> None:
    pipeline = trained(IMAGE, "image")
    before = scores(pipeline)
    items, images = make(tmp_path, picture(pipeline, "i05"))
    more = pipeline.add_items(items, images)
    after = scores(more)
    assert after["new1"] == pytest.approx(after["i05"], rel=1e-5)
    assert "new2" not in after, "it has no picture"
    assert {id_: after[id_] for id_ in before} == pytest.approx(before, rel=1e-5)
    assert any("has no picture of 1 of the 2 added items" in note for note in more.notes) == (images is not None)


def test_beside_an_id_a_picture_is_enough(trained: Any) -> None:
    pipeline = trained(IMAGE, "id", "image")
    more = pipeline.add_items(table(image=[picture(pipeline, "i05"), b"no picture"]))
    assert "new1" in scores(more)
    assert "new2" not in scores(more), "a broken picture counts as missing"
    assert torch.equal(more.answering.table("image").mask[-2:], torch.tensor([True, False]))


def edge(head: str, relation: str | None, tail: str | None) -> pa.Table:
    return pa.table({"head": [head], "relation": [relation], "tail": [tail]})


@pytest.mark.fault("H: edges of items to add: {id}")
@pytest.mark.parametrize(
    ("edges", "columns", "said"),
    [
        pytest.param(edge("new1", "by", "nobody"), {}, "edge 1: 'nobody' is no entity of these data", id="dangling"),
        pytest.param(
            edge("new3", "RELATION", "work:5"), {}, "'new3' is no entity of these data, nor", id="no such item"
        ),
        pytest.param(
            edge("new1", "owns", "work:5"), {}, "no relation 'owns' in the graph that was", id="unknown relation"
        ),
        pytest.param(edge("work:4", "RELATION", "work:5"), {}, "neither is added", id="both ends known"),
        pytest.param(edge("new1", None, "work:5"), {}, "edge 1 has no relation", id="missing relation"),
        pytest.param(edge("new1", "RELATION", " "), {}, "edge 1 has no tail", id="missing end"),
        pytest.param(pa.table({"head": ["a"], "tail": ["b"]}), {}, "columns head, relation and tail", id="two columns"),
        pytest.param(edge("a", "b", "c").slice(1), {}, "no edges in it", id="none"),
        pytest.param({"social": edge("new1", "a", "b")}, {}, "no graph 'social' of items", id="a graph of users"),
        pytest.param({"knowlege": edge("new1", "a", "b")}, {}, "did you mean 'knowledge'", id="misspelt graph"),
        pytest.param("none.kg", {}, "no such file of edges to add", id="no file"),
        pytest.param(3, {}, "edges to add are a table", id="no table"),
        pytest.param(
            edge("work:5", "RELATION", "work:6"),
            {"id": ["work:5", "x"]},
            "say which entity",
            id="item called as an entity",
        ),
    ],
)
def test_edges_that_cannot_be_added_say_why(trained: Any, edges: Any, columns: dict[str, Any], said: str) -> None:
    pipeline = trained(GRAPH, "kg")
    if isinstance(edges, pa.Table) and "relation" in edges.column_names:
        relation = pipeline.setting.bundle.graphs["knowledge"].relations[0]
        names = [relation if name == "RELATION" else name for name in edges.column("relation").to_pylist()]
        edges = edges.set_column(1, "relation", pa.array(names, pa.string()))
    with pytest.raises(InputError, match=said):
        pipeline.add_items(pa.table({"id": ["new1", "new2"], **columns}), edges=edges)


@pytest.mark.fault("H: pictures of items to add: {id}")
@pytest.mark.parametrize(
    ("columns", "images", "said"),
    [
        pytest.param({"image": ["a.png", None]}, "", "there is no 'a.png' in", id="no such file"),
        pytest.param({"image": ["../a.png", None]}, "", "leads out of the folder", id="path traversal"),
        pytest.param({"image": ["/etc/passwd", None]}, "", "leads out of the folder", id="absolute path"),
        pytest.param({"image": ["a.png", None]}, None, "say in which folder they lie", id="no folder"),
        pytest.param({}, "nowhere", "is no folder and no .zip archive", id="no such folder"),
    ],
)
def test_pictures_that_cannot_be_added_say_why(
    trained: Any, tmp_path: Path, columns: dict[str, Any], images: str | None, said: str
) -> None:
    place = None if images is None else tmp_path / images
    with pytest.raises(InputError, match=said):
        trained(IMAGE, "image").add_items(table(**columns), place)


@pytest.mark.fault("H: items to add with pictures or entities, to data without")
def test_data_without_pictures_or_links_say_so(trained: Any) -> None:
    bare = {"drop": "data.drop=[image.item, link.item, graph.knowledge]", "of": "model.item.of=[kind]"}
    nodes = "  kind: {use: sequence/category, field: categories, width: 8}"
    pipeline = trained(nodes, "kind", **bare)
    with pytest.raises(InputError, match="the items of 'synthetic' have none"):
        pipeline.add_items(table(image=[b"x", None]))
    with pytest.raises(InputError, match="are linked to none"):
        pipeline.add_items(table(entity=["work:5", None]))
    with pytest.raises(InputError, match="has no graph of items or of what they are"):
        pipeline.add_items(table(), edges=edge("new1", "by", "x"))


def test_the_command_line_adds_pictures_and_edges(trained: Any, tmp_path: Path, capsys, monkeypatch) -> None:
    both = f"{GRAPH}\n{IMAGE}"
    pipeline = trained(both, "kg", "image")
    monkeypatch.setattr("lmrs.cli.shell.Host", lambda **_: pipeline.setting.host)
    (tmp_path / "new.csv").write_text("id\nnew1\nnew2\n")
    (tmp_path / "new1.png").write_bytes(picture(pipeline, "i05"))
    rows = edges_of(pipeline, "work:5", "new2").to_pylist()
    lines = ["head_id:token\trelation_id:token\ttail_id:token", *("\t".join(row.values()) for row in rows)]
    (tmp_path / "new.kg").write_text("\n".join(lines) + "\n")
    words = ["recommend", str(pipeline.setting.folder.path), "--history", ",".join(HISTORY), "--device", "cpu"]
    more = [
        "--add",
        str(tmp_path / "new.csv"),
        "--images",
        str(tmp_path),
        "--edges",
        f"knowledge={tmp_path / 'new.kg'}",
    ]
    assert main([*words, *more, "--among-added"]) == 0
    said = capsys.readouterr().out
    assert "new1" in said
    assert "new2" in said
    assert main([*words, "--edges", "new.kg"]) == 2
    assert "--images and --edges tell of the items of --add FILE" in capsys.readouterr().err
    assert main([*words, *more, "--edges", "other.kg"]) == 2
    assert "say the graph of each" in capsys.readouterr().err
