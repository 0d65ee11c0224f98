"""What a file is called and its first row says: no events to be had, columns that cannot be read, wrong names."""

from __future__ import annotations

import gzip
from typing import Any

import pytest

from lmrs_plugins.errors import InputError

HEAD = b"user_id:token\titem_id:token\trating:float\ttimestamp:float\n"
GOOD = b"a\tx\t1\t10\na\ty\t2\t20\nb\tx\t3\t30\n"
CSV = b"user,item,rating,timestamp\n"
GOOD_CSV = b"a,x,1,10\na,y,2,20\nb,x,3,30\n"
LINE = 1 << 24
"""Bytes of a line that no reader takes for a row."""

policies = pytest.mark.parametrize("policy", ["strict", "quarantine", "coerce"])


def case(name: str, *values: Any) -> Any:
    """Parameters that stand for a case of the list of faults."""
    return pytest.param(*values, id=name, marks=pytest.mark.fault(f"F: {name}"))


@pytest.mark.parametrize(
    ("data", "end", "says"),
    [
        case("empty file", b"", "inter", "empty"),
        case("empty file: CSV", b"", "csv", "empty"),
        case("empty file: blank lines", b"\n\n", "inter", "empty"),
        case("empty file: a byte order mark", b"\xef\xbb\xbf", "csv", "empty"),
        case("empty file: compressed", gzip.compress(b""), "csv.gz", "empty"),
        case("header only", HEAD, "inter", "no events"),
        case("header only: CSV", CSV.rstrip(), "csv", "no events"),
        case("blank line where the header belongs", b"\n" + CSV + GOOD_CSV, "csv", "row 1: blank"),
        case("blank line where the header belongs: atomic", b" \t\n" + HEAD + GOOD, "inter", "row 1: blank"),
        case("no header", GOOD_CSV, "csv", "row 1: no column for user among 'a', 'x', '1', '10'"),
        case("missing column: user", b"item_id:token\trating:float\nx\t1\n", "inter", "no column for user"),
        case("missing column: item", b"user_id:token\trating:float\na\t1\n", "inter", "no column for item"),
        case("missing column: in CSV", b"user,thing\na,x\n", "csv", "no column for item among 'user', 'thing'"),
        case("nothing but bad rows", HEAD + b"a\nb\n", "inter", r"row 2: |no events"),
        case("nothing but bad numbers", b"user;item;rating\n" + b"a;;1,5\n" * 3, "csv", r"row 2: |no events"),
        case("UTF-16 that is cut", b"\xff\xfea", "inter", "UTF-16"),
        case("wrong separator: none that is known", b"user item\na x\n", "csv", "no column for user among 'user item'"),
        case("quote in the header", b'"user,item\na,x\n', "csv", "row [12]: "),
        case(
            "ragged row: of 16 MiB",
            CSV + b"a," + b"x" * LINE + b",1\n",
            "csv",
            "row 2: (3 cells|a line of 16777220 bytes)",
        ),
        case("sequences of one word", b"a\nb\n", "txt", "no format that is known"),
    ],
)
@policies
def test_a_file_without_events_is_refused_under_every_policy(data, end, says, policy, tmp_path, read):
    path = tmp_path / f"set.{end}"
    path.write_bytes(data)
    with pytest.raises(InputError, match=says) as error:
        read(path, policy=policy)
    assert str(error.value).startswith(str(path))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("header", "said"),
    [
        case("column without a type", b"user_id:token\titem_id:token\tmood\n", "mood"),
        case("duplicate column", b"user_id:token\titem_id:token\titem_id:token\n", "twice"),
        case("column of an unknown type", b"user_id:token\titem_id:token\tmood:int\n", "mood:int"),
    ],
)
@policies
def test_a_column_that_cannot_be_read_costs_only_itself(header, said, policy, tmp_path, read):
    path = tmp_path / "set.inter"
    path.write_bytes(header + b"a\tx\t1\nb\ty\t2\n")
    if policy == "strict":
        with pytest.raises(InputError, match=f"row 1: .*{said}"):
            read(path)
        return
    tables = read(path, policy=policy)
    assert tables.interactions.column("item").to_pylist() == ["x", "y"]
    assert [(one.file, one.row) for one in tables.problems] == [(str(path), 1)]
    assert ("mood" in tables.interactions.column_names) == (policy == "coerce" and header.endswith(b"mood\n"))


@pytest.mark.fault("F: duplicate column: in CSV")
@policies
def test_a_csv_column_that_stands_twice(policy, tmp_path, read):
    path = tmp_path / "set.csv"
    path.write_bytes(b"user,item,item\na,x,y\n")
    if policy == "strict":
        with pytest.raises(InputError, match="row 1: column 'item' stands twice"):
            read(path)
        return
    tables = read(path, policy=policy)
    assert tables.interactions.to_pylist() == [{"user": "a", "item": "x"}]
    assert [one.row for one in tables.problems] == [1]


@pytest.mark.fault("F: one column for two roles")
@policies
def test_one_column_cannot_be_user_and_item(policy, tmp_path, read):
    path = tmp_path / "set.csv"
    path.write_bytes(CSV + GOOD_CSV)
    with pytest.raises(InputError, match=r"set\.csv: data\.columns gives 'item' for user and for item"):
        read(path, policy=policy, columns={"user": "item", "item": "item"})


@pytest.mark.fault("F: wrong separator")
@policies
def test_wrong_separator_is_named_and_coerce_reads_it(policy, tmp_path, read):
    path = tmp_path / "set.inter"
    path.write_bytes((HEAD + GOOD).replace(b"\t", b","))
    if policy == "coerce":
        assert read(path, policy=policy).interactions.num_rows == 3
        return
    with pytest.raises(InputError, match="row 1: cells are separated by ','"):
        read(path, policy=policy)


@pytest.mark.fault("F: wrong separator: asked for")
@policies
def test_a_separator_that_the_file_does_not_have(policy, tmp_path, read):
    path = tmp_path / "set.csv"
    path.write_bytes(CSV + GOOD_CSV)
    with pytest.raises(InputError, match="no column for user among 'user,item,rating,timestamp'"):
        read(path, policy=policy, options={"separator": ";"})


@pytest.mark.fault("F: extra column")
@policies
def test_extra_columns_are_read_by_their_types(policy, tmp_path, read):
    path = tmp_path / "set.inter"
    path.write_bytes(b"user_id:token\titem_id:token\tprice:float\ttags:token_seq\nv\tx\t2.5\tnew red\n")
    found = read(path, policy=policy).interactions
    assert found.to_pylist() == [{"user": "v", "item": "x", "price": 2.5, "tags": "new red"}]


@pytest.mark.fault("F: extra column: in CSV, without a name")
@policies
def test_extra_columns_of_csv_are_not_read(policy, tmp_path, read):
    path = tmp_path / "set.csv"
    path.write_bytes(b",user,item,mood\n0,v,x,\n1,w,y,?\n")
    assert read(path, policy=policy).interactions.to_pydict() == {"user": ["v", "w"], "item": ["x", "y"]}


def test_missing_path_hints_at_a_name(read):
    with pytest.raises(InputError, match="did you mean 'ml-100k'"):
        read("ml-100")


def test_unknown_format_and_unknown_column_and_option_are_named(tmp_path, read):
    path = tmp_path / "set.csv"
    path.write_bytes(CSV + GOOD_CSV)
    with pytest.raises(InputError, match=r"data\.format"):
        read(path, format="cvs")
    with pytest.raises(InputError, match="did you mean 'rating'"):
        read(path, columns={"rating": "raiting"})
    with pytest.raises(InputError, match=r"data\.options\.seeed"):
        read("synthetic", options={"seeed": 1})
    with pytest.raises(InputError, match=r"data\.columns"):
        read("synthetic", columns={"user": "u"})
