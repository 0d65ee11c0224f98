"""Artifacts."""

from __future__ import annotations

import numpy as np

from lmrs_plugins import Artifact

VECTORS = np.arange(6, dtype=np.float32).reshape(2, 3)


def test_equal_contents_have_equal_digests() -> None:
    one = Artifact({"a": VECTORS, "b": VECTORS[0]}, {"x": 1, "y": [2]})
    other = Artifact({"b": VECTORS[0].copy(), "a": np.asfortranarray(VECTORS)}, {"y": [2], "x": 1})
    assert one.digest == other.digest


def test_names_values_types_shapes_and_facts_all_count() -> None:
    different = [
        Artifact(),
        Artifact({"a": VECTORS}),
        Artifact({"b": VECTORS}),
        Artifact({"a": VECTORS + 1}),
        Artifact({"a": VECTORS.astype(np.float64)}),
        Artifact({"a": VECTORS.view(np.int32)}),
        Artifact({"a": VECTORS.reshape(3, 2)}),
        Artifact({"a": VECTORS}, {"x": 1}),
        Artifact({"a": VECTORS}, {"x": 2}),
    ]
    assert len({artifact.digest for artifact in different}) == len(different)


def test_what_it_is_aligned_to_is_no_part_of_what_it_holds() -> None:
    assert Artifact({"a": VECTORS}, aligned={"item": "x"}).digest == Artifact({"a": VECTORS}).digest
