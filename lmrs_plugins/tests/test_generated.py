"""The data that components are checked on."""

from __future__ import annotations

import struct
import zlib

import numpy as np

from lmrs_plugins.bundle import PARTS
from lmrs_plugins.testing import generated_bundle, grown


def test_it_is_the_same_every_time_and_ordered_as_the_contract_says() -> None:
    bundle = generated_bundle()
    assert bundle.fingerprint == generated_bundle().fingerprint
    times = bundle.interactions.column("timestamp").to_numpy()
    assert (np.lexsort((times, bundle.users)) == np.arange(len(times))).all()


def test_the_last_event_of_each_user_is_for_testing_and_the_one_before_for_validation() -> None:
    bundle = generated_bundle()
    assert bundle.part is not None
    named = [[PARTS[part] for part in bundle.part[bundle.histories[user]]] for user in range(bundle.count("user"))]
    assert all(parts[-2:] == ["valid", "test"] and set(parts[:-2]) == {"train"} for parts in named)
    assert min(map(len, named)) == 3


def test_something_of_every_kind_is_missing() -> None:
    bundle = generated_bundle()
    seen = np.bincount(bundle.training().items, minlength=bundle.count("item")) > 0
    assert not seen.all()
    assert None in bundle.texts("item", "title")
    assert bundle.tables["item"].column("categories").null_count == 1
    assert (bundle.links["item"] == -1).sum() == 1
    assert bundle.images["item"].to_pylist().count(b"") == 1
    assert len({bundle.count(subject) for subject in ("user", "item", "entity")}) == 3


def test_pictures_are_png() -> None:
    picture = generated_bundle().images["item"][0].as_py()
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", picture[16:24])
    body = picture[picture.index(b"IDAT") + 4 : picture.index(b"IEND") - 8]
    assert len(zlib.decompress(body)) == height * (1 + 3 * width)


def test_growing_adds_rows_everywhere_and_changes_none() -> None:
    old = generated_bundle()
    new = grown(old, "item", 3)
    assert new.vocabularies["item"].blocks == (24, 3)
    assert len(new.tables["item"]) == len(new.links["item"]) == len(new.images["item"]) == 27
    assert new.tables["item"].slice(0, 24).equals(old.tables["item"])
    assert new.texts("item", "title")[24:] == [None] * 3
    assert new.interactions.equals(old.interactions)
