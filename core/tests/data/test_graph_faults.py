"""Graphs that are not as they should be, of any reader: what is left of them, and what is said."""

from __future__ import annotations

import numpy as np
import pytest

from lmrs.data import store
from lmrs.data.describe import describe
from lmrs_plugins.errors import InputError

SAID = """
events: {file: events.tsv, columns: [user, item]}
graphs:
  knowledge: {file: kg.tsv, columns: [head, relation, tail], ends: [item, entity]}
  friends: {file: net.tsv, columns: [head, tail], ends: [user, user]}
links: {user: {file: links.tsv, columns: [id, entity]}}
"""
FILES = {
    "events.tsv": "".join(f"{user}\t{item}\n" for user in "ab" for item in "xyz"),
    "kg.tsv": "x\tby\tp\ny\tby\tq\n",
    "net.tsv": "a\tb\n",
    "links.tsv": "a\tp\nb\tq\n",
}
policies = pytest.mark.parametrize("policy", ["strict", "quarantine", "coerce"])


@pytest.fixture
def graphs(tmp_path, loaded):
    """What is loaded of a folder with other files in the place of some."""

    def load(policy, **files):
        for name, text in {**FILES, **{f"{stem}.tsv": text for stem, text in files.items()}}.items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        (tmp_path / "data.yaml").write_text(SAID, encoding="utf-8")
        return loaded(tmp_path, policy=policy)

    return load


@pytest.mark.fault("F: dangling edges: of items that nobody took, of users without an event")
@policies
def test_dangling_edges_are_left_out_and_counted(policy, graphs):
    found = graphs(policy, kg=FILES["kg.tsv"] + "w\tby\tp\n", net="a\tb\nb\tnobody\nnobody\ta\n")
    assert [len(found.bundle.graphs[name]) for name in ("knowledge", "friends")] == [2, 1]
    assert "1 edges of graph knowledge lead to what has no event: left out" in found.notes
    assert "2 edges of graph friends lead to what has no event: left out" in found.notes


@pytest.mark.fault("F: an empty graph: no edge of it is left")
@policies
def test_a_graph_of_which_no_edge_is_left_is_there_and_empty(policy, graphs, tmp_path):
    found = graphs(policy, net="nobody\tstranger\n")
    graph = found.bundle.graphs["friends"]
    assert (len(graph), graph.relations) == (0, ("related",))
    assert describe(found)["coverage"]["user"]["graph.friends"] == 0.0
    store.save(found.bundle, tmp_path / "kept")
    assert store.load(tmp_path / "kept").fingerprint == found.bundle.fingerprint


@pytest.mark.fault("F: an empty graph: its file has nothing in it")
@policies
def test_a_graph_without_a_row_is_named(policy, graphs):
    with pytest.raises(InputError, match=r"net\.tsv: empty; take it out of data\.yaml"):
        graphs(policy, net="")


@pytest.mark.fault("F: self-loops: of a user, and none where head and tail are other things of one name")
@policies
def test_self_loops_are_counted_where_they_are_any(policy, graphs):
    found = graphs(policy, net="a\ta\na\tb\n", kg="x\tby\tx\ny\tby\tq\n")
    done = "left out" if policy == "quarantine" else "kept"
    assert f"1 edges of graph friends are self-loops: {done}" in found.notes
    assert not any("knowledge are self-loops" in note for note in found.notes)
    assert len(found.bundle.graphs["friends"]) == (1 if policy == "quarantine" else 2)
    assert len(found.bundle.graphs["knowledge"]) == 2


@pytest.mark.fault("F: one in two entities: the first counts")
@policies
def test_the_first_of_two_entities_counts(policy, graphs):
    found = graphs(policy, links="a\tq\na\tp\nb\tq\n")
    entities = np.array(found.bundle.vocabularies["entity"].ids)
    assert entities[found.bundle.links["user"]].tolist() == ["q", "q"]
    assert "1 links of users are of one that has a link already: left out" in found.notes


@pytest.mark.fault("E: a picture in the folder of pictures is a link that leads out of it")
def test_a_picture_that_is_a_link_to_elsewhere_is_as_none(tmp_path, loaded):
    folder = tmp_path / "set"
    (folder / "images").mkdir(parents=True)
    rows = "".join(f"{user}\t{item}\n" for user in "ab" for item in "xyz")
    (folder / "set.inter").write_text(f"user_id:token\titem_id:token\n{rows}", encoding="utf-8")
    (tmp_path / "secret.png").write_bytes(b"\x89PNG secret")
    (folder / "images" / "x.png").symlink_to(tmp_path / "secret.png")
    (folder / "images" / "y.png").write_bytes(b"\x89PNG y")
    assert loaded(folder).bundle.images["item"].to_pylist() == [b"", b"\x89PNG y", b""]
