"""Bad rows under each policy: where the fault is named, and what is read of the rest."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lmrs_plugins.errors import InputError

HEAD = b"user_id:token\titem_id:token\trating:float\ttimestamp:float\n"
GOOD = b"a\tx\t1\t10\na\ty\t2\t20\nb\tx\t3\t30\n"
CSV = b"user,item,rating,timestamp\n"
GOOD_CSV = b"a,x,1,10\na,y,2,20\nb,x,3,30\n"

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
