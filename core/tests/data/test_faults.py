"""Bad files under each policy: where the fault is named, and what is read of the rest."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from pathlib import Path

import pytest

from lmrs_plugins.errors import InputError

HEAD = b"user_id:token\titem_id:token\trating:float\ttimestamp:float\n"
GOOD = b"a\tx\t1\t10\na\ty\t2\t20\nb\tx\t3\t30\n"
CSV = b"user,item,rating,timestamp\n"
GOOD_CSV = b"a,x,1,10\na,y,2,20\nb,x,3,30\n"


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


ROWS = [
    Row("ragged-short", HEAD + GOOD + b"b\ty\t4\n", "3 cells where the header has 4", coerced=4),
    Row("ragged-long", HEAD + GOOD + b"b\ty\t4\t40\tmore\n", "5 cells where the header has 4", coerced=4),
    Row("ragged-in-the-middle", HEAD + b"a\n" + GOOD, "1 cells where the header has 4", row=2),
    Row("nan-user", HEAD + GOOD + b"nan\ty\t4\t40\n", "user_id is 'nan'"),
    Row("nan-item", HEAD + GOOD + b"b\tNaN\t4\t40\n", "item_id is 'NaN'"),
    Row("empty-id", HEAD + GOOD + b"\ty\t4\t40\n", "user_id is ''"),
    Row("blank-id", HEAD + GOOD + b"b\t  \t4\t40\n", "item_id is '  '"),
    Row("dash-rating", HEAD + GOOD + "b\ty\t—\t40\n".encode(), "rating is '—', not a finite number", coerced=4),
    Row("dash-time", HEAD + GOOD + "b\ty\t4\t—\n".encode(), "timestamp is '—'", coerced=4),
    Row("infinite-rating", HEAD + GOOD + b"b\ty\tinf\t40\n", "rating is 'inf'", coerced=4),
    Row("overflowing-time", HEAD + GOOD + b"b\ty\t4\t1e999\n", "timestamp is '1e999'", coerced=4),
    Row("nan-rating", HEAD + GOOD + b"b\ty\tnan\t40\n", "rating is 'nan'", coerced=4),
    Row("empty-time", HEAD + GOOD + b"b\ty\t4\t\n", "timestamp is ''", coerced=4),
    Row("latin-1", HEAD + GOOD + "b\tcafé\t4\t40\n".encode("latin-1"), "byte 0xe9 is not UTF-8", coerced=4),
    Row("after-a-blank-line", HEAD + b"\n" + GOOD + b"b\n", "1 cells", row=6),
    Row("csv-ragged", CSV + GOOD_CSV + b"b,y\n", "2 cells where the header has 4", end="csv", coerced=4),
    Row(
        "csv-unclosed-quote",
        CSV + b'"a,x,1,10\n' + GOOD_CSV,
        "a quote is opened and never closed",
        2,
        end="csv",
        coerced=4,
    ),
    Row("csv-unclosed-quote-last", CSV + GOOD_CSV + b'b,"y,4,40\n', "a quote is opened", end="csv", coerced=4),
    Row("csv-bad-number", CSV + GOOD_CSV + b"b,y,four,40\n", "rating is 'four'", end="csv", coerced=4),
    Row("sequence-without-items", b"a x y\nb x\nc\nd x y\n", "1 word where a user and", 3, 5, 5, "txt"),
    Row("sequence-twice", b"a x y\nb x\na z w\n", "its user already stands on row 1", 3, 3, 5, "txt"),
    Row("pair-of-three", b"a x\na y\na z w\nb x\nb y\n", "3 words where a user and an item", 3, 4, 4, "txt"),
]


@pytest.fixture
def bad(tmp_path: Path, request: pytest.FixtureRequest) -> tuple[Row, Path]:
    row: Row = request.param
    path = tmp_path / f"set.{row.end}"
    path.write_bytes(row.data)
    return row, path


rows = pytest.mark.parametrize("bad", ROWS, ids=lambda row: row.name, indirect=True)


@rows
def test_strict_names_file_row_and_fault(bad, read):
    row, path = bad
    with pytest.raises(InputError) as error:
        read(path)
    message = str(error.value)
    assert message.startswith(f"{path}, row {row.row}: ")
    assert row.says in message
    assert "\n" not in message
    assert error.value.exit_code == 2


@rows
def test_quarantine_leaves_the_row_out_and_lists_it(bad, read):
    row, path = bad
    tables = read(path, policy="quarantine")
    assert tables.interactions.num_rows == row.quarantined
    assert [(one.file, one.row) for one in tables.problems] == [(str(path), row.row)]
    assert row.says in tables.problems[0].message


@rows
def test_coerce_makes_the_best_of_the_row_and_lists_it(bad, read):
    row, path = bad
    tables = read(path, policy="coerce")
    assert tables.interactions.num_rows == row.coerced
    assert {one.row for one in tables.problems} == {row.row}


WHOLE = {
    "empty": (b"", "empty"),
    "blank": (b"\n\n", "empty"),
    "header-only": (HEAD, "no events"),
    "missing-user": (b"item_id:token\trating:float\nx\t1\n", "no column for user"),
    "missing-item": (b"user_id:token\trating:float\na\t1\n", "no column for item"),
    "only-bad-rows": (HEAD + b"a\nb\n", "row 2: |no events"),
    "utf-16-cut": (b"\xff\xfea", "UTF-16"),
}


@pytest.mark.parametrize("policy", ["strict", "quarantine", "coerce"])
@pytest.mark.parametrize("case", WHOLE)
def test_a_file_without_events_is_refused_under_every_policy(case, policy, tmp_path, read):
    path = tmp_path / "set.inter"
    path.write_bytes(WHOLE[case][0])
    with pytest.raises(InputError, match=WHOLE[case][1]):
        read(path, policy=policy)


HEADERS = {
    "untyped-column": (b"user_id:token\titem_id:token\tmood\n", "mood"),
    "duplicate-column": (b"user_id:token\titem_id:token\titem_id:token\n", "twice"),
    "unknown-type": (b"user_id:token\titem_id:token\tmood:int\n", "mood:int"),
}


@pytest.mark.parametrize("case", HEADERS)
def test_a_column_that_cannot_be_read_stops_strict_and_costs_only_itself_otherwise(case, tmp_path, read):
    path = tmp_path / "set.inter"
    path.write_bytes(HEADERS[case][0] + b"a\tx\t1\nb\ty\t2\n")
    with pytest.raises(InputError, match=HEADERS[case][1]):
        read(path)
    for policy in ("quarantine", "coerce"):
        tables = read(path, policy=policy)
        assert tables.interactions.column("item").to_pylist() == ["x", "y"]
        assert [(one.file, one.row) for one in tables.problems] == [(str(path), 1)]
    assert ("mood" in read(path, policy="quarantine").interactions.column_names) is False


def test_wrong_separator_is_named_and_coerce_reads_it(tmp_path, read):
    path = tmp_path / "set.inter"
    path.write_bytes((HEAD + GOOD).replace(b"\t", b","))
    for policy in ("strict", "quarantine"):
        with pytest.raises(InputError, match="separated by ','"):
            read(path, policy=policy)
    assert read(path, policy="coerce").interactions.num_rows == 3


@pytest.mark.parametrize("policy", ["strict", "quarantine", "coerce"])
@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("bom", b"\xef\xbb\xbf" + HEAD + GOOD),
        ("crlf", (HEAD + GOOD).replace(b"\n", b"\r\n")),
        ("old-mac", (HEAD + GOOD).replace(b"\n", b"\r")),
        ("utf-16", (HEAD + GOOD).decode().encode("utf-16")),
        ("no-last-newline", (HEAD + GOOD).rstrip(b"\n")),
        ("blank-lines", HEAD + b"\n" + GOOD + b"\n\n"),
        ("unsorted-and-spaced", HEAD + GOOD.replace(b"\t10", b"\t 10 ")),
    ],
)
def test_harmless_oddities_are_read_without_a_word(name, data, policy, tmp_path, read):
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


def test_extra_columns_are_read_by_their_types(tmp_path, read):
    path = tmp_path / "set.inter"
    path.write_bytes(b"user_id:token\titem_id:token\tprice:float\ttags:token_seq\nv\tx\t2.5\tnew red\n")
    assert read(path).interactions.to_pylist() == [{"user": "v", "item": "x", "price": 2.5, "tags": "new red"}]


@pytest.mark.parametrize("cut", [0, 1, 20, 60])
def test_a_damaged_gzip_file_is_named(cut, tmp_path, read):
    path = tmp_path / "set.inter.gz"
    path.write_bytes(gzip.compress(HEAD + GOOD)[:cut])
    with pytest.raises(InputError, match=r"set\.inter\.gz"):
        read(path)


def test_many_bad_rows_are_counted_and_the_first_named(tmp_path, read):
    from lmrs.data.report import NAMED, total

    path = tmp_path / "set.inter"
    path.write_bytes(HEAD + GOOD + b"a\tx\t?\t1\n" * 5000)
    tables = read(path, policy="quarantine")
    assert total(tables.problems) == 5000
    assert len(tables.problems) == NAMED + 1
    assert tables.problems[0].row == 5
    assert "5004" in tables.problems[-1].message


def test_a_csv_cell_in_quotes_may_run_over_lines(tmp_path, read):
    path = tmp_path / "set.csv"
    path.write_bytes(b'user,item,note\na,"x\ny",1\nb,"say ""hi"", you",2\n')
    assert read(path).interactions.column("item").to_pylist() == ["x\ny", 'say "hi", you']


def test_a_bad_row_after_a_cell_of_two_lines_has_its_own_number(tmp_path, read):
    path = tmp_path / "set.csv"
    path.write_bytes(b'user,item,rating\na,"x\ny",1\nb,z,?\n')
    with pytest.raises(InputError, match="row 4: rating"):
        read(path)


def test_a_history_of_ten_thousand_items(tmp_path, loaded):
    path = tmp_path / "long.txt"
    path.write_text("u " + " ".join(f"i{n}" for n in range(10_000)) + "\nv a b c\n", encoding="utf-8")
    bundle = loaded(path).bundle
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


def test_a_binary_file_of_no_format_is_refused(tmp_path, read):
    path = tmp_path / "thing.bin"
    path.write_bytes(b"\x00\x01\x02")
    with pytest.raises(InputError, match="no format that is known"):
        read(path)
