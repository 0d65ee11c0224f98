from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from lmrs.runs.artifacts import check_aligned, load_artifact, save_artifact
from lmrs.runs.errors import CorruptError, MismatchError
from lmrs_plugins.artifact import Artifact
from lmrs_plugins.errors import InputError, PluginError
from lmrs_plugins.vocabulary import Vocabulary

ITEMS = Vocabulary("item", ["a", "b", "c"])
VECTORS = Artifact(arrays={"vectors": np.arange(6.0).reshape(3, 2)}, facts={"node": "item"})


def same(a: Artifact, b: Artifact) -> bool:
    return (
        a.digest == b.digest
        and a.facts == b.facts
        and a.aligned == b.aligned
        and a.blocks == b.blocks
        and all(a.arrays[name].dtype == b.arrays[name].dtype for name in a.arrays)
    )


def test_it_comes_back_aligned(tmp_path: Path) -> None:
    done = save_artifact(tmp_path, "vectors", VECTORS, {"item": ITEMS})
    assert done.aligned == {"item": ITEMS.digest}
    assert done.blocks == {"item": (3,)}
    found = load_artifact(tmp_path, "vectors")
    assert same(found, done)
    assert np.array_equal(found.arrays["vectors"], VECTORS.arrays["vectors"])
    found.arrays["vectors"][0, 0] = 5.0  # type: ignore[index]


@given(
    array=arrays.arrays(
        dtype=arrays.scalar_dtypes() | arrays.unicode_string_dtypes(max_len=5) | arrays.byte_string_dtypes(max_len=5),
        shape=arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3),
    ),
    order=st.sampled_from("CF"),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_arrays_of_every_type_and_shape_come_back(tmp_path: Path, array: np.ndarray[Any, Any], order: Any) -> None:
    given_array = np.asarray(array, order=order)
    save_artifact(tmp_path, "a", Artifact(arrays={"x": given_array}))
    found = load_artifact(tmp_path, "a").arrays["x"]
    assert found.dtype == given_array.dtype
    assert found.shape == given_array.shape
    assert found.tobytes() == given_array.tobytes()


def test_facts_with_keys_that_json_reorders_keep_their_digest(tmp_path: Path) -> None:
    done = save_artifact(tmp_path, "a", Artifact(facts={"codes": {10: "x", 9: ("y", 1)}}))
    assert same(load_artifact(tmp_path, "a"), done)
    assert done.facts == {"codes": {"10": "x", "9": ["y", 1]}}


@pytest.mark.fault("E: artifact of a name that is no folder's")
@pytest.mark.parametrize(
    "name", ["", "..", "../up", "a/b", "/etc/x", ".hidden", "-dash", "a" * 200, "a\nb", "a\0b"], ids=repr
)
def test_a_name_that_is_no_folder_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="artifact name"):
        save_artifact(tmp_path / "inner", name, VECTORS)
    with pytest.raises(InputError, match="artifact name"):
        load_artifact(tmp_path / "inner", name)
    assert list(tmp_path.iterdir()) == []


BAD: dict[str, Artifact] = {
    "objects": Artifact(arrays={"x": np.array([{}, None], dtype=object)}),
    "structures": Artifact(arrays={"x": np.zeros(2, dtype=[("a", "i4"), ("b", "O")])}),
    "facts-not-json": Artifact(facts={"x": {1, 2}}),
    "facts-cyclic": Artifact(facts=(lambda d: d.update(x=d) or d)({})),
}


@pytest.mark.fault("E: artifact with {id}")
@pytest.mark.parametrize("artifact", BAD.values(), ids=BAD)
def test_what_cannot_be_kept_names_the_artifact(tmp_path: Path, artifact: Artifact) -> None:
    with pytest.raises(PluginError, match="artifact odd"):
        save_artifact(tmp_path, "odd", artifact)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.fault("D: an artifact is missing")
def test_a_missing_artifact_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no artifact vectors"):
        load_artifact(tmp_path, "vectors")


@pytest.mark.fault("D: one bit of an artifact flipped: {id}")
@pytest.mark.parametrize("file", ["arrays.safetensors", "artifact.json", "manifest.json"])
def test_one_flipped_bit_is_found(tmp_path: Path, file: str) -> None:
    save_artifact(tmp_path, "a", VECTORS)
    path = tmp_path / "a" / file
    data = bytearray(path.read_bytes())
    data[-2] ^= 1
    path.write_bytes(data)
    with pytest.raises(CorruptError, match=file):
        load_artifact(tmp_path, "a")


def edit(**changes: object) -> Callable[[Path], None]:
    def do(folder: Path) -> None:
        path = folder / "artifact.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))

    return do


FORGED: dict[str, tuple[Callable[[Path], object], str]] = {
    "facts-changed": (edit(facts={"node": "user"}), "digest"),
    "digest-changed": (edit(digest="0" * 64), "digest"),
    "blocks-text": (edit(blocks={"item": "x"}), "not the description"),
    "facts-a-number": (edit(facts=3), "not the description"),
    "not-json": (lambda folder: (folder / "artifact.json").write_text("{"), "not the description"),
    "an-object-type": (
        lambda folder: (folder / "arrays.safetensors").write_bytes(
            (folder / "arrays.safetensors").read_bytes().replace(b"<f8", b"|O8")
        ),
        "not the description",
    ),
    "arrays-swapped": (
        lambda folder: (folder / "arrays.safetensors").write_bytes(
            (folder / "arrays.safetensors").read_bytes().replace(b"<f8", b"<i8")
        ),
        "digest",
    ),
}


@pytest.mark.fault("E: forged artifact: {id}")
@pytest.mark.parametrize(("harm", "says"), FORGED.values(), ids=FORGED)
def test_a_forged_artifact_under_a_fitting_manifest_is_refused(
    tmp_path: Path, reseal: Callable[[Path], None], harm: Callable[[Path], object], says: str
) -> None:
    save_artifact(tmp_path, "a", VECTORS, {"item": ITEMS})
    harm(tmp_path / "a")
    reseal(tmp_path / "a")
    with pytest.raises(CorruptError, match=says):
        load_artifact(tmp_path, "a")


FITS = {
    "unchanged": Vocabulary("item", ["a", "b", "c"]),
    "grown": ITEMS.grown(["d"]),
    "grown-twice": ITEMS.grown(["d"]).grown(["e", "f"]),
}
MISFITS = {
    "renamed": Vocabulary("item", ["a", "b", "x"]),
    "reordered": Vocabulary("item", ["b", "a", "c"]),
    "shorter": Vocabulary("item", ["a", "b"]),
    "longer-in-one-block": Vocabulary("item", ["a", "b", "c", "d"]),
    "other-blocks": Vocabulary("item", ["a", "b", "c"], (2, 1)),
    "grown-after-a-change": Vocabulary("item", ["a", "b", "x"]).grown(["d"]),
    "empty": Vocabulary("item", []),
}


@pytest.mark.parametrize("now", FITS.values(), ids=FITS)
def test_a_vocabulary_that_only_grew_fits(tmp_path: Path, now: Vocabulary) -> None:
    save_artifact(tmp_path, "a", VECTORS, {"item": ITEMS})
    check_aligned(load_artifact(tmp_path, "a"), {"item": now, "user": ITEMS}, "a")


@pytest.mark.fault("D: artifact of another vocabulary: {id}")
@pytest.mark.parametrize("now", MISFITS.values(), ids=MISFITS)
def test_a_vocabulary_that_changed_is_refused_by_name(tmp_path: Path, now: Vocabulary) -> None:
    done = save_artifact(tmp_path, "teachers", VECTORS, {"item": ITEMS})
    with pytest.raises(MismatchError, match=r"artifact teachers.*another set of items"):
        check_aligned(done, {"item": now}, "teachers")


@pytest.mark.fault("D: artifact of a vocabulary that has grown since")
def test_a_grown_vocabulary_does_not_fit_the_smaller_one(tmp_path: Path) -> None:
    done = save_artifact(tmp_path, "a", VECTORS, {"item": ITEMS.grown(["d"])})
    with pytest.raises(MismatchError):
        check_aligned(done, {"item": ITEMS}, "a")


@pytest.mark.fault("D: artifact of a subject that is gone")
def test_a_subject_that_is_gone_is_refused_by_name(tmp_path: Path) -> None:
    done = save_artifact(tmp_path, "a", VECTORS, {"item": ITEMS})
    with pytest.raises(MismatchError, match="artifact a: its rows are items"):
        check_aligned(done, {}, "a")
