from __future__ import annotations

import json
import os
import struct
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from lmrs.runs import tensors
from lmrs.runs.errors import CorruptError, MismatchError
from lmrs_plugins.errors import InputError, LmrsError

ALL = {
    "bool": torch.tensor([True, False]),
    "scalar": torch.tensor(3),
    "empty": torch.zeros(0, 5),
    "other_empty": torch.zeros(0, 5),
    "half": torch.tensor([1.5], dtype=torch.float16),
    "brain": torch.tensor([[1.5]], dtype=torch.bfloat16),
    "double": torch.tensor([0.1], dtype=torch.float64),
    "long": torch.tensor([2**62]),
    "byte": torch.arange(5, dtype=torch.uint8),
    "complex": torch.tensor([1 + 2j]),
    "slice": torch.arange(20.0)[3:9],
    "transposed": torch.arange(6.0).reshape(2, 3).T,
    "strided": torch.arange(10.0)[::3],
    "conjugate": torch.tensor([1 + 2j]).conj(),
}


def test_every_kind_comes_back(tmp_path: Path) -> None:
    tensors.save(tmp_path / "a", ALL, {"note": [1, "ü", None]})
    found, facts = tensors.load(tmp_path / "a")
    assert facts == {"note": [1, "ü", None]}
    assert found.keys() == ALL.keys()
    for name, tensor in ALL.items():
        assert found[name].dtype == tensor.dtype, name
        assert found[name].shape == tensor.shape, name
        assert torch.equal(found[name], tensor.resolve_conj()), name


def test_nan_bits_and_signed_zeros_survive(tmp_path: Path) -> None:
    bits = torch.tensor([0x7FC00001, 0x7F800001, -0x80000000, 1], dtype=torch.int32)
    tensors.save(tmp_path / "a", {"x": bits.view(torch.float32)})
    assert torch.equal(tensors.load(tmp_path / "a")[0]["x"].view(torch.int32), bits)


def test_tied_weights_are_stored_once_and_come_back_tied(tmp_path: Path) -> None:
    weight = torch.nn.Parameter(torch.randn(1000))
    tensors.save(tmp_path / "tied", {"item": weight, "head": weight, "other": weight.data.clone()})
    tensors.save(tmp_path / "single", {"item": weight, "other": weight.data.clone()})
    assert os.path.getsize(tmp_path / "tied") - os.path.getsize(tmp_path / "single") < 200
    found, _ = tensors.load(tmp_path / "tied")
    assert found["item"] is found["head"]
    assert found["other"] is not found["item"]
    assert torch.equal(found["other"], weight.data)


def test_overlapping_views_are_stored_apart(tmp_path: Path) -> None:
    whole = torch.arange(12.0)
    views = {"whole": whole, "matrix": whole.view(3, 4), "part": whole[2:5], "bits": whole.view(torch.int32)}
    tensors.save(tmp_path / "a", views)
    found, _ = tensors.load(tmp_path / "a")
    for name, tensor in views.items():
        assert torch.equal(found[name], tensor)
    found["whole"].zero_()
    assert found["matrix"].sum() == whole.sum()


def test_equal_tensors_give_equal_bytes(tmp_path: Path) -> None:
    tensors.save(tmp_path / "a", {"x": torch.ones(2), "y": torch.ones(3)}, {"p": 1, "q": 2})
    tensors.save(tmp_path / "b", {"y": torch.ones(3), "x": torch.ones(2)}, {"q": 2, "p": 1})
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_the_file_has_the_permissions_of_other_files(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    tensors.save(tmp_path / "a", {"x": torch.ones(2)})
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_loaded_tensors_do_not_depend_on_the_file(tmp_path: Path) -> None:
    tensors.save(tmp_path / "a", {"x": torch.ones(100_000)})
    found, _ = tensors.load(tmp_path / "a")
    os.truncate(tmp_path / "a", 0)
    assert found["x"].sum() == 100_000


def test_a_file_of_another_program_is_read(tmp_path: Path) -> None:
    save_file({"x": torch.ones(2)}, tmp_path / "a", {"format": "pt"})
    found, facts = tensors.load(tmp_path / "a")
    assert list(found) == ["x"]
    assert facts == {}


@pytest.mark.fault("D: tensor that cannot be saved: {id}")
@pytest.mark.parametrize("tensor", [torch.eye(2).to_sparse(), torch.ones(2, device="meta")], ids=["sparse", "meta"])
def test_what_has_no_dense_values_is_named(tmp_path: Path, tensor: torch.Tensor) -> None:
    with pytest.raises(LmrsError, match="odd is no dense tensor"):
        tensors.save(tmp_path / "a", {"odd": tensor})


def header(body: object, data: bytes = bytes(20)) -> bytes:
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return struct.pack("<Q", len(text)) + text + data


def entry(**changes: object) -> dict[str, object]:
    return {"x": {"dtype": "F32", "shape": [5], "data_offsets": [0, 20], **changes}}


def ours(text: str) -> dict[str, object]:
    return {"__metadata__": {"lmrs": text}, **entry()}


WHOLE = header(entry())
MALFORMED = {
    **{f"truncated-{part}": WHOLE[: len(WHOLE) * part // 100] for part in (0, 1, 50, 99)},
    "one-byte-more": WHOLE + b"x",
    "header-too-small": struct.pack("<Q", 0) + bytes(20),
    "header-too-large": struct.pack("<Q", 1 << 40) + b"{}",
    "header-of-all-ones": b"\xff" * 8 + b"{}",
    "header-beyond-the-file": struct.pack("<Q", 500) + b"{}",
    "header-not-json": header(b"abc"),
    "header-not-utf8": header(b'{"\xff": 1}'),
    "header-a-list": header([]),
    "header-nested-list": header(b"[" * 100_000),
    "header-nested-object": header(b'{"a":' * 100_000),
    "header-attack": header({f"t{i}": entry()["x"] for i in range(3)}),
    "shape-overflow": header(entry(shape=[2**62, 2**62])),
    "shape-negative": header(entry(shape=[-5])),
    "shape-not-the-bytes": header(entry(shape=[4])),
    "shape-text": header(entry(shape="five")),
    "offsets-reversed": header(entry(data_offsets=[20, 0])),
    "offsets-beyond-the-file": header(entry(data_offsets=[0, 4000])),
    "offsets-with-a-hole": header(entry(shape=[4], data_offsets=[4, 20])),
    "type-unknown": header(entry(dtype="OBJ")),
    "type-torch-lacks": header({"x": {"dtype": "F6_E2M3", "shape": [4], "data_offsets": [0, 3]}}, bytes(3)),
    "zero-sized-with-data": header(entry(shape=[0], data_offsets=[0, 0])),
    "facts-not-json": header(ours("{")),
    "facts-a-list": header(ours("[]")),
    "facts-of-a-later-format": header(ours('{"format": 2, "aliases": {}, "facts": {}}')),
    "facts-nested": header(ours("[" * 100_000)),
    "alias-to-nothing": header(ours('{"format": 1, "aliases": {"y": "gone"}, "facts": {}}')),
    "alias-over-a-tensor": header(ours('{"format": 1, "aliases": {"x": "x"}, "facts": {}}')),
    "alias-unhashable": header(ours('{"format": 1, "aliases": {"y": []}, "facts": {}}')),
}


def test_the_whole_file_of_these_cases_is_sound(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(WHOLE)
    assert tensors.load(tmp_path / "a")[0]["x"].shape == (5,)


@pytest.mark.fault("E: safetensors: {id}")
@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED)
def test_malformed_files_are_one_typed_line(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes(data)
    with pytest.raises(CorruptError) as caught:
        tensors.load(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.fault("E: safetensors: arbitrary bytes")
@given(data=st.binary(max_size=300), at=st.integers(0, len(WHOLE)))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_arbitrary_bytes_are_read_or_refused(tmp_path: Path, data: bytes, at: int) -> None:
    path = tmp_path / "a.safetensors"
    for text in (data, WHOLE[:at] + data, WHOLE[:at] + data + WHOLE[at + len(data) :]):
        path.write_bytes(text)
        try:
            found, _ = tensors.load(path)
        except CorruptError:
            continue
        assert all(isinstance(tensor, torch.Tensor) for tensor in found.values())


@pytest.mark.fault("E: safetensors: {id}")
@pytest.mark.parametrize("make", [Path.mkdir, lambda path: None], ids=["a-folder", "missing"])
def test_no_file_is_corrupt(tmp_path: Path, make: object) -> None:
    make(tmp_path / "a")  # type: ignore[operator]
    with pytest.raises(CorruptError, match="a: "):
        tensors.load(tmp_path / "a")


@pytest.mark.fault("D: weights that are not finite: {id}")
@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")], ids=["nan", "inf", "minus-inf"])
@pytest.mark.parametrize("kind", [torch.float32, torch.bfloat16, torch.float8_e5m2, torch.complex64], ids=str)
def test_weights_that_are_not_finite_are_named(tmp_path: Path, value: float, kind: torch.dtype) -> None:
    odd = torch.tensor([1.0, value]).to(kind)
    tensors.save(tmp_path / "a", {"good": torch.ones(2), "mask": odd, "ids": torch.arange(2)})
    with pytest.raises(CorruptError, match="mask holds NaN or infinity"):
        tensors.load(tmp_path / "a", finite=True)
    assert len(tensors.load(tmp_path / "a", finite=lambda name: name != "mask")[0]) == 3
    assert len(tensors.load(tmp_path / "a")[0]) == 3


@pytest.mark.fault("D: missing, unexpected and misshapen tensors")
def test_a_mismatch_lists_every_kind_in_one_line() -> None:
    wanted = {"a": torch.ones(2), "b": torch.ones(2, 3), "c": torch.ones(1)}
    found = {"b": torch.ones(3, 2), "c": torch.ones(1), "d": torch.ones(1)}
    with pytest.raises(MismatchError) as caught:
        tensors.check_match(found, wanted, "model")
    message = str(caught.value)
    assert "missing: a; unexpected: d; of another shape: b (3, 2) for (2, 3)" in message
    assert "\n" not in message
    assert isinstance(caught.value, InputError)
    tensors.check_match(wanted, wanted, "model")


@pytest.mark.fault("D: many missing tensors")
def test_a_long_mismatch_is_counted() -> None:
    with pytest.raises(MismatchError, match="missing: t0, t1, t2, t3, t4 and 3 more"):
        tensors.check_match({}, {f"t{i}": torch.ones(1) for i in range(8)}, "model")
