"""What looks odd and is right: it is read without a word."""

from __future__ import annotations

import re
from typing import Any

import pytest

HEAD = b"user_id:token\titem_id:token\trating:float\ttimestamp:float\n"
GOOD = b"a\tx\t1\t10\na\ty\t2\t20\nb\tx\t3\t30\n"
CSV = b"user,item,rating,timestamp\n"
GOOD_CSV = b"a,x,1,10\na,y,2,20\nb,x,3,30\n"

policies = pytest.mark.parametrize("policy", ["strict", "quarantine", "coerce"])


def case(name: str, *values: Any) -> Any:
    """Parameters that stand for a case of the list of faults."""
    return pytest.param(*values, id=name, marks=pytest.mark.fault(f"F: {name}"))


@pytest.mark.parametrize(
    "data",
    [
        case("byte order mark", b"\xef\xbb\xbf" + HEAD + GOOD),
        case("CRLF", (HEAD + GOOD).replace(b"\n", b"\r\n")),
        case("lone CR", (HEAD + GOOD).replace(b"\n", b"\r")),
        case("CRLF and LF mixed", HEAD.replace(b"\n", b"\r\n") + GOOD),
        case("UTF-16", (HEAD + GOOD).decode().encode("utf-16")),
        case("no newline at the end", (HEAD + GOOD).rstrip(b"\n")),
        case("blank lines", HEAD + b"\n" + GOOD + b"\n\n"),
        case("blanks around numbers", HEAD + GOOD.replace(b"\t10", b"\t 10 ")),
        case("numbers written in other ways", HEAD + GOOD.replace(b"\t10", b"\t+1.0e1").replace(b"\t1\t", b"\t1.\t")),
    ],
)
@policies
def test_harmless_oddities_are_read_without_a_word(data, policy, tmp_path, read):
    path = tmp_path / "set.inter"
    path.write_bytes(data)
    tables = read(path, policy=policy)
    assert tables.problems == ()
    assert tables.interactions.to_pydict() == {
        "user": ["a", "a", "b"],
        "item": ["x", "y", "x"],
        "rating": [1.0, 2.0, 3.0],
        "timestamp": [10.0, 20.0, 30.0],
    }


@pytest.mark.parametrize(
    "data",
    [
        case("byte order mark: in CSV", b"\xef\xbb\xbf" + CSV + GOOD_CSV),
        case("CRLF: in CSV", (CSV + GOOD_CSV).replace(b"\n", b"\r\n")),
        case("another separator in CSV", (CSV + GOOD_CSV).replace(b",", b";")),
        case("tabs in CSV", (CSV + GOOD_CSV).replace(b",", b"\t")),
        case("everything in quotes", re.sub(rb"[^,\n]+", rb'"\g<0>"', CSV + GOOD_CSV)),
    ],
)
@policies
def test_harmless_oddities_of_csv_are_read_without_a_word(data, policy, tmp_path, read):
    path = tmp_path / "set.csv"
    path.write_bytes(data)
    tables = read(path, policy=policy)
    assert tables.problems == ()
    assert tables.interactions.column("item").to_pylist() == ["x", "y", "x"]
    assert tables.interactions.column("timestamp").to_pylist() == [10.0, 20.0, 30.0]


@pytest.mark.parametrize(
    "ids",
    [
        case("ids that differ in case", ["a", "A", "b"]),
        case("ids with leading zeros", ["7", "07", "007"]),
        case("ids that differ in how an accent is written", ["caf\u00e9", "cafe\u0301", "c"]),
        case("ids that look like numbers", ["1", "1.0", "1e0"]),
        case("ids that look like nothing", ["null", "None", "NA"]),
        case("an id of a mebibyte", ["a", "b", "x" * (1 << 20)]),
        case("ids that are not of this plane", ["🎬", "🎬🎬", "\U0010ffff"]),
    ],
)
@policies
def test_ids_are_texts_and_stay_apart(ids, policy, tmp_path, read):
    path = tmp_path / "set.csv"
    path.write_text("user,item\n" + "".join(f"u,{id_}\n" for id_ in ids), encoding="utf-8")
    tables = read(path, policy=policy)
    assert tables.interactions.column("item").to_pylist() == ids
    assert tables.problems == ()


@pytest.mark.fault("F: quoted cell of several lines")
@policies
def test_a_csv_cell_in_quotes_may_run_over_lines(policy, tmp_path, read):
    path = tmp_path / "set.csv"
    path.write_bytes(b'user,item,note\na,"x\ny",1\nb,"say ""hi"", you",2\n')
    tables = read(path, policy=policy)
    assert tables.interactions.column("item").to_pylist() == ["x\ny", 'say "hi", you']
    assert tables.problems == ()


@pytest.mark.fault("F: history of ten thousand items")
@policies
def test_a_history_of_ten_thousand_items(policy, tmp_path, loaded):
    path = tmp_path / "long.txt"
    path.write_text("u " + " ".join(f"i{n}" for n in range(10_000)) + "\nv a b c\n", encoding="utf-8")
    bundle = loaded(path, policy=policy).bundle
    assert bundle.histories.lengths.tolist() == [10_000, 3]
    items = [bundle.vocabularies["item"].ids[row] for row in bundle.items[:3]]
    assert items == ["i0", "i1", "i2"]
