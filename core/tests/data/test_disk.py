"""Bundles and atomic files on disk: exact, whole or not there at all."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from lmrs.data import store
from lmrs.data.describe import describe
from lmrs.data.write import write_atomic
from lmrs_plugins.bundle import Bundle
from lmrs_plugins.dataset import Tables
from lmrs_plugins.errors import InputError
from lmrs_plugins.vocabulary import Vocabulary


def test_a_stored_bundle_comes_back_exactly(generated, tmp_path):
    store.save(generated.bundle, tmp_path / "bundle")
    back = store.load(tmp_path / "bundle")
    assert back.fingerprint == generated.bundle.fingerprint
    assert back.vocabularies["item"].ids == generated.bundle.vocabularies["item"].ids
    assert back.interactions.equals(generated.bundle.interactions)
    assert back.part.tolist() == generated.bundle.part.tolist()
    assert not [file for file in (tmp_path / "bundle").rglob("*") if file.suffix in (".pkl", ".pt", ".npy")]


def test_a_stored_bundle_keeps_blocks_and_odd_ids(tmp_path):
    words = Vocabulary("item", ["a\nb", '"', "ü"]).grown(["new"])
    table = pa.table({"user": np.array([0]), "item": np.array([2]), "rating": pa.array([None], pa.float64())})
    bundle = Bundle("odd", {"user": Vocabulary("user", ["u"]), "item": words}, table)
    store.save(bundle, tmp_path / "b")
    back = store.load(tmp_path / "b")
    assert back.vocabularies["item"].blocks == (3, 1)
    assert list(back.vocabularies["item"].ids) == ["a\nb", '"', "ü", "new"]
    assert back.part is None
    assert back.fingerprint == bundle.fingerprint


@pytest.mark.fault("D: stored data: damaged")
@pytest.mark.parametrize("how", ["cut", "other", "gone", "json", "form"])
def test_a_damaged_store_is_refused(how, generated, tmp_path):
    folder = tmp_path / "b"
    store.save(generated.bundle, folder)
    events = folder / "tables" / "event.1.arrow"
    if how == "cut":
        events.write_bytes(events.read_bytes()[:-200])
    elif how == "other":
        with pa.ipc.open_file(pa.memory_map(str(events))) as file:
            table = file.read_all()
        events.unlink()
        with pa.ipc.new_file(events, table.schema) as file:
            file.write_table(table.slice(0, 100))
    elif how == "gone":
        events.unlink()
    else:
        about = folder / "bundle.json"
        text = about.read_text(encoding="utf-8")
        about.write_text(text[:50] if how == "json" else text.replace('"form": 2', '"form": 9'), encoding="utf-8")
    with pytest.raises(InputError, match="load the data again") as error:
        store.load(folder)
    assert "\n" not in str(error.value)


def _fingerprint(table=None, images=None, part=None):
    table = table if table is not None else pa.table({"user": np.zeros(2, np.int64), "item": np.array([0, 1])})
    words = {"user": Vocabulary("user", ["u"]), "item": Vocabulary("item", ["a", "b"])}
    return Bundle("x", words, table, images=images or {}, part=part).fingerprint


def test_a_fingerprint_is_of_content_not_of_chunks(generated):
    bundle = generated.bundle
    events = bundle.interactions
    cut = pa.concat_tables([events.slice(0, 7), events.slice(7, 1), events.slice(8)])
    items = bundle.tables["item"]
    twice = pa.concat_tables([items, items])
    later = twice.slice(items.num_rows)
    pictures = pa.concat_arrays([pa.array([b"x"]), bundle.images["item"]]).slice(1)
    other = replace(bundle, interactions=cut, tables={**bundle.tables, "item": later}, images={"item": pictures})
    assert other.fingerprint == bundle.fingerprint


def test_a_fingerprint_ignores_what_hides_under_a_null():
    valid = pa.py_buffer(np.packbits([1, 0], bitorder="little").tobytes())
    columns = [
        pa.Array.from_buffers(pa.int64(), 2, [valid, pa.py_buffer(np.array([5, hidden], dtype=np.int64))])
        for hidden in (0, 9)
    ]
    first, second = (
        pa.table({"user": np.zeros(2, np.int64), "item": np.array([0, 1]), "more": one}) for one in columns
    )
    assert _fingerprint(first) == _fingerprint(second)


def test_a_fingerprint_tells_every_change():
    def table(**more):
        return pa.table({"user": np.zeros(2, np.int64), "item": np.array([0, 1]), **more})

    texts = pa.list_(pa.string())
    prints = [
        _fingerprint(),
        _fingerprint(table(a=pa.array(["x", "yz"]))),
        _fingerprint(table(a=pa.array(["xy", "z"]))),
        _fingerprint(table(a=pa.array(["", None]))),
        _fingerprint(table(a=pa.array([None, ""]))),
        _fingerprint(table(b=pa.array([None, ""]))),
        _fingerprint(table(a=pa.array([["x"], ["y", "z"]], texts))),
        _fingerprint(table(a=pa.array([["x", "y"], ["z"]], texts))),
        _fingerprint(table(a=pa.array([[], None], texts))),
        _fingerprint(table(a=pa.array([1.0, 2.0]))),
        _fingerprint(table(a=pa.array([1, 2]))),
        _fingerprint(table(a=pa.array([True, False]))),
        _fingerprint(images={"item": pa.array([b"", b"x"])}),
        _fingerprint(images={"item": pa.array([b"x", b""])}),
        _fingerprint(part=np.array([0, 1], dtype=np.int8)),
        _fingerprint(part=np.array([0, 2], dtype=np.int8)),
    ]
    assert len(set(prints)) == len(prints)


def test_atomic_files_give_the_same_bundle_again(generated, read, loaded, tmp_path):
    write_atomic(read("synthetic"), tmp_path / "synthetic")
    assert loaded(tmp_path / "synthetic").bundle.fingerprint == generated.bundle.fingerprint


def _small(**more):
    table = pa.table({"user": ["u"], "item": ["i"], **more})
    return Tables("s", table)


@pytest.mark.fault("F: written data: ids with tabs or line breaks")
@pytest.mark.parametrize("table", [{"user": ["a\tb"], "item": ["i"]}, {"user": ["u"], "item": ["x\ny"]}])
def test_ids_that_atomic_files_cannot_hold_are_refused(table, tmp_path):
    with pytest.raises(InputError, match="tab or a line break"):
        write_atomic(Tables("s", pa.table(table)), tmp_path / "s")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.fault("F: written data: words with a space")
def test_a_list_word_with_a_space_is_refused(tmp_path):
    items = pa.table({"id": ["i"], "categories": pa.array([["Sci Fi"]])})
    with pytest.raises(InputError, match="space"):
        write_atomic(replace(_small(), tables={"item": items}), tmp_path / "s")
    assert list(tmp_path.iterdir()) == []


def test_numbers_come_back_to_the_last_digit(tmp_path, read):
    values = [0.1, 1e-300, 123456789.123456789, -0.5, 3.0]
    table = pa.table({"user": ["u"] * 5, "item": list("abcde"), "timestamp": values})
    write_atomic(Tables("s", table), tmp_path / "s")
    assert read(tmp_path / "s").interactions.column("timestamp").to_pylist() == values


@pytest.mark.fault("F: written data: ids that look like paths")
def test_pictures_of_odd_ids_come_back(tmp_path, read):
    ids = ["a/b", "../up", "ü.png", "."]
    images = pa.table({"id": ids, "image": pa.array([b"\x89PNG" + id_.encode() for id_ in ids])})
    write_atomic(replace(_small(), images={"item": images}), tmp_path / "s")
    back = read(tmp_path / "s").images["item"].to_pylist()
    assert {one["id"]: one["image"] for one in back} == {id_: b"\x89PNG" + id_.encode() for id_ in ids}
    assert [file.name for file in tmp_path.iterdir()] == ["s"]


@pytest.mark.fault("F: written data: full disk")
@pytest.mark.parametrize("write", ["atomic", "store"])
def test_a_full_disk_leaves_nothing(write, generated, read, tmp_path, monkeypatch):
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    save = {"atomic": lambda to: write_atomic(_small(), to), "store": lambda to: store.save(generated.bundle, to)}[
        write
    ]
    with pytest.raises(InputError, match="No space left on device"):
        save(tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.fault("F: written data: folder that is taken or may not be written")
def test_a_folder_that_cannot_be_written_and_one_that_is_taken(tmp_path, monkeypatch):
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "mine").write_text("keep", encoding="utf-8")
    with pytest.raises(InputError, match="exists already"):
        write_atomic(_small(), taken)
    assert (taken / "mine").read_text(encoding="utf-8") == "keep"

    def refused(self: Path, *_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "mkdir", refused)
    with pytest.raises(InputError, match="Permission denied"):
        write_atomic(_small(), tmp_path / "new" / "out")


def test_description_counts(generated):
    found = describe(generated)
    assert found["counts"] == {"users": 600, "items": 400, "events": generated.bundle.count("event")}
    assert 0.9 < found["sparsity"] < 1
    assert found["parts"]["test"] == 600
    assert found["data"]["item.title"] == 1.0
    assert found["history"]["min"] <= found["history"]["median"] <= found["history"]["max"]


def test_description_names_problems_and_shares(tmp_path, loaded):
    path = tmp_path / "s.inter"
    path.write_text("user_id:token\titem_id:token\n" + "a\tx\n" * 3 + "a\n" * 30, encoding="utf-8")
    (tmp_path / "s.item").write_text("item_id:token\ttitle:token_seq\nx\t\n", encoding="utf-8")
    found = describe(loaded(path, policy="quarantine"))
    assert found["problems"]["total"] == 30
    assert found["problems"]["first"][0]["row"] == 5
    assert found["data"]["item.title"] == 0.0
