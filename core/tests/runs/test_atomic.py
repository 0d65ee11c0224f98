from __future__ import annotations

import errno
import os
import subprocess
import tempfile
from pathlib import Path

import pytest

from lmrs.runs import atomic
from lmrs.runs.atomic import sweep, verify, write_file, write_folder
from lmrs_plugins.errors import InputError


def content(folder: Path, text: str = "new") -> None:
    (folder / "inner").mkdir()
    (folder / "inner" / "a.txt").write_text(text)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_folder_is_written_and_sealed(tmp_path: Path) -> None:
    write_folder(tmp_path / "deep" / "target", content)
    verify(tmp_path / "deep" / "target")
    assert names(tmp_path / "deep") == ["target"]
    assert names(tmp_path / "deep" / "target") == ["inner", "manifest.json"]


def test_a_folder_replaces_an_earlier_one_whole(tmp_path: Path) -> None:
    write_folder(tmp_path / "t", lambda folder: (folder / "old.txt").write_text("old") and None)
    write_folder(tmp_path / "t", content)
    assert names(tmp_path) == ["t"]
    assert names(tmp_path / "t") == ["inner", "manifest.json"]


REFUSALS = {
    "disk-full": (errno.ENOSPC, "the disk is full"),
    "quota": (errno.EDQUOT, "quota"),
    "read-only": (errno.EROFS, "read-only"),
    "no-permission": (errno.EACCES, "no permission"),
    "file-too-large": (errno.EFBIG, "larger"),
    "bad-disk": (errno.EIO, "error"),
}


@pytest.mark.fault("C: writing refused: {id}")
@pytest.mark.parametrize("moment", ["write", "mkdir", "fsync", "replace"])
@pytest.mark.parametrize(("number", "says"), REFUSALS.values(), ids=REFUSALS)
def test_a_refused_folder_is_one_line_and_leaves_the_earlier_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, says: str, moment: str
) -> None:
    write_folder(tmp_path / "t", lambda folder: content(folder, "old"))

    def refuse(*args: object, **more: object) -> None:
        raise OSError(number, os.strerror(number))

    def write(folder: Path) -> None:
        content(folder)
        if moment == "write":
            refuse()

    with monkeypatch.context() as patch:
        if moment != "write":
            patch.setattr(os, moment, refuse)
        with pytest.raises(InputError, match=says) as caught:
            write_folder(tmp_path / "t", write)
    message = str(caught.value)
    assert "--out" in message
    assert str(tmp_path / "t") in message
    assert "\n" not in message
    verify(tmp_path / "t")
    assert (tmp_path / "t" / "inner" / "a.txt").read_text() == "old"
    assert names(tmp_path) == ["t"]


@pytest.mark.fault("C: second rename refused")
def test_a_rename_refused_after_the_old_folder_moved_aside_puts_it_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_folder(tmp_path / "t", lambda folder: content(folder, "old"))
    replace, calls = os.replace, []

    def second_fails(source: str, target: str) -> None:
        calls.append(source)
        if len(calls) == 2:
            raise OSError(errno.ENOSPC, "full")
        replace(source, target)

    monkeypatch.setattr(os, "replace", second_fails)
    with pytest.raises(InputError, match="full"):
        write_folder(tmp_path / "t", content)
    assert (tmp_path / "t" / "inner" / "a.txt").read_text() == "old"
    assert names(tmp_path) == ["t"]


@pytest.mark.fault("C: writing a file refused: {id}")
@pytest.mark.parametrize("moment", ["fsync", "replace"])
def test_a_refused_file_leaves_the_earlier_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    write_file(tmp_path / "a.json", b"old")

    def refuse(*args: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patch:
        patch.setattr(os, moment, refuse)
        with pytest.raises(InputError, match="the disk is full"):
            write_file(tmp_path / "a.json", b"new")
    assert (tmp_path / "a.json").read_bytes() == b"old"
    assert names(tmp_path) == ["a.json"]


def test_errors_that_are_not_the_disks_pass_through(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_folder(tmp_path / "t", fail)
    with pytest.raises(FileNotFoundError):
        write_folder(tmp_path / "t", lambda folder: (folder / "no" / "where").write_text("") and None)
    assert names(tmp_path) == []


@pytest.mark.fault("C: part of the path is a file")
def test_part_of_the_path_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(InputError, match="--out"):
        write_folder(tmp_path / "file" / "t", content)
    with pytest.raises(InputError, match="it is a file"):
        write_folder(tmp_path / "file", content)
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.fault("C: folder that may not be written")
def test_a_folder_that_may_not_be_written() -> None:
    with tempfile.TemporaryDirectory() as name:
        home = Path(name, "home")
        home.mkdir()
        os.chmod(name, 0o755)
        os.chmod(home, 0o555)
        root = os.geteuid() == 0
        try:
            if root:
                os.seteuid(65534)
            with pytest.raises(InputError, match="no permission to write"):
                write_folder(home / "t", content)
            with pytest.raises(InputError, match="no permission to write"):
                write_file(home / "f", b"")
        finally:
            if root:
                os.seteuid(0)
            os.chmod(home, 0o755)
        assert names(home) == []


@pytest.mark.fault("C: disk really full in one write")
def test_a_disk_that_is_really_full(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], capture_output=True)
    if mounted.returncode:
        pytest.skip("mounting a small disk needs root")
    try:
        write_folder(disk / "t", lambda folder: content(folder, "old"))
        with pytest.raises(InputError, match="the disk is full"):
            write_folder(disk / "t", lambda folder: (folder / "big").write_bytes(bytes(1 << 20)) and None)
        verify(disk / "t")
        assert names(disk) == ["t"]
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_sweep_removes_leftovers_of_its_target_only(tmp_path: Path) -> None:
    for name in (".tmp-a", ".tmp-b", "a", "c"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x").write_text(name)
    (tmp_path / ".tmp-f").write_text("a file")
    sweep(tmp_path, "a")
    assert names(tmp_path) == [".tmp-b", ".tmp-f", "a", "c"]
    sweep(tmp_path)
    assert names(tmp_path) == ["a", "c"]


def test_a_sweep_puts_back_what_was_moved_aside_unless_it_was_replaced(tmp_path: Path) -> None:
    for name in (".old-a", ".old-b", "b", ".tmp-b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x").write_text(name)
    sweep(tmp_path)
    assert names(tmp_path) == ["a", "b"]
    assert (tmp_path / "a" / "x").read_text() == ".old-a"
    assert (tmp_path / "b" / "x").read_text() == "b"


def test_every_file_and_folder_is_forced_to_disk_before_the_rename(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    force, replace = atomic.force, os.replace
    monkeypatch.setattr(atomic, "force", lambda path: (told.append(path.name), force(path))[1])
    monkeypatch.setattr(os, "replace", lambda a, b: (told.append("rename"), replace(a, b))[1])
    write_folder(tmp_path / "t", content)
    at = told.index("rename")
    assert set(told[:at]) == {"a.txt", "inner", "manifest.json", ".tmp-t"}
    assert told[at + 1 :] == [tmp_path.name]
