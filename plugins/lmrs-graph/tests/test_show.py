"""Parts of graphs: the right nodes and paths, drawn as files that open."""

from __future__ import annotations

import io
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import networkx as nx
import numpy as np
import pyarrow as pa
import pytest
from pydantic import ValidationError

from lmrs_graph.commands.options import Show as Options
from lmrs_graph.commands.show import Show
from lmrs_graph.drawing.everything import everything
from lmrs_graph.drawing.part import Parts
from lmrs_plugins import Bundle, InputError
from lmrs_plugins.testing import generated_bundle

SVG = "{http://www.w3.org/2000/svg}"


class Console:
    """Has a bundle under any name, and keeps what is written."""

    def __init__(self, bundle: Bundle | None = None) -> None:
        self.bundle, self.written = bundle or generated_bundle(), {}

    def data(self, source, changes=()) -> Bundle:
        return self.bundle

    def write(self, path: Path, content: bytes) -> None:
        self.written[str(path)] = content


def shown(bundle: Bundle | None = None, **said):
    console = Console(bundle)
    return Show(Options(data="any", **said)).run(console), console.written


def whole(bundle: Bundle) -> nx.Graph:
    """All edges that may be known, by networkx alone."""
    known, ids = bundle.training(), {name: one.ids for name, one in bundle.vocabularies.items()}
    made = nx.Graph()
    made.add_edges_from(
        (("user", ids["user"][user]), ("item", ids["item"][item]))
        for user, item in zip(known.users, known.items, strict=True)
    )
    for graph in bundle.graphs.values():
        made.add_edges_from(
            ((graph.head_subject, ids[graph.head_subject][one]), (graph.tail_subject, ids[graph.tail_subject][other]))
            for one, other in zip(graph.head, graph.tail, strict=True)
        )
    link = bundle.links["item"]
    made.add_edges_from((("item", ids["item"][row]), ("entity", ids["entity"][to])) for row, to in enumerate(link))
    made.remove_edges_from([(("item", ids["item"][row]), ("entity", ids["entity"][-1])) for row in [4]])
    return made


def parts(bundle: Bundle) -> Parts:
    return Parts(bundle, everything(bundle))


@pytest.mark.parametrize("hops", [1, 2, 3])
def test_a_neighbourhood_is_what_is_so_many_steps_away(hops: int) -> None:
    bundle = generated_bundle()
    found = parts(bundle).around(("item", "i3"), hops, 400)
    wanted = nx.single_source_shortest_path_length(whole(bundle), ("item", "i3"), hops)
    assert {node: facts["steps"] for node, facts in found.nodes(data=True)} == wanted
    pairs = {frozenset(edge) for edge in found.edges()}
    assert pairs == {frozenset(edge) for edge in whole(bundle).subgraph(wanted).edges()}


def test_a_level_without_room_for_all_has_some_of_each_relation() -> None:
    bundle = generated_bundle()
    found = parts(bundle).around(("user", "u11"), 1, 5)
    assert len(found) == 5
    assert {relation for _, _, relation in found.edges(keys=True)} >= {"chose", "knows"}


def test_held_out_events_are_not_shown() -> None:
    bundle = generated_bundle()
    held = np.flatnonzero(bundle.part > 0)[0]
    user, item = (bundle.vocabularies[one].ids[bundle.column(one)[held]] for one in ("user", "item"))
    found = parts(bundle).around(("user", user), 1, 400)
    assert ("item", item) not in found


@pytest.mark.parametrize("hops", [None, 3, 4])
def test_paths_are_all_there_are_up_to_so_many_steps(hops: int | None) -> None:
    bundle = generated_bundle()
    start, end = ("user", "u2"), ("user", "u7")
    graph, paths = parts(bundle).between(start, end, hops, 10_000)
    if hops is None:
        wanted = list(nx.all_shortest_paths(whole(bundle), start, end))
    else:
        wanted = list(nx.all_simple_paths(whole(bundle), start, end, cutoff=hops))
    assert sorted(paths) == sorted(wanted)
    assert [len(path) for path in paths] == sorted(len(path) for path in paths), "short ones first"
    edges = {frozenset(edge) for edge in graph.edges()}
    assert edges == {frozenset(edge) for path in paths for edge in pairwise(path)}
    assert len(parts(bundle).between(start, end, hops, 1)[1]) == 1


def test_what_is_said_names_relations_and_titles() -> None:
    told, _ = shown(user="u2", to="item:i3", hops=4, paths=2)
    assert len(told.lines) == 3
    assert told.lines[1].startswith("user u2 -")
    assert told.lines[1].endswith(f"item i3 ({generated_bundle().texts('item', 'title')[3]})")
    assert len(told.plain["paths"]) == 2
    told, _ = shown(item="i3", graph=["knowledge"])
    assert any(" -is-> entity e3" in line for line in told.lines)
    assert "chose" not in " ".join(told.lines)


def test_a_drawing_has_every_node_and_edge(tmp_path: Path) -> None:
    told, written = shown(item="i3", hops=2, out=tmp_path / "x.svg")
    root = ElementTree.fromstring(written[str(tmp_path / "x.svg")])
    subjects = {one["subject"] for one in told.plain["nodes"]}
    assert len(root.findall(f"{SVG}circle")) == len(told.plain["nodes"]) + len(subjects), "and a legend"
    pairs = {frozenset((*one["source"], *one["target"])) for one in told.plain["edges"]}
    assert len(root.findall(f"{SVG}line")) == len(pairs)
    assert shown(item="i3", hops=2, out=tmp_path / "x.svg")[1] == written, "the same each time"
    assert told.lines[-1] == f"drawn in {tmp_path / 'x.svg'}"


@pytest.mark.fault("B: graph: a title that is markup, in a drawing")
def test_a_title_is_text_whatever_it_says() -> None:
    bundle = generated_bundle()
    titles = [f"</svg><script>alert('{row}')</script>\x00\x1b[31m&" for row in range(bundle.count("item"))]
    table = bundle.tables["item"]
    table = table.set_column(table.column_names.index("title"), "title", pa.array(titles))
    _, written = shown(replace(bundle, tables={**bundle.tables, "item": table}), user="u3", out=Path("x.svg"))
    root = ElementTree.fromstring(written["x.svg"])
    assert not root.findall(f".//{SVG}script")
    assert any("<script>" in (one.text or "") for one in root.iter(f"{SVG}title"))
    assert b"\x1b" not in written["x.svg"]


def test_a_png_opens_and_holds_ink() -> None:
    image = pytest.importorskip("PIL.Image")
    _, written = shown(user="u2", to="user:u7", out=Path("x.png"))
    opened = image.open(io.BytesIO(written["x.png"]))
    assert opened.format == "PNG"
    assert opened.size == (1920, 1440)
    assert len(opened.getcolors(1 << 24)) > 3


@pytest.mark.fault("L: graph: a drawing as PNG without Pillow")
def test_without_pillow_a_png_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(InputError, match=r"pip install 'lmrs-graph\[png\]', or let --out end in .svg"):
        shown(user="u2", out=Path("x.png"))


@pytest.mark.fault("I: graph show: {id}")
@pytest.mark.parametrize(
    ("said", "match"),
    [
        pytest.param({"item": "i99"}, "unknown item 'i99'", id="an unknown id"),
        pytest.param({"user": "u1", "to": "nobody"}, "is called 'nobody'", id="an unknown end"),
        pytest.param({"user": "u1", "to": "u1"}, "they are one node", id="a path to itself"),
        pytest.param({"item": "i1", "graph": ["trust"]}, "no graph 'trust': there are events", id="an unknown graph"),
        pytest.param(
            {"user": "u1", "to": "entity:e30", "graph": ["social"]}, "there is none in these graphs", id="no path"
        ),
    ],
)
def test_what_cannot_be_shown_says_why(said, match: str) -> None:
    with pytest.raises(InputError, match=match):
        shown(**said)


@pytest.mark.fault("I: graph show: {id}")
@pytest.mark.parametrize(
    ("said", "match"),
    [
        pytest.param({}, "say one of --item ID, --user ID and --entity ID", id="nothing to look around"),
        pytest.param({"item": "i1", "user": "u1"}, "not both", id="two things to look around"),
        pytest.param({"item": "i1", "out": "x.gif"}, "drawings are .svg or .png", id="another kind of file"),
    ],
)
def test_options_that_make_no_sense_are_refused(said, match: str) -> None:
    with pytest.raises(ValidationError, match=match):
        Options(data="any", **said)


def test_an_id_of_several_subjects_wants_its_subject() -> None:
    bundle = generated_bundle()
    ids = [f"u{row}" for row in range(bundle.count("item"))]
    item = replace(bundle.vocabularies["item"], ids=ids)
    with pytest.raises(InputError, match="is the id of several: write user:u3 or item:u3"):
        parts(replace(bundle, vocabularies={**bundle.vocabularies, "item": item})).find("u3")
