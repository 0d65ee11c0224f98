"""Bad files under each policy: where the fault is named, and what is read of the rest."""

from __future__ import annotations

import gzip
import os
import re
from dataclasses import dataclass
from pathlib import Path
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
lenient = pytest.mark.parametrize("policy", ["quarantine", "coerce"])


def case(name: str, *values: Any) -> Any:
    """Parameters that stand for a case of the list of faults."""
    return pytest.param(*values, id=name, marks=pytest.mark.fault(f"F: {name}"))


@dataclass(frozen=True)
class Row:
    """A file with one bad row, the fourth of data unless said otherwise: `strict` names it."""

    name: str
    data: bytes
    says: str
    row: int = 5
    quarantined: int = 3
    coerced: int = 3
    end: str = "inter"


def inter(name: str, row: str, says: str, coerced: int = 4) -> Row:
    """A bad row at the end of an atomic file; it is mended unless it lacks an id."""
    return Row(name, HEAD + GOOD + row.encode() + b"\n", says, coerced=coerced)


def csv(name: str, row: str, says: str, coerced: int = 4) -> Row:
    """The same of a CSV file."""
    return Row(name, CSV + GOOD_CSV + row.encode() + b"\n", says, coerced=coerced, end="csv")


ROWS = [
    inter("ragged row: too short", "b\ty\t4", "3 cells where the header has 4"),
    inter("ragged row: too long", "b\ty\t4\t40\tmore", "5 cells where the header has 4"),
    Row("ragged row: the first", HEAD + b"a\n" + GOOD, "1 cells where the header has 4", row=2),
    Row("ragged row: after a blank line", HEAD + b"\n" + GOOD + b"b\n", "1 cells", row=6),
    csv("ragged row: in CSV", "b,y", "2 cells where the header has 4"),
    Row(
        "ragged row: without a separator",
        b"1::10::5::1\n1::20::3::2\n1::30\n",
        "2 cells where the header has 4",
        3,
        2,
        3,
        end="dat",
    ),
    inter("NaN user", "nan\ty\t4\t40", "user_id is 'nan'", coerced=3),
    inter("NaN item", "b\tNaN\t4\t40", "item_id is 'NaN'", coerced=3),
    csv("NaN item: in CSV", "b,NAN,4,40", "item is 'NAN'", coerced=3),
    inter("empty user", "\ty\t4\t40", "user_id is ''", coerced=3),
    inter("empty item: blanks", "b\t  \t4\t40", "item_id is '  '", coerced=3),
    csv("empty item: in quotes", 'b,"",4,40', "item is ''", coerced=3),
    inter("dash in a float", "b\ty\t—\t40", "rating is '—', not a finite number"),
    inter("dash in a timestamp", "b\ty\t4\t—", "timestamp is '—'"),
    inter("infinite rating", "b\ty\tinf\t40", "rating is 'inf'"),
    inter("infinite rating: in words", "b\ty\t-Infinity\t40", "rating is '-Infinity'"),
    inter("infinite timestamp by overflow", "b\ty\t4\t1e999", "timestamp is '1e999'"),
    inter("NaN rating", "b\ty\tnan\t40", "rating is 'nan'"),
    inter("empty timestamp", "b\ty\t4\t", "timestamp is ''"),
    csv("word where a number belongs", "b,y,four,40", "rating is 'four'"),
    csv("date where seconds belong", "b,y,4,2020-01-31", "timestamp is '2020-01-31'"),
    csv("number with a decimal comma", 'b,y,"4,5",40', "rating is '4,5'"),
    csv("number with underscores", "b,y,1_000,40", "rating is '1_000'"),
    csv("number in hexadecimal", "b,y,0x10,40", "rating is '0x10'"),
    csv("number in other digits", "b,y,५,40", "rating is '५'"),
    csv("number with a zero byte", "b,y,4\0,40", "rating is '4\\x00'"),
    csv("number beside a unit", "b,y,4 stars,40", "rating is '4 stars'"),
    Row(
        "latin-1 bytes",
        HEAD + GOOD + "b\tcafé\t4\t40\n".encode("latin-1"),
        "byte 0xe9 is not UTF-8",
        coerced=4,
    ),
    Row(
        "latin-1 bytes: in CSV",
        CSV + GOOD_CSV + "b,café,4,40\n".encode("latin-1"),
        "byte 0xe9 is not UTF-8",
        coerced=4,
        end="csv",
    ),
    Row("latin-1 bytes: in sequences", b"a x y\nb caf\xe9\nc x y\n", "byte 0xe9 is not UTF-8", 2, 4, 5, "txt"),
    Row("UTF-8 cut within a letter", HEAD + GOOD + b"b\tcaf\xc3\t4\t40\n", "byte 0xc3 is not UTF-8", coerced=4),
    Row("overlong UTF-8", HEAD + GOOD + b"b\t\xc0\xaf\t4\t40\n", "byte 0xc0 is not UTF-8", coerced=4),
    Row("half a surrogate in UTF-8", HEAD + GOOD + b"b\t\xed\xa0\x80\t4\t40\n", "byte 0xed is not UTF-8", coerced=4),
    Row(
        "unclosed quote", CSV + b'"a,x,1,10\n' + GOOD_CSV, "a quote is opened and never closed", 2, end="csv", coerced=4
    ),
    csv("unclosed quote: in the last row", 'b,"y,4,40', "a quote is opened"),
    Row(
        "unclosed quote: over more lines than a cell may have",
        CSV + b'"a,x,1,10\n' + GOOD_CSV * 50,
        "a quote is opened",
        2,
        150,
        151,
        "csv",
    ),
    Row("empty sequence", b"a x y\nb x\nc\nd x y\n", "1 word where a user and", 3, 5, 5, "txt"),
    Row("user with two sequences", b"a x y\nb x\na z w\n", "its user already stands on row 1", 3, 3, 5, "txt"),
    Row("pair of three words", b"a x\na y\na z w\nb x\nb y\n", "3 words where a user and an item", 3, 4, 4, "txt"),
]


@pytest.fixture
def bad(tmp_path: Path, request: pytest.FixtureRequest) -> tuple[Row, Path]:
    row: Row = request.param
    if row.end == "dat":  # only a folder is one of GroupLens's
        (tmp_path / "movies.dat").write_bytes(b"10::A::War\n")
        path = tmp_path / "ratings.dat"
    else:
        path = tmp_path / f"set.{row.end}"
    path.write_bytes(row.data)
    return row, path


rows = pytest.mark.parametrize("bad", [case(row.name, row) for row in ROWS], indirect=True)


def source(path: Path) -> Path:
    """What is given to read a file."""
    return path.parent if path.suffix == ".dat" else path


@rows
def test_strict_names_file_row_and_fault(bad, read):
    row, path = bad
    with pytest.raises(InputError) as error:
        read(source(path))
    message = str(error.value)
    assert message.startswith(f"{path}, row {row.row}: ")
    assert row.says in message
    assert message.endswith("; mend it, or set data.policy to quarantine or coerce")
    assert "\n" not in message
    assert error.value.exit_code == 2


@rows
def test_quarantine_leaves_the_row_out_and_lists_it(bad, read):
    row, path = bad
    tables = read(source(path), policy="quarantine")
    assert tables.interactions.num_rows == row.quarantined
    assert [(one.file, one.row) for one in tables.problems] == [(str(path), row.row)]
    assert row.says in tables.problems[0].message


@rows
def test_coerce_makes_the_best_of_the_row_and_lists_it(bad, read):
    row, path = bad
    tables = read(source(path), policy="coerce")
    assert tables.interactions.num_rows == row.coerced
    assert {one.row for one in tables.problems} == {row.row}
    assert tables.interactions.column("user").null_count == 0
    assert tables.interactions.column("item").null_count == 0


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


@pytest.mark.fault("F: damaged gzip file")
@pytest.mark.parametrize("cut", [0, 1, 20, 60])
@policies
def test_a_damaged_gzip_file_is_named(cut, policy, tmp_path, read):
    path = tmp_path / "set.inter.gz"
    path.write_bytes(gzip.compress(HEAD + GOOD)[:cut])
    with pytest.raises(InputError, match=r"set\.inter\.gz"):
        read(path, policy=policy)


@pytest.mark.parametrize(
    "data",
    [
        case("gzip file that is none", HEAD + GOOD),
        case("gzip file with something behind it", gzip.compress(HEAD + GOOD) + b"more"),
        case("gzip file with a wrong checksum", gzip.compress(HEAD + GOOD)[:-8] + bytes(8)),
    ],
)
@policies
def test_what_is_no_whole_gzip_file_is_refused(data, policy, tmp_path, read):
    path = tmp_path / "set.inter.gz"
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"set\.inter\.gz: not a whole gzip file"):
        read(path, policy=policy)


@pytest.mark.fault("F: gzip file of two parts")
@policies
def test_parts_of_a_gzip_file_are_read_one_after_the_other(policy, tmp_path, read):
    path = tmp_path / "set.inter.gz"
    path.write_bytes(gzip.compress(HEAD) + gzip.compress(GOOD))
    assert read(path, policy=policy).interactions.num_rows == 3


@pytest.mark.fault("F: many bad rows are counted, the first named")
@lenient
def test_many_bad_rows_are_counted_and_the_first_named(policy, tmp_path, read):
    from lmrs.data.report import NAMED, total

    path = tmp_path / "set.inter"
    path.write_bytes(HEAD + GOOD + b"a\tx\t?\t1\n" * 5000)
    tables = read(path, policy=policy)
    assert total(tables.problems) == 5000
    assert len(tables.problems) == NAMED + 1
    assert tables.problems[0].row == 5
    assert "5004" in tables.problems[-1].message


@pytest.mark.fault("F: several kinds of fault in one file")
@policies
def test_each_of_several_faults_is_named(policy, tmp_path, read):
    path = tmp_path / "set.csv"
    path.write_bytes(CSV + b"a,x,1\n,y,2,2\nb,caf\xe9,3,3\nc,z,?,4\nd,w,5,?\ne,v,6,6\n")
    if policy == "strict":
        with pytest.raises(InputError, match="row 4: byte 0xe9"):
            read(path)
        return
    tables = read(path, policy=policy)
    assert {one.row for one in tables.problems} == {2, 3, 4, 5, 6}
    left = {"quarantine": ["e"], "coerce": ["a", "b", "c", "d", "e"]}[policy]
    assert tables.interactions.column("user").to_pylist() == left


@pytest.mark.fault("F: quoted cell of several lines")
@policies
def test_a_csv_cell_in_quotes_may_run_over_lines(policy, tmp_path, read):
    path = tmp_path / "set.csv"
    path.write_bytes(b'user,item,note\na,"x\ny",1\nb,"say ""hi"", you",2\n')
    tables = read(path, policy=policy)
    assert tables.interactions.column("item").to_pylist() == ["x\ny", 'say "hi", you']
    assert tables.problems == ()


@pytest.mark.fault("F: bad row after a quoted cell of several lines")
@policies
def test_a_bad_row_after_a_cell_of_two_lines_has_its_own_number(policy, tmp_path, read):
    path = tmp_path / "set.csv"
    path.write_bytes(b'user,item,rating\na,"x\ny",1\nb,z,?\n')
    if policy == "strict":
        with pytest.raises(InputError, match="row 4: rating"):
            read(path)
    else:
        assert [one.row for one in read(path, policy=policy).problems] == [4]


@pytest.mark.fault("F: history of ten thousand items")
@policies
def test_a_history_of_ten_thousand_items(policy, tmp_path, loaded):
    path = tmp_path / "long.txt"
    path.write_text("u " + " ".join(f"i{n}" for n in range(10_000)) + "\nv a b c\n", encoding="utf-8")
    bundle = loaded(path, policy=policy).bundle
    assert bundle.histories.lengths.tolist() == [10_000, 3]
    items = [bundle.vocabularies["item"].ids[row] for row in bundle.items[:3]]
    assert items == ["i0", "i1", "i2"]


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


@pytest.mark.parametrize(
    "make",
    [
        case("binary file", lambda path: path.write_bytes(b"\x00\x01\x02")),
        case("empty folder", lambda path: path.mkdir()),
        case("named pipe", lambda path: os.mkfifo(path)),
        case("link to itself", lambda path: path.symlink_to(path)),
        case("link to nothing", lambda path: path.symlink_to("nowhere")),
    ],
)
@policies
def test_what_is_no_data_is_refused_at_once(make, policy, tmp_path, read):
    path = tmp_path / "thing.bin"
    make(path)
    with pytest.raises(InputError, match=r"no format that is known|no file, folder or data set") as error:
        read(path, policy=policy)
    assert str(path) in str(error.value)


@pytest.mark.fault("F: folder where a file belongs")
@policies
@pytest.mark.parametrize("format_", ["csv", "parquet", "sequences"])
def test_a_folder_is_no_file(format_, policy, tmp_path, read):
    with pytest.raises(InputError, match="no such file"):
        read(tmp_path, policy=policy, format=format_)
