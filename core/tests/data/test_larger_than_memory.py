"""Events that are read, sorted, split and kept a piece at a time are the same events."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmrs.data import describe, events, radix, store
from lmrs.data.describe import describe as counted
from lmrs.data.readers import parquet
from lmrs_plugins import spool

ROWS = 3000


@pytest.fixture
def in_pieces(monkeypatch):
    """Pieces of some hundred rows, everything on disk."""
    for module in (describe, events, parquet, spool):
        monkeypatch.setattr(module, "PIECE", 256)
    monkeypatch.setattr(spool.Spool.__init__, "__defaults__", (0,))


@pytest.fixture
def table():
    """Events in no order, with repetitions, gaps and equal times."""
    random = np.random.default_rng(5)
    return pa.table(
        {
            "user_id": random.integers(90, size=ROWS),
            "item_id": pa.array([f"i{n}" for n in random.zipf(1.6, ROWS) % 70]),
            "timestamp": random.integers(50, size=ROWS),
            "rating": random.integers(1, 4, size=ROWS) / 2,
            "device": pa.array([None if n == 3 else f"d{n}" for n in random.integers(4, size=ROWS)]),
        }
    )


CASES = [
    {},
    {"policy": "quarantine"},
    {"min_user": 20, "min_item": 12, "min_rating": 1.0},
    {"max_users": 40, "split": {"by": "temporal"}},
    {"split": {"by": "users"}},
]


@pytest.mark.parametrize("settings", CASES, ids=str)
def test_pieces_make_the_same_bundle(settings, table, loaded, tmp_path, request):
    (tmp_path / "many").mkdir()
    pq.write_table(table, tmp_path / "one.parquet")
    for start in range(0, ROWS, 700):
        part = tmp_path / "many" / f"part-{start:05}.parquet"
        pq.write_table(table.slice(start, 700), part, row_group_size=100)
    settings = {**settings, "columns": {"device": "device"}}
    whole = loaded(tmp_path / "one.parquet", **settings)
    request.getfixturevalue("in_pieces")
    pieces = loaded(tmp_path / "many", **settings)
    assert pieces.bundle.fingerprint == whole.bundle.fingerprint
    assert pieces.bundle.training().fingerprint == whole.bundle.training().fingerprint
    assert pieces.notes == whole.notes
    one, other = counted(whole), counted(pieces)
    assert {**one, "name": ""} == {**other, "name": ""}


def test_a_bundle_that_is_larger_than_memory_is_not_read_into_it(table, loaded, tmp_path, in_pieces):
    pq.write_table(table, tmp_path / "one.parquet")
    bundle = loaded(tmp_path / "one.parquet", columns={"device": "device"}).bundle
    store.save(bundle, tmp_path / "bundle")
    before = pa.total_allocated_bytes()
    back = store.load(tmp_path / "bundle")
    assert back.fingerprint == bundle.fingerprint
    assert back.interactions.column("item").num_chunks == 1, "numpy sees it without a copy"
    assert back.training().items.tolist() == bundle.training().items.tolist()
    assert pa.total_allocated_bytes() - before < 8 * ROWS, "less than one column"


@given(
    st.lists(
        st.tuples(st.integers(0, 1 << 40), st.sampled_from([-np.inf, -2.5, -0.0, 0.0, 1e-300, 3.0, 1.7e9, np.inf]))
    )
)
def test_sorting_by_digits_is_sorting(rows):
    codes = np.array([code for code, _ in rows], dtype=np.int64)
    times = np.array([time for _, time in rows], dtype=np.float64)
    assert radix.order(codes, times).tolist() == np.lexsort((times, codes)).tolist()
    assert radix.order(codes, None).tolist() == np.argsort(codes, kind="stable").tolist()


@given(st.lists(st.floats(), min_size=1).filter(lambda values: not np.isnan(values).all()), st.data())
def test_the_number_at_a_place_is_that_of_the_sorted(values, data):
    known = sorted(value for value in values if not np.isnan(value))
    place = data.draw(st.integers(0, len(known) - 1))
    assert radix.ranked(np.array(values), place) == known[place]


def test_a_folder_is_one_data_set_of_parquet_only_where_nothing_else_is_in_it(table, tmp_path, loaded):
    """A download may bring its ratings as Parquet beside files of a format of its own."""
    pq.write_table(table.slice(0, 1000), tmp_path / "part-0.parquet")
    pq.write_table(table.slice(1000), tmp_path / "part-1.parquet")
    (tmp_path / "_SUCCESS").touch()
    assert loaded(tmp_path).before.events == ROWS
    assert parquet.Parquet.recognises(tmp_path)
    (tmp_path / "ratings.dat").write_text("1::2::3::4\n", encoding="utf-8")
    assert not parquet.Parquet.recognises(tmp_path)
