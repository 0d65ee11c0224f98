"""Readers on files that are as they should be, and on bytes that are anything at all."""

from __future__ import annotations

import csv
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lmrs.data.write import write_atomic
from lmrs_plugins.dataset import Tables
from lmrs_plugins.errors import InputError

quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
text = st.text(st.characters(blacklist_categories=("Cs",)), min_size=1, max_size=8)
odd = st.sampled_from(
    ['"', '""', 'a"b', "'", "ü", "日本", ",", ";", "\\", "#", "0", "00", "1e3", "-", "\u2028", "\x85", "a b", "\ufeff"]
)


def _is_id(word: str) -> bool:
    return word.strip() not in ("", "nan", "NaN", "NAN") and not set(word) & {"\r", "\n", "\t"}


ids = st.one_of(odd, text).filter(_is_id)
events = st.lists(st.tuples(ids, ids, st.integers(-1000, 2_000_000_000)), min_size=1, max_size=20)


def _table(rows: list[tuple[str, str, int]]) -> pa.Table:
    user, item, time = (list(side) for side in zip(*rows, strict=True))
    return pa.table(
        {
            "user": pa.array(user, pa.string()),
            "item": pa.array(item, pa.string()),
            "timestamp": pa.array(time, pa.float64()),
        }
    )


@pytest.mark.fault("F: any ids: atomic files")
@quick
@given(rows=events)
def test_any_ids_come_back_from_atomic_files(rows, tmp_path_factory, read):
    folder = tmp_path_factory.mktemp("atomic") / "set"
    write_atomic(Tables("set", _table(rows)), folder)
    assert read(folder).interactions.equals(_table(rows))


@pytest.mark.fault("F: any ids: CSV")
@quick
@given(rows=events)
def test_any_ids_come_back_from_csv(rows, tmp_path_factory, read):
    path = tmp_path_factory.mktemp("csv") / "set.csv"
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([("user", "item", "timestamp"), *rows])
    path.write_text(out.getvalue(), encoding="utf-8", newline="")
    assert read(path).interactions.to_pylist() == _table(rows).to_pylist()


words = ids.filter(lambda word: " " not in word and not word.startswith("\ufeff"))


@pytest.mark.fault("F: any ids: sequences")
@quick
@given(lines=st.dictionaries(words, st.lists(words, min_size=1, max_size=6), min_size=1, max_size=8))
def test_any_ids_come_back_from_sequences(lines, tmp_path_factory, read):
    path = tmp_path_factory.mktemp("seq") / "set.txt"
    path.write_bytes("".join(" ".join([user, *items]) + "\n" for user, items in lines.items()).encode())
    found = read(path, format="sequences").interactions
    assert found.to_pylist() == [{"user": user, "item": item} for user, items in lines.items() for item in items]


@pytest.mark.fault("F: any ids: pairs")
@quick
@given(
    rows=st.lists(st.tuples(words, words), min_size=2, max_size=20).filter(
        lambda rows: len({u for u, _ in rows}) < len(rows)
    )
)
def test_pairs_are_told_from_sequences(rows, tmp_path_factory, read):
    path = tmp_path_factory.mktemp("pairs") / "set.txt"
    path.write_bytes("".join(f"{user} {item}\n" for user, item in rows).encode())
    found = read(path, format="sequences").interactions
    assert [(one["user"], one["item"]) for one in found.to_pylist()] == rows


pieces = st.sampled_from(
    [
        b"user_id:token\titem_id:token\n",
        b"user,item,rating\n",
        b"\t",
        b",",
        b"\n",
        b"\r",
        b'"',
        b"\x00",
        b"\xff",
        b"a",
        b"1",
        b" ",
        b"\xef\xbb\xbf",
    ]
)
bytes_ = st.one_of(st.binary(max_size=80), st.lists(pieces, max_size=25).map(b"".join))


@pytest.mark.fault("F: arbitrary bytes")
@pytest.mark.parametrize("end", ["inter", "inter.gz", "csv", "tsv", "txt", "parquet"])
@pytest.mark.parametrize("policy", ["strict", "quarantine", "coerce"])
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=bytes_)
def test_arbitrary_bytes_are_read_or_refused_in_one_line(data, end, policy, tmp_path_factory, read):
    path = tmp_path_factory.mktemp("bytes") / f"set.{end}"
    path.write_bytes(data)
    formats = {
        "inter": "atomic",
        "inter.gz": "atomic",
        "csv": "csv",
        "tsv": "csv",
        "txt": "sequences",
        "parquet": "parquet",
    }
    try:
        tables = read(path, policy=policy, format=formats[end])
    except InputError as error:
        assert "\n" not in str(error)  # noqa: PT017 - either outcome is right, and this is one of them
        assert path.name in str(error)  # noqa: PT017
    else:
        assert tables.interactions.num_rows > 0
        assert tables.interactions.column("user").null_count == 0
        assert tables.interactions.column("item").null_count == 0


@pytest.mark.fault("F: arbitrary bytes beside the events")
@quick
@given(data=bytes_)
def test_arbitrary_bytes_beside_the_events_are_read_or_refused(data, tmp_path_factory, read):
    folder = tmp_path_factory.mktemp("beside")
    (folder / "set.inter").write_bytes(b"user_id:token\titem_id:token\na\tx\n")
    for end in ("item", "user", "kg", "net", "link"):
        (folder / f"set.{end}").write_bytes(data)
        try:
            read(folder, policy="coerce")
        except InputError as error:
            assert f"set.{end}" in str(error)  # noqa: PT017
        (folder / f"set.{end}").unlink()


def test_csv_columns_by_mapping_and_by_usual_names(tmp_path, read):
    path = tmp_path / "log.tsv"
    path.write_text("when\twho\twhat\tprice\tscore\n5\tu\ti\t2.5\t1\n", encoding="utf-8")
    with pytest.raises(InputError, match="no column for user"):
        read(path)
    columns = {"user": "who", "item": "what", "timestamp": "when", "price": "price"}
    table = read(path, columns=columns).interactions
    assert table.to_pylist() == [{"user": "u", "item": "i", "timestamp": 5.0, "price": "2.5", "rating": 1.0}]


def test_csv_with_a_table_of_items(tmp_path, read):
    (tmp_path / "ratings.csv").write_text("userId,movieId,rating\n1,10,4\n", encoding="utf-8")
    (tmp_path / "movies.csv").write_text('movieId,title,genres\n10,"Up, and away",A|B\n11,Other,\n', encoding="utf-8")
    tables = read(tmp_path / "ratings.csv", options={"items": "movies.csv"})
    assert tables.tables["item"].to_pylist() == [
        {"id": "10", "title": "Up, and away", "genres": ["A", "B"]},
        {"id": "11", "title": "Other", "genres": None},
    ]


def test_parquet_takes_numbers_as_ids_and_dates_as_seconds(tmp_path, read):
    path = tmp_path / "log.parquet"
    table = pa.table(
        {
            "userID": pa.array([1, 2], pa.int64()),
            "itemID": pa.array([3.0, 4.0]),
            "time": pa.array([1_500_000, 2_000_000], pa.timestamp("us")),
        }
    )
    pq.write_table(table, path)
    assert read(path).interactions.to_pydict() == {"user": ["1", "2"], "item": ["3", "4"], "timestamp": [1.5, 2.0]}


@pytest.mark.parametrize(("policy", "left"), [("quarantine", 1), ("coerce", 2)])
def test_parquet_faults(policy, left, tmp_path, read):
    path = tmp_path / "log.parquet"
    table = pa.table({"user": ["a", None, "c"], "item": ["x", "y", "z"], "rating": [1.0, 2.0, float("nan")]})
    pq.write_table(table, path)
    with pytest.raises(InputError, match=r"log\.parquet, row 2: user is None"):
        read(path)
    tables = read(path, policy=policy)
    assert tables.interactions.num_rows == left
    assert [one.row for one in tables.problems] == [2, 3]


def test_sequences_take_attributes_that_stand_beside(tmp_path, read):
    (tmp_path / "set.txt").write_text("a x y\n", encoding="utf-8")
    beside = tmp_path / "set_item2attributes.json"
    beside.write_text(json.dumps({"x": [1, 2]}), encoding="utf-8")
    assert read(tmp_path / "set.txt").tables["item"].to_pylist() == [{"id": "x", "categories": ["1", "2"]}]
    beside.write_text("[1", encoding="utf-8")
    with pytest.raises(InputError, match="item2attributes"):
        read(tmp_path / "set.txt")
    assert read(tmp_path / "set.txt", policy="coerce").problems[0].row == 0


def test_a_table_that_describes_an_item_twice(tmp_path, read):
    (tmp_path / "s.inter").write_text("user_id:token\titem_id:token\na\tx\n", encoding="utf-8")
    (tmp_path / "s.item").write_text("item_id:token\ttitle:token_seq\nx\tOne\nx\tTwo\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"s\.item, row 3: item_id 'x' stands in an earlier row"):
        read(tmp_path)
    assert read(tmp_path, policy="quarantine").tables["item"].column("title").to_pylist() == ["One"]


def test_vectors_of_an_item_table(tmp_path, read):
    (tmp_path / "s.inter").write_text("user_id:token\titem_id:token\na\tx\n", encoding="utf-8")
    (tmp_path / "s.item").write_text("item_id:token\tv:float_seq\nx\t1 2.5\ny\t1 two\nz\t\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"s\.item, row 3: v holds"):
        read(tmp_path)
    assert read(tmp_path, policy="coerce").tables["item"].column("v").to_pylist() == [[1.0, 2.5], None, None]
    assert read(tmp_path, policy="quarantine").tables["item"].column("id").to_pylist() == ["x", "z"]
    (tmp_path / "s.item").write_text("item_id:token\tv:float_seq\nx\t1 2.5\ny\t3 4\n", encoding="utf-8")
    assert read(tmp_path).tables["item"].column("v").to_pylist() == [[1.0, 2.5], [3.0, 4.0]]


@pytest.mark.fault("F: two data sets in one folder")
def test_two_sets_in_one_folder_are_not_guessed_at(tmp_path, read):
    for name in ("a", "b"):
        (tmp_path / f"{name}.inter").write_text("user_id:token\titem_id:token\nu\tx\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"several \.inter files"):
        read(tmp_path)
    assert read(tmp_path / "b.inter").name == "b"
