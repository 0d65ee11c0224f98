"""Finding the reader, and the whole way from a section of a recipe to a bundle."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lmrs.data.load import load
from lmrs.data.settings import DataSettings
from lmrs_plugins.card import Card
from lmrs_plugins.dataset import Tables
from lmrs_plugins.errors import InputError, PluginError


def test_cards_are_read_without_anything_heavy():
    code = "import sys, lmrs.data.cards; print(sorted({'torch', 'numpy', 'pyarrow', 'pydantic'} & set(sys.modules)))"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )


def test_every_card_leads_to_a_reader_and_its_options(datasets):
    from importlib import import_module

    for card, loader in datasets.values():
        module, _, attribute = card.options.partition(":")
        reader = loader()(getattr(import_module(module), attribute)())
        assert callable(reader.read)
        assert reader.recognises(Path("no/such/thing")) is False


class _Odd:
    """A reader of a plugin, made to order."""

    tables = Tables("odd", pa.table({"user": ["u"], "item": ["i"]}))

    def __init__(self, options: object) -> None:
        pass

    @staticmethod
    def recognises(path: Path) -> bool:
        return path.suffix == ".csv"

    def read(self, path: Path | None, policy: str) -> Tables:
        return self.tables


def _offer(datasets, name, traits=(), **attributes):
    card = Card(family="dataset", name=name, summary="odd", load="tests:Odd", traits=traits)
    return {**datasets, f"stranger/{name}": (card, lambda: type("Odd", (_Odd,), attributes))}


@pytest.mark.fault("F: file that two formats claim")
def test_two_formats_that_claim_a_file_are_both_named(datasets, tmp_path):
    path = tmp_path / "s.csv"
    path.write_text("user,item\na,x\n", encoding="utf-8")
    both = _offer(datasets, "other", ("format",))
    with pytest.raises(InputError, match=r"lmrs/csv and stranger/other.*data\.format"):
        load(DataSettings(source=str(path)), both)
    with pytest.raises(InputError, match="leave-one-out"):  # it was read: one event is too few
        load(DataSettings(source=str(path), format="stranger/other"), both)


def test_one_short_name_for_two_sets_is_refused_and_the_full_one_works(datasets):
    both = _offer(datasets, "synthetic")
    with pytest.raises(InputError, match="lmrs/synthetic, stranger/synthetic"):
        load(DataSettings(source="synthetic"), both)
    assert load(DataSettings(source="lmrs/synthetic"), both).bundle.count("user") == 600


@pytest.mark.fault("F: reader of a plugin that breaks the contract")
@pytest.mark.parametrize(
    "columns",
    [
        {"user": ["u"]},
        {"user": ["u", None], "item": ["i", "j"]},
        {"user": ["u"], "item": ["i"], "timestamp": ["now"]},
    ],
)
def test_a_reader_that_breaks_the_contract_is_named(columns, datasets):
    with pytest.raises(PluginError, match="stranger/odd"):
        load(DataSettings(source="odd"), _offer(datasets, "odd", tables=Tables("odd", pa.table(columns))))


@pytest.mark.fault("F: file that may not be read")
def test_an_unreadable_file_is_one_line(tmp_path, loaded, monkeypatch):
    path = tmp_path / "s.csv"
    path.write_text("user,item\na,x\n", encoding="utf-8")

    def refused(self: Path) -> bytes:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "read_bytes", refused)
    with pytest.raises(InputError, match=r"s\.csv: cannot be read \(Permission denied\)"):
        loaded(path)


splits = st.sampled_from(
    [{"by": "leave-one-out"}, {"by": "temporal", "valid": 0.2, "test": 0.2}, {"by": "users", "test": 0.3}]
)


@pytest.mark.fault("F: any events at all")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 4), st.integers(1, 5)), min_size=1, max_size=40
    ),
    how=splits,
    policy=st.sampled_from(["strict", "quarantine"]),
    wishes=st.fixed_dictionaries(
        {},
        optional={
            "min_user": st.integers(1, 3),
            "min_item": st.integers(1, 3),
            "min_rating": st.just(2),
            "max_users": st.just(3),
        },
    ),
)
def test_any_events_make_a_sound_bundle_or_one_clear_line(rows, how, policy, wishes, tmp_path_factory, loaded):
    path = tmp_path_factory.mktemp("any") / "s.csv"
    lines = [f"u{u},i{i},{t},{r}\n" for u, i, t, r in rows]
    path.write_text("user,item,timestamp,rating\n" + "".join(lines), encoding="utf-8")
    try:
        found = loaded(path, split=how, policy=policy, **wishes)
    except InputError as error:
        assert "\n" not in str(error)  # noqa: PT017
        return
    bundle = found.bundle
    users, items, times = bundle.users, bundle.items, bundle.column("timestamp")
    names = [f"u{u}" for u, *_ in rows]
    assert list(bundle.vocabularies["user"].ids) == [
        u for u in dict.fromkeys(names) if u in bundle.vocabularies["user"]
    ]
    assert (np.diff(users) >= 0).all()
    assert (np.diff(times)[np.diff(users) == 0] >= 0).all()
    assert set(users) == set(range(bundle.count("user")))
    assert set(items) == set(range(bundle.count("item")))
    assert np.bincount(users).min() >= wishes.get("min_user", 0)
    assert np.bincount(items).min() >= wishes.get("min_item", 0)
    wanted = {(f"u{u}", f"i{i}", float(t), float(r)) for u, i, t, r in rows if r >= wishes.get("min_rating", 0)}
    ids = bundle.vocabularies
    got = [
        (ids["user"].ids[u], ids["item"].ids[i], t, r)
        for u, i, t, r in zip(users, items, times, bundle.column("rating"), strict=True)
    ]
    assert set(got) <= wanted
    if policy == "quarantine":
        assert len(set(got)) == len(got)
    if not wishes:
        assert set(got) == wanted
        assert policy == "quarantine" or len(got) == len(rows)


@pytest.mark.fault("F: duplicate interactions: they count for no k-core")
def test_duplicates_that_are_left_out_do_not_count_for_the_core(tmp_path, loaded):
    path = tmp_path / "s.csv"
    rows = [f"a,{item},{time}" for time, item in enumerate("xyz")] + ["b,x,1"] * 3
    path.write_text("user,item,timestamp\n" + "\n".join(rows) + "\n", encoding="utf-8")
    assert loaded(path, min_user=3).after.users == 2
    assert loaded(path, min_user=3, policy="quarantine").after.users == 1


def test_memory_is_a_small_multiple_of_the_file(tmp_path, loaded):
    rng = np.random.default_rng(0)
    count = 200_000
    columns = (
        rng.integers(10_000, size=count),
        rng.integers(3000, size=count),
        rng.integers(10**9, 2 * 10**9, size=count),
    )
    rows = "\n".join(f"{u}\t{i}\t{t}" for u, i, t in zip(*(side.tolist() for side in columns), strict=True))
    path = tmp_path / "s.inter"
    path.write_text(f"user_id:token\titem_id:token\ttimestamp:float\n{rows}\n", encoding="utf-8")
    size = path.stat().st_size
    del rows, columns
    pool = pa.system_memory_pool()
    old = pa.default_memory_pool()
    pa.set_memory_pool(pool)
    tracemalloc.start()
    try:
        assert loaded(path, min_user=5, min_item=5).after.events > 190_000
        peak = tracemalloc.get_traced_memory()[1] + pool.max_memory()
    finally:
        tracemalloc.stop()
        pa.set_memory_pool(old)
    assert peak < 15 * size
