from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from lmrs.runs.atomic import verify, write_folder
from lmrs.runs.errors import CorruptError
from lmrs_plugins.errors import InputError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    def write(folder: Path) -> None:
        (folder / "inner").mkdir()
        (folder / "a.bin").write_bytes(bytes(range(100)))
        (folder / "inner" / "b.txt").write_text("text")

    write_folder(tmp_path / "t", write)
    (tmp_path / "outside.txt").write_text("text")
    return tmp_path / "t"


def flip(path: Path, bit: int) -> None:
    data = bytearray(path.read_bytes())
    data[bit // 8] ^= 1 << bit % 8
    path.write_bytes(data)


def grow(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"x")


def link(path: Path, to: Path) -> None:
    path.unlink()
    path.symlink_to(to)


CASES: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing-file": (lambda t: (t / "a.bin").unlink(), "a.bin: missing"),
    "missing-inner-file": (lambda t: (t / "inner" / "b.txt").unlink(), "b.txt: missing"),
    "missing-manifest": (lambda t: (t / "manifest.json").unlink(), "manifest.json: missing"),
    "missing-folder": (shutil.rmtree, "no such folder"),
    "truncated-0": (lambda t: os.truncate(t / "a.bin", 0), "a.bin: 0 bytes where 100"),
    "truncated-99": (lambda t: os.truncate(t / "a.bin", 99), "a.bin: 99 bytes where 100"),
    "longer": (lambda t: grow(t / "a.bin"), "a.bin: 101 bytes where 100"),
    "one-bit": (lambda t: flip(t / "a.bin", 77), "a.bin: sha256 differs"),
    "extra-file": (lambda t: (t / "c").write_text(""), "c: not in manifest.json"),
    "extra-inner-file": (lambda t: (t / "inner" / "c").write_text(""), "c: not in manifest.json"),
    "link-to-a-file-outside": (lambda t: link(t / "inner" / "b.txt", t.parent / "outside.txt"), "leads outside"),
    "link-to-a-folder-outside": (lambda t: (t / "up").symlink_to(".."), "up: a link that leads outside"),
    "link-to-nothing": (lambda t: link(t / "a.bin", t / "gone"), "a.bin: a link to nothing"),
    "pipe": (lambda t: os.mkfifo(t / "pipe"), "pipe: not a regular file"),
    "empty-manifest": (lambda t: os.truncate(t / "manifest.json", 0), "no JSON"),
    "manifest-list": (lambda t: (t / "manifest.json").write_text("[]"), "no list of files"),
    "manifest-not-text": (lambda t: (t / "manifest.json").write_bytes(b"\xff\xfe{"), "no JSON"),
    "manifest-nested": (lambda t: (t / "manifest.json").write_text("[" * 100_000), "no JSON"),
}


@pytest.mark.fault("D: sealed folder: {id}")
@pytest.mark.parametrize(("harm", "says"), CASES.values(), ids=CASES)
def test_harm_is_named(folder: Path, harm: Callable[[Path], object], says: str) -> None:
    harm(folder)
    with pytest.raises(CorruptError, match=says) as caught:
        verify(folder)
    assert isinstance(caught.value, InputError)
    assert "\n" not in str(caught.value)


@pytest.mark.fault("D: any bit of a manifest flipped")
def test_every_bit_of_a_manifest_counts(folder: Path) -> None:
    path = folder / "manifest.json"
    whole = path.read_bytes()
    passed = []
    for bit in range(len(whole) * 8):
        flip(path, bit)
        try:
            verify(folder)
            passed.append(bit)
        except CorruptError:
            pass
        path.write_bytes(whole)
    assert passed == []


def resigned(folder: Path, **changes: object) -> None:
    """The manifest with changes and a digest that fits them."""
    import hashlib

    body = {**json.loads((folder / "manifest.json").read_text()), **changes}
    body.pop("digest")
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps({**body, "digest": digest}))


@pytest.mark.fault("E: manifest names a file outside: {id}")
@pytest.mark.parametrize("name", ["../outside.txt", "inner/../../outside.txt", "/etc/hostname"])
def test_a_manifest_cannot_name_a_file_outside(folder: Path, name: str) -> None:
    resigned(folder, files={name: {"size": 4, "sha256": ""}})
    for path in (folder / "a.bin", folder / "inner" / "b.txt"):
        path.unlink()
    with pytest.raises(CorruptError, match="outside the folder"):
        verify(folder)


@pytest.mark.fault("D: manifest of a later version")
def test_a_manifest_of_a_later_format_says_update(folder: Path) -> None:
    resigned(folder, format=2)
    with pytest.raises(CorruptError, match=r"format 2.*update lmrs"):
        verify(folder)


def test_what_a_file_manager_drops_is_no_harm(folder: Path) -> None:
    (folder / ".DS_Store").write_bytes(b"x")
    verify(folder)


@pytest.mark.fault("D: the disk cannot read a file")
def test_a_file_that_cannot_be_read_is_corrupt(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Path.open

    def refuse(path: Path, *args: object, **more: object) -> object:
        if path.name == "a.bin":
            raise OSError(5, "Input/output error", str(path))
        return opened(path, *args, **more)

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(CorruptError, match=r"a\.bin: cannot be read \(Input/output error\)"):
        verify(folder)
