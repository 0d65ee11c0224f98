"""Tables, graphs, links and pictures on their rows."""

from __future__ import annotations

import pytest


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "s.inter").write_text(
        "user_id:token\titem_id:token\n" + "".join(f"{u}\t{i}\n" for u in "ab" for i in "xyz"), encoding="utf-8"
    )
    (tmp_path / "s.item").write_text(
        "item_id:token\tmovie_title:token_seq\tclass:token_seq\ny\tThe Yard\tA B\nx\tExit\t\nq\tUnseen\tC\n",
        encoding="utf-8",
    )
    (tmp_path / "s.kg").write_text(
        "head_id:token\trelation_id:token\ttail_id:token\nm1\tby\tp1\nm1\tby\tp1\nm2\tby\tm2\nm2\tin\tp1\n",
        encoding="utf-8",
    )
    (tmp_path / "s.link").write_text("item_id:token\tentity_id:token\nx\tm1\ny\tlost\nq\tm2\n", encoding="utf-8")
    (tmp_path / "s.net").write_text("source_id:token\ttarget_id:token\na\tb\nb\tstranger\n", encoding="utf-8")
    return tmp_path


def test_tables_stand_on_the_rows_of_their_vocabulary(folder, loaded):
    found = loaded(folder)
    bundle = found.bundle
    assert list(bundle.vocabularies["item"].ids) == ["x", "y", "z"]
    assert bundle.texts("item", "title") == ["Exit", "The Yard", None]
    assert bundle.tables["item"].column("categories").to_pylist() == [None, ["A", "B"], None]
    assert "column movie_title of items is read as title" in found.notes
    assert "1 of 3 items have no row in the table of items" in found.notes


def test_items_without_events_are_kept_when_asked_for(folder, loaded):
    bundle = loaded(folder, keep_unseen_items=True).bundle
    assert list(bundle.vocabularies["item"].ids) == ["x", "y", "z", "q"]
    assert bundle.texts("item", "title")[3] == "Unseen"


def _edges(bundle, name):
    graph = bundle.graphs[name]
    heads, tails = bundle.vocabularies[graph.head_subject].ids, bundle.vocabularies[graph.tail_subject].ids
    rows = zip(graph.head, graph.relation, graph.tail, strict=True)
    return [(heads[h], graph.relations[r], tails[t]) for h, r, t in rows]


def test_edges_and_links_that_lead_nowhere(folder, loaded):
    kept, clean = loaded(folder), loaded(folder, policy="quarantine")
    assert _edges(kept.bundle, "social") == [("a", "follows", "b")]
    assert "1 edges of graph social lead to what has no event: left out" in kept.notes
    assert len(kept.bundle.graphs["knowledge"]) == 4
    assert _edges(clean.bundle, "knowledge") == [("m1", "by", "p1"), ("m2", "in", "p1")]
    entities = kept.bundle.vocabularies["entity"].ids
    assert [entities[row] if row >= 0 else None for row in kept.bundle.links["item"]] == ["m1", "lost", None]
    entities = clean.bundle.vocabularies["entity"].ids
    assert [entities[row] if row >= 0 else None for row in clean.bundle.links["item"]] == ["m1", None, None]
    for what in (
        "1 edges of graph knowledge are self-loops",
        "1 edges of graph knowledge repeat another",
        "1 links of items",
    ):
        assert any(note.startswith(what) and note.endswith("kept") for note in kept.notes)
        assert any(note.startswith(what) and note.endswith("left out") for note in clean.notes)


def test_pictures_stand_on_the_rows_of_items(folder, loaded):
    (folder / "images").mkdir()
    (folder / "images" / "y.png").write_bytes(b"\x89PNG y")
    (folder / "images" / "nobody.jpg").write_bytes(b"jpeg")
    assert loaded(folder).bundle.images["item"].to_pylist() == [b"", b"\x89PNG y", b""]
