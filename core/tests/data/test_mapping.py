"""`data.yaml`: which file of a folder is what, and one line for each thing that it says wrongly."""

from __future__ import annotations

import gzip
import json

import numpy as np
import pytest

from lmrs.data.assemble import gather
from lmrs.data.load import read as read_tables
from lmrs.data.settings import DataSettings
from lmrs_plugins.errors import InputError

policies = pytest.mark.parametrize("policy", ["strict", "quarantine", "coerce"])

SAID = """
name: films
events: {file: ratings.txt.gz, columns: [user, item, rating, timestamp]}
items: {file: about/films.csv, columns: {id: movieId}, lists: {genres: "|"}, numbers: [year]}
users: {file: people.dat, columns: [id, gender, _], separator: "::", encoding: latin-1}
graphs:
  knowledge: {file: kg.txt, columns: [head, relation, tail]}
  trust: {file: trusts.txt, columns: [head, tail], ends: [user, user], relation: trusts}
links:
  item: {file: item_index2entity_id.txt, columns: [id, entity]}
images: {file: posters, column: poster}
"""
FILES = {
    "ratings.txt.gz": gzip.compress(b"a\tx\t5\t1\na\ty\t4\t2\nb\tx\t3\t3\nb\tz\t1\t4\n"),
    "about/films.csv": b"movieId,title,genres,year,poster\n"
    b'x,"One, two",War|Comedy,1999,p/x.png\ny,Why,,,p/y.png\nw,No,War,1,\n',
    "people.dat": "a::fé::1\nb::m::2\n".encode("latin-1"),
    "kg.txt": b"1\tby\t7\n2\tby\t7\n2\tin\t8\n",
    "trusts.txt": b"a\tb\nb\tstranger\n",
    "item_index2entity_id.txt": b"x\t1\ny\t2\n",
    "posters/p/x.png": b"\x89PNG x",
}


def case(name, *values):
    return pytest.param(*values, id=name, marks=pytest.mark.fault(f"F: data.yaml: {name}"))


@pytest.fixture
def films(tmp_path):
    """A folder of files as somebody has them, and what says which is what."""

    def make(said=SAID, **files):
        for name, data in {**FILES, **files}.items():
            place = tmp_path / "films" / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        (tmp_path / "films" / "data.yaml").write_text(said, encoding="utf-8")
        return tmp_path / "films"

    return make


@policies
def test_every_file_is_what_it_is_said_to_be(policy, films, read):
    tables = read(films(), policy=policy)
    assert tables.name == "films"
    assert tables.interactions.to_pydict() == {
        "user": ["a", "a", "b", "b"],
        "item": ["x", "y", "x", "z"],
        "rating": [5.0, 4.0, 3.0, 1.0],
        "timestamp": [1.0, 2.0, 3.0, 4.0],
    }
    assert tables.tables["item"].to_pydict() == {
        "id": ["x", "y", "w"],
        "title": ["One, two", "Why", "No"],
        "genres": [["War", "Comedy"], None, ["War"]],
        "year": [1999.0, None, 1.0],
        "poster": ["p/x.png", "p/y.png", None],
    }
    assert tables.tables["user"].to_pydict() == {"id": ["a", "b"], "gender": ["fé", "m"]}
    assert tables.triples["knowledge"].num_rows == 3
    assert tables.triples["trust"].column("relation").to_pylist() == ["trusts", "trusts"]
    assert tables.ends == {"knowledge": ("entity", "entity"), "trust": ("user", "user")}
    assert tables.images["item"].to_pydict() == {"id": ["x"], "image": [b"\x89PNG x"]}
    assert not tables.problems


def test_it_becomes_a_bundle_with_all_of_it(films, loaded):
    bundle = loaded(films(), split={"by": "temporal", "valid": 0, "test": 0.3}).bundle
    assert bundle.texts("item", "title") == ["One, two", "Why", None]
    assert bundle.values("item", "categories").to_pylist() == [["War", "Comedy"], None, None]
    assert (len(bundle.graphs["knowledge"]), len(bundle.graphs["trust"])) == (3, 1)
    entities = bundle.vocabularies["entity"].ids
    assert [entities[row] if row >= 0 else None for row in bundle.links["item"]] == ["1", "2", None]
    assert bundle.images["item"].to_pylist() == [b"\x89PNG x", b"", b""]


def test_the_file_may_lie_elsewhere(films, tmp_path, read):
    """What somebody else owns stays as it is."""
    folder = films()
    said = tmp_path / "mine" / "films.data.yaml"
    said.parent.mkdir()
    (folder / "data.yaml").rename(said)
    assert read(said, options={"folder": str(folder)}).interactions.num_rows == 4


def test_a_known_format_is_a_base_to_add_to(films, tmp_path, read):
    """Titles of the base, plots of another file, with one item more."""
    plots = [{"movie_id": 1, "about": {"plot": "They meet."}}, {"movie_id": 9, "about": {"plot": "They part."}}]
    said = "base: set\nitems: {file: plots.jsonl, columns: {id: movie_id, plot: about.plot}}\n"
    folder = films(
        said,
        **{
            "set/set.inter": b"user_id:token\titem_id:token\na\t1\nb\t2\n",
            "set/set.item": b"item_id:token\ttitle:token_seq\n1\tOne\n2\tTwo\n",
            "plots.jsonl": b"".join(json.dumps(one).encode() + b"\n" for one in plots),
        },
    )
    tables = read(folder)
    assert tables.interactions.num_rows == 2
    assert tables.tables["item"].to_pydict() == {
        "id": ["1", "2", "9"],
        "title": ["One", "Two", None],
        "plot": ["They meet.", None, "They part."],
    }


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        case("unknown key", "events:", "event:", r"data\.yaml:3: event: unknown key; did you mean 'events'\?"),
        case("unknown key of a file", "numbers: [year]", "number: [year]", r":4: items\.number: unknown key"),
        case("no events", SAID.split("\n")[2], "", "give `events` or `base`"),
        case("a kind that does not fit", "numbers: [year]", "numbers: year", r"items\.numbers: should be a valid list"),
        case("a missing file", "kg.txt", "kg.tx", r":7: graphs\.knowledge\.file: no 'kg\.tx' in .*'kg\.txt'"),
        case("a path that leads out", "kg.txt", "../../kg.txt", r"'../../kg\.txt' leads out of"),
        case("an absolute path", "kg.txt", "/etc/passwd", "'/etc/passwd' leads out of"),
        case("a folder for a file", "file: kg.txt", "file: posters", "'posters' is a folder"),
        case("no column for the item", "[user, item, ", "[user, film, ", r"events\.columns: no column is .*'item'"),
        case("no column for the tail", "head, relation, tail", "head, relation, x", "no column is called 'tail'"),
        case("a column that is not there", "id: movieId", "id: filmId", r"no column 'filmId', which is to be"),
        case("one name for two columns", "[id, entity]", "[id, id]", "one name stands for two columns"),
        case("more columns than there are", "[head, tail]", "[head, tail, since]", r"trusts\.txt, row 1: 2 cells"),
        case("a list of what is not there", "lists: {genres:", "lists: {kinds:", "no column is called 'kinds'"),
        case("another encoding", "latin-1", "latin-2", "should match pattern"),
        case("no mapping", SAID, "just words", "should be a mapping"),
        case("no YAML", SAID, "events: {file: [", r"data\.yaml:"),
    ],
)  # fmt: skip
def test_what_is_said_wrongly_is_one_line(old, new, says, films, read):
    with pytest.raises(InputError, match=says) as error:
        read(films(SAID.replace(old, new)))
    assert "\n" not in str(error.value)


@pytest.mark.fault("F: data.yaml: a link that leads out of the folder")
def test_a_link_to_elsewhere_is_not_followed(films, tmp_path, read):
    folder = films()
    (tmp_path / "secret.txt").write_text("1\tby\t7\n", encoding="utf-8")
    (folder / "kg.txt").unlink()
    (folder / "kg.txt").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(InputError, match=r"'kg\.txt' leads out of"):
        read(folder)


@pytest.mark.fault("F: unknown relation")
@policies
def test_a_relation_that_is_not_among_those_said(policy, films, read):
    path = films(SAID.replace("[head, relation, tail]}", "[head, relation, tail], relations: [by]}"))
    if policy == "strict":
        with pytest.raises(InputError, match=r"kg\.txt, row 3: 'in' is no relation of graph knowledge: 'by'"):
            read(path)
        return
    tables = read(path, policy=policy)
    assert tables.triples["knowledge"].column("relation").to_pylist() == ["by", "by"]
    assert [(one.row, "left out" in one.message) for one in tables.problems] == [(3, True)]


@pytest.mark.fault("F: data.yaml: JSON that is none")
@policies
def test_broken_json_is_named(policy, films, read):
    said = SAID.replace('about/films.csv, columns: {id: movieId}, lists: {genres: "|"}, numbers: [year]', "plots.jsonl")
    with pytest.raises(InputError, match=r"plots\.jsonl: not JSON with an object"):
        read(films(said.replace(", column: poster", ""), **{"plots.jsonl": b'{"id": 1}\n{"id": \n'}), policy=policy)


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("folder", "said", "counts", "graph", "edges"),
    [
        (
            "kg-mkr/movie",
            "events: {file: item_index2entity_id.txt, columns: [item, user]}\n"
            "graphs: {knowledge: {file: kg.txt.gz, columns: [head, relation, tail]}}\n"
            "links: {item: {file: item_index2entity_id.txt, columns: [id, entity]}}\n",
            (2347, 2347, 2347),
            "knowledge",
            20782,
        ),
        (
            "social/lastfm",
            "events: {file: ratings.txt.gz, columns: [user, item, plays], numbers: [plays]}\n"
            "graphs: {friends: {file: trusts.txt.gz, columns: [head, tail], ends: [user, user]}}\n",
            (1892, 17632, 92834),
            "friends",
            25434,
        ),
    ],
    ids=["kg-mkr", "lastfm"],
)
def test_real_folders_are_read_as_they_are(folder, said, counts, graph, edges, real, tmp_path, datasets):
    file = tmp_path / "data.yaml"
    file.write_text(said, encoding="utf-8")
    settings = DataSettings(source=str(file), options={"folder": str(real(folder))})
    bundle = gather(read_tables(settings, datasets), settings, []).bundle
    assert (bundle.count("user"), bundle.count("item"), bundle.count("event")) == counts
    assert len(bundle.graphs[graph]) == edges
    assert graph != "knowledge" or np.count_nonzero(bundle.links["item"] >= 0) == 2347


@pytest.mark.real_data
def test_ml_1m_has_every_type_of_data_where_it_lies(real, tmp_path, loaded):
    said = """
base: ml-1m
items: {file: ml-1m/omdb_metadata.jsonl.gz, columns: {id: movie_id, plot: omdb.Plot}}
graphs: {knowledge: {file: kg-mkr/movie/kg.txt.gz, columns: [head, relation, tail]}}
links: {item: {file: kg-mkr/movie/item_index2entity_id.txt, columns: [id, entity]}}
images: {file: ml-1m-posters/posters_h144.zip}
"""
    file = tmp_path / "data.yaml"
    file.write_text(said, encoding="utf-8")
    bundle = loaded(file, options={"folder": str(real("ml-1m").parent)}).bundle
    plots = bundle.texts("item", "plot")
    assert (bundle.count("user"), bundle.count("item"), bundle.count("event")) == (6040, 3706, 1000209)
    assert sum(plot is not None for plot in plots) > 3600
    assert sum(one is not None for one in bundle.texts("item", "title")) == 3706
    assert np.count_nonzero(bundle.links["item"] >= 0) == 2347
    assert sum(bool(one) for one in bundle.images["item"].to_pylist()) == 3256
