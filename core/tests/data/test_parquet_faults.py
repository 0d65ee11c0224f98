"""Parquet files that are damaged, or hold what no event is made of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lmrs_plugins.errors import InputError

policies = pytest.mark.parametrize("policy", ["strict", "quarantine", "coerce"])


def case(name: str, *values: Any) -> Any:
    """Parameters that stand for a case of the list of faults."""
    return pytest.param(*values, id=name, marks=pytest.mark.fault(f"F: Parquet: {name}"))


def written(folder: Path, **columns: Any) -> Path:
    """A file of good columns, some of them replaced, or taken away with None."""
    good = {"user": ["a", "a", "b"], "item": ["x", "y", "x"], "timestamp": [1.0, 2.0, 3.0], "rating": [1.0, 2.0, 3.0]}
    path = folder / "log.parquet"
    pq.write_table(pa.table({name: column for name, column in {**good, **columns}.items() if column is not None}), path)
    return path


@pytest.mark.parametrize(
    ("columns", "row", "says", "coerced"),
    [
        case("user that is null", {"user": ["a", None, "b"]}, 2, "user is None", 2),
        case("item that is empty", {"item": ["x", "y", ""]}, 3, "item is ''", 2),
        case("user that is NaN", {"user": [1.0, float("nan"), 2.0]}, 2, "user is 'nan'", 2),
        case("rating that is null", {"rating": [None, 1.0, 2.0]}, 1, "rating is None", 3),
        case("rating that is infinite", {"rating": [1.0, float("inf"), 2.0]}, 2, "rating is inf", 3),
        case(
            "timestamp that is null",
            {"timestamp": pa.array([1, None, 2], pa.timestamp("s"))},
            2,
            "timestamp is None",
            3,
        ),
        case("rating that is a word", {"rating": ["1", "two", "3"]}, 2, "rating is 'two'", 3),
    ],
)
@policies
def test_a_bad_row_has_its_number(columns, row, says, coerced, policy, tmp_path, read):
    path = written(tmp_path, **columns)
    if policy == "strict":
        with pytest.raises(InputError) as error:
            read(path)
        assert str(error.value).startswith(f"{path}, row {row}: {says}")
        return
    tables = read(path, policy=policy)
    assert tables.interactions.num_rows == (2 if policy == "quarantine" else coerced)
    assert [one.row for one in tables.problems] == [row]


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        case(
            "no rows",
            {name: pa.array([], pa.string()) for name in ("user", "item", "timestamp", "rating")},
            "no events",
        ),
        case("missing column", {"item": None}, "no column for item"),
        case("users that are lists", {"user": [["a"], ["b"], []]}, "column for user holds list"),
        case("items that are structures", {"item": [{"id": "x"}] * 3}, "column for item holds struct"),
        case("timestamps that are lists", {"timestamp": [[1], [2], [3]]}, "timestamp"),
        case("nothing but nulls", {"user": pa.nulls(3)}, "row 1: user is None|no events"),
    ],
)
@policies
def test_columns_that_hold_no_events_are_refused(columns, says, policy, tmp_path, read):
    path = written(tmp_path, **columns)
    with pytest.raises(InputError, match=says) as error:
        read(path, policy=policy)
    assert str(error.value).startswith(str(path))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("share", [case(f"cut at {share} %", share) for share in (0, 1, 50, 99)])
@policies
def test_a_cut_file_is_refused(share, policy, tmp_path, read):
    path = written(tmp_path)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * share // 100])
    with pytest.raises(InputError, match=r"log\.parquet: .*(Parquet|no format)"):
        read(path, policy=policy, format="parquet")


@pytest.mark.fault("F: Parquet: bits flipped anywhere")
@policies
def test_flipped_bits_are_read_or_refused_in_one_line(policy, tmp_path, read):
    path = written(tmp_path)
    data = path.read_bytes()
    for place in range(0, len(data), 7):
        path.write_bytes(data[:place] + bytes([data[place] ^ 0x10]) + data[place + 1 :])
        try:
            tables = read(path, policy=policy, format="parquet")
        except InputError as error:
            assert "\n" not in str(error)  # noqa: PT017 - either outcome is right
            assert "log.parquet" in str(error)  # noqa: PT017
        else:
            assert tables.interactions.column("user").null_count == 0


@pytest.mark.fault("F: Parquet: another file under its name")
@policies
def test_text_under_the_name_is_refused(policy, tmp_path, read):
    path = tmp_path / "log.parquet"
    path.write_bytes(b"user,item\na,x\n")
    with pytest.raises(InputError, match=r"log\.parquet: not a Parquet file that can be read"):
        read(path, policy=policy)


@pytest.mark.parametrize(
    ("columns", "users"),
    [
        case("numbers with gaps as ids", {"user": [1, None, 2]}, ["1", "2"]),
        case("ids in a dictionary", {"user": pa.array(["a", "a", "b"]).dictionary_encode()}, ["a", "a", "b"]),
        case("large strings", {"user": pa.array(["a", "a", "b"], pa.large_string())}, ["a", "a", "b"]),
        case("negative and huge numbers as ids", {"user": [-1, 2**62, 0]}, ["-1", str(2**62), "0"]),
        case("extra column that cannot be read as text", {"more": [{"a": 1}] * 3}, ["a", "a", "b"]),
        case("dates with a zone", {"timestamp": pa.array([1, 2, 3], pa.timestamp("ms", tz="UTC"))}, ["a", "a", "b"]),
    ],
)
@pytest.mark.parametrize("policy", ["quarantine", "coerce"])
def test_odd_types_are_read(columns, users, policy, tmp_path, read):
    assert read(written(tmp_path, **columns), policy=policy).interactions.column("user").to_pylist() == users
