"""What stands beside the events, damaged: tables of items and users, graphs, links, attributes and pictures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lmrs_plugins.errors import InputError

INTER = b"user_id:token\titem_id:token\ttimestamp:float\n" + b"".join(
    b"%s\t%s\t%d\n" % (user, item, time) for user in (b"a", b"b") for time, item in enumerate((b"x", b"y", b"z", b"w"))
)

policies = pytest.mark.parametrize("policy", ["strict", "quarantine", "coerce"])
Beside = Callable[[str, bytes], Path]


def case(name: str, *values: Any) -> Any:
    """Parameters that stand for a case of the list of faults."""
    return pytest.param(*values, id=name, marks=pytest.mark.fault(f"F: {name}"))


@pytest.fixture
def beside(tmp_path: Path) -> Beside:
    """A good `.inter` file with one more file beside it."""

    def make(name: str, data: bytes) -> Path:
        (tmp_path / "s.inter").write_bytes(INTER)
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
        return tmp_path

    return make


ITEMS = b"item_id:token\ttitle:token_seq\tprice:float\tv:float_seq\nx\tExit\t1\t1 2\n"
KG = b"head_id:token\trelation_id:token\ttail_id:token\nm\tby\tp\n"


@pytest.mark.parametrize(
    ("name", "data", "row", "says"),
    [
        case(
            "item described twice", "s.item", ITEMS + b"x\tOther\t2\t1 2\n", 3, "item_id 'x' stands in an earlier row"
        ),
        case("user described twice", "s.user", b"user_id:token\tage:float\na\t1\na\t2\n", 3, "user_id 'a' stands"),
        case("item table: no id", "s.item", ITEMS + b"nan\tOther\t2\t1 2\n", 3, "item_id is 'nan'"),
        case("item table: ragged row", "s.item", ITEMS + b"y\tOther\n", 3, "2 cells where the header has 4"),
        case(
            "item table: word where a number belongs", "s.item", ITEMS + b"y\tYard\tcheap\t1\n", 3, "price is 'cheap'"
        ),
        case("item table: infinite price", "s.item", ITEMS + b"y\tYard\tinf\t1\n", 3, "price is 'inf'"),
        case(
            "item table: word in a vector", "s.item", ITEMS + b"y\tYard\t1\t1 two\n", 3, "v holds what is not a number"
        ),
        case("non-UTF-8 text", "s.item", ITEMS + b"y\tCaf\xe9\t1\t1\n", 3, "byte 0xe9 is not UTF-8"),
        case("edge without an end", "s.kg", KG + b"m\tby\t\n", 3, "tail_id is ''"),
        case("edge without a relation", "s.kg", KG + b"m\t\tp\n", 3, "relation_id is ''"),
        case("edge of two cells", "s.kg", KG + b"m\tp\n", 3, "2 cells where the header has 3"),
        case("friend without a name", "s.net", b"source_id:token\ttarget_id:token\na\tb\n\tb\n", 3, "source_id is ''"),
        case("link to nothing", "s.link", b"item_id:token\tentity_id:token\nx\tm\ny\t\n", 3, "entity_id is ''"),
    ],
)
@policies
def test_a_bad_row_beside_the_events_has_its_file_and_number(name, data, row, says, policy, beside, read):
    folder = beside(name, data)
    if policy == "strict":
        with pytest.raises(InputError) as error:
            read(folder)
        assert str(error.value).startswith(f"{folder / name}, row {row}: ")
        assert says in str(error.value)
        return
    tables = read(folder, policy=policy)
    assert tables.interactions.num_rows == 8
    assert {(one.file, one.row) for one in tables.problems} == {(str(folder / name), row)}
    assert says in tables.problems[0].message


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        *[case(f"empty file: {end}", f"s.{end}", b"", "empty") for end in ("item", "user", "kg", "net", "link")],
        case("missing column: of a graph", "s.kg", b"head_id:token\ttail_id:token\nm\tp\n", "row 1: 2 columns where"),
        case("missing column: of friends", "s.net", b"source_id:token\na\n", "row 1: 1 columns where"),
        case("missing column: of links", "s.link", b"item_id:token\nx\n", "row 1: 1 columns where"),
    ],
)
@policies
def test_a_file_beside_the_events_that_is_none_is_refused(name, data, says, policy, beside, read):
    folder = beside(name, data)
    with pytest.raises(InputError) as error:
        read(folder, policy=policy)
    assert str(error.value).startswith(str(folder / name))
    assert says in str(error.value)


@pytest.mark.parametrize(
    "name", [case(f"header only: {end}", f"s.{end}") for end in ("item", "user", "kg", "net", "link")]
)
@policies
def test_a_header_without_rows_beside_the_events_costs_nothing(name, policy, beside, loaded):
    header = {"item": b"item_id:token\ttitle:token_seq", "user": b"user_id:token", "kg": KG.split(b"\n")[0]}
    end = name.rpartition(".")[2]
    folder = beside(name, header.get(end, b"source_id:token\ttarget_id:token") + b"\n")
    found = loaded(folder, policy=policy)
    assert found.bundle.count("event") == 8
    assert found.problems == ()


@pytest.mark.fault("F: item in .inter but not in .item")
@policies
def test_items_without_a_description_are_counted_and_missing(policy, beside, loaded):
    found = loaded(beside("s.item", b"item_id:token\ttitle:token_seq\nx\tExit\nq\tUnseen\n"), policy=policy)
    assert found.bundle.texts("item", "title") == ["Exit", None, None, None]
    assert "3 of 4 items have no row in the table of items" in found.notes


@pytest.mark.fault("F: item in .item but not in .inter")
@policies
@pytest.mark.parametrize("wanted", [False, True])
def test_items_without_an_event_are_kept_where_asked(wanted, policy, beside, loaded):
    folder = beside("s.item", b"item_id:token\ttitle:token_seq\nx\tExit\nq\tUnseen\n")
    found = loaded(folder, policy=policy, keep_unseen_items=wanted)
    assert list(found.bundle.vocabularies["item"].ids) == ["x", "y", "z", "w", *(["q"] if wanted else [])]


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        case("empty text", b"", None),
        case("text of blanks", b"  ", "  "),
        case("oversize text", b"x" * 1_000_000, "x" * 1_000_000),
    ],
)
@policies
def test_texts_are_read_as_they_are_and_an_empty_one_is_missing(text, read_as, policy, beside, loaded):
    found = loaded(beside("s.item", b"item_id:token\ttitle:token_seq\nx\t" + text + b"\n"), policy=policy)
    assert found.bundle.texts("item", "title")[0] == read_as


EDGES = {
    "dangling KG link": (
        "s.link",
        b"item_id:token\tentity_id:token\nx\tm\ny\tlost\n",
        "1 links of items lead to entities of no graph",
    ),
    "link to an item without an event": ("s.link", b"item_id:token\tentity_id:token\nx\tm\nq\tm\n", ""),
    "second link of an item": (
        "s.link",
        b"item_id:token\tentity_id:token\nx\tm\nx\tp\n",
        "1 links of items are of one that has a link already: left out",
    ),
}


@pytest.mark.parametrize(("name", "data", "note"), [case(name, *values) for name, values in EDGES.items()])
@policies
def test_links_that_lead_nowhere_cost_only_themselves(name, data, note, policy, beside, loaded):
    beside("s.kg", KG)
    found = loaded(beside(name, data), policy=policy)
    bundle = found.bundle
    entities = bundle.vocabularies["entity"].ids
    linked = [entities[row] if row >= 0 else None for row in bundle.links["item"]]
    assert linked == ["m", "lost" if b"lost" in data and policy != "quarantine" else None, None, None]
    assert any(line.startswith(note) for line in found.notes)


@pytest.mark.parametrize(
    ("row", "note"),
    [
        case("self-loop", b"m\tby\tm\n", "1 edges of graph knowledge are self-loops"),
        case("duplicate edge", b"m\tby\tp\n", "1 edges of graph knowledge repeat another"),
    ],
)
@policies
def test_odd_edges_are_counted_and_quarantine_leaves_them_out(row, note, policy, beside, loaded):
    found = loaded(beside("s.kg", KG + row), policy=policy)
    done = "left out" if policy == "quarantine" else "kept"
    assert f"{note}: {done}" in found.notes
    assert len(found.bundle.graphs["knowledge"]) == (1 if policy == "quarantine" else 2)


@pytest.mark.fault("F: friend who has no event")
@policies
def test_an_edge_to_a_user_without_an_event_is_left_out(policy, beside, loaded):
    found = loaded(beside("s.net", b"source_id:token\ttarget_id:token\na\tb\nb\tstranger\n"), policy=policy)
    assert len(found.bundle.graphs["social"]) == 1
    assert "1 edges of graph social lead to what has no event: left out" in found.notes


@pytest.mark.parametrize(
    "data",
    [
        case("attributes that are no JSON", b"[1"),
        case("attributes that are a list", b'["x"]'),
        case("attributes of an item that are no list", b'{"x": 5}'),
        case("attributes that are nested", b'{"x": [["a"], null]}'),
        case("attributes in latin-1", b'{"x": ["\xe9"]}'),
        case("attributes nested too deeply", b"[" * 100_000),
    ],
)
@policies
def test_attributes_that_cannot_be_read_stop_strict_and_are_left_out_otherwise(data, policy, tmp_path, read):
    (tmp_path / "s.txt").write_text("a x y\n", encoding="utf-8")
    beside = tmp_path / "s_item2attributes.json"
    beside.write_bytes(data)
    if policy == "strict":
        with pytest.raises(InputError, match=r"s_item2attributes\.json: not a JSON object of lists"):
            read(tmp_path / "s.txt")
        return
    tables = read(tmp_path / "s.txt", policy=policy)
    assert tables.interactions.num_rows == 2
    assert tables.tables == {}
    assert [(one.file, one.row) for one in tables.problems] == [(str(beside), 0)]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        case("picture of no item", "images/nobody.png", [b"", b"", b"", b""]),
        case("picture that is empty", "images/x.png", [b"", b"", b"", b""]),
        case("picture of another kind", "images/x.gif", None),
    ],
)
@policies
def test_pictures_that_cannot_be_used_are_as_none(name, found, policy, beside, loaded):
    bundle = loaded(beside(name, b"" if "x.png" in name else b"\x89PNG"), policy=policy).bundle
    assert (bundle.images["item"].to_pylist() if found is not None else None) == found
    assert found is not None or not bundle.images


@pytest.mark.fault("F: folder where a picture belongs")
@policies
def test_a_folder_is_no_picture(policy, beside, read):
    folder = beside("s.user", b"user_id:token\na\n")
    (folder / "images" / "x.png").mkdir(parents=True)
    with pytest.raises(InputError, match=r"x\.png: cannot be read \(Is a directory\)"):
        read(folder, policy=policy)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        case("item table of a CSV: missing file", None, "cannot be read"),
        case("item table of a CSV: empty file", b"", "empty"),
    ],
)
@policies
def test_a_table_of_items_that_is_named_has_to_be_there(data, says, policy, tmp_path, read):
    (tmp_path / "s.csv").write_text("user,item\na,x\n", encoding="utf-8")
    if data is not None:
        (tmp_path / "items.csv").write_bytes(data)
    with pytest.raises(InputError, match=rf"items\.csv: {says}"):
        read(tmp_path / "s.csv", policy=policy, options={"items": "items.csv"})
