"""The real files, where they are at hand."""

from __future__ import annotations

import numpy as np


def test_ml_100k_atomic(real, loaded):
    found = loaded(real("ml-100k"))
    assert (found.after.users, found.after.items, found.after.events) == (943, 1682, 100_000)
    assert found.problems == ()
    bundle = found.bundle
    row = bundle.vocabularies["item"].rows(["1"])[0]
    assert bundle.texts("item", "title")[row] == "Toy Story"
    assert bundle.tables["item"].column("categories").to_pylist()[row] == ["Animation", "Children's", "Comedy"]
    assert len(bundle.graphs["knowledge"]) == 91_631
    assert np.count_nonzero(bundle.links["item"] >= 0) == 1598


def test_ml_1m_in_order_of_time(real, loaded):
    found = loaded(real("ml-1m"), min_user=5, min_item=5)
    assert (found.before.users, found.before.items, found.before.events) == (6040, 3706, 1_000_209)
    assert (found.after.users, found.after.items, found.after.events) == (6040, 3416, 999_611)
    bundle = found.bundle
    first = bundle.items[bundle.histories.offsets[bundle.vocabularies["user"].rows(["1"])[0]]]
    assert bundle.vocabularies["item"].ids[first] == "3186"
    assert bundle.texts("item", "title")[first] == "Girl, Interrupted (1999)"
    assert np.bincount(bundle.part).tolist() == [999_611 - 2 * 6040, 6040, 6040]


def test_beauty_with_attributes(real, loaded):
    found = loaded(real("s3rec/Beauty.txt.gz"))
    assert (found.after.users, found.after.items, found.after.events) == (22_363, 12_101, 198_502)
    assert found.bundle.tables["item"].column("categories").null_count == 0


def test_beauty_pairs_filter_to_the_same_counts(real, loaded):
    found = loaded(real("seq/bert4rec_beauty.txt.gz"), min_user=5, min_item=5)
    assert (found.before.users, found.before.items, found.before.events) == (40_226, 54_542, 353_962)
    assert (found.after.users, found.after.items, found.after.events) == (22_363, 12_101, 198_502)


def test_ml_1m_parquet(real, read):
    assert read(real("ml-1m/ratings.parquet")).interactions.num_rows == 1_000_209
