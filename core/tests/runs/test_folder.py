from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from lmrs.runs import folder as module
from lmrs.runs.errors import CorruptError
from lmrs.runs.folder import RunFolder
from lmrs.runs.provenance import versions
from lmrs_plugins.errors import InputError, LmrsError

RECIPE = "name: bert4rec\nsummary: ü\n"


def create(path: Path, **more: Any) -> RunFolder:
    return RunFolder.create(path, RECIPE, seed=7, fingerprint="abc", plugins={"sequence": "0.1"}, **more)


def finished(path: Path) -> None:
    with create(path) as run:
        run.events.append({"step": 1})
        run.note("finished", ended="now")
        run.write_result("test", {"ndcg@10": 0.5})
        run.report.write_text("old report")


def test_a_run_is_found_again(tmp_path: Path) -> None:
    finished(tmp_path / "run")
    run = RunFolder.open(tmp_path / "run")
    assert run.recipe() == RECIPE
    assert run.status == "finished"
    assert run.facts["seed"] == 7
    assert run.facts["plugins"] == {"sequence": "0.1"}
    assert run.facts["ended"] == "now"
    assert run.facts["versions"]["torch"] == metadata.version("torch")
    assert run.events.read() == [{"step": 1}]
    assert json.loads((run.results / "test.json").read_text()) == {"ndcg@10": 0.5}
    assert not (tmp_path / "run" / "lock").exists()


def test_versions_name_what_the_host_requires_and_what_is_missing() -> None:
    found = versions(["pytest", "no-such-distribution"])
    assert found["lmrs-plugins"] == metadata.version("lmrs-plugins")
    assert found["pytest"] == metadata.version("pytest")
    assert found["no-such-distribution"] == "not installed"
    assert {"python", "platform", "lmrs", "numpy", "safetensors"} <= found.keys()


def test_an_empty_folder_is_taken_and_stays_the_same_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".DS_Store").touch()
    before = tmp_path.stat().st_ino
    monkeypatch.chdir(tmp_path)
    create(Path(".")).close()
    assert RunFolder.open(tmp_path).recipe() == RECIPE
    assert tmp_path.stat().st_ino == before


@pytest.mark.fault("C: second run into the folder of a finished one")
def test_a_finished_run_is_not_overwritten_unless_told(tmp_path: Path) -> None:
    finished(tmp_path / "run")
    with pytest.raises(InputError, match="a finished run is here; choose another folder with --out"):
        create(tmp_path / "run")
    assert RunFolder.open(tmp_path / "run").status == "finished"
    (tmp_path / "run" / "mine.txt").write_text("kept")
    with create(tmp_path / "run", overwrite=True) as run:
        assert run.status == "running"
        assert run.events.read() == []
        assert not run.report.exists()
        assert not run.results.exists()
        assert "ended" not in run.facts
    assert (tmp_path / "run" / "mine.txt").read_text() == "kept"


@pytest.mark.fault("C: second run into the folder of an unfinished one")
def test_an_unfinished_run_is_to_be_resumed(tmp_path: Path) -> None:
    create(tmp_path / "run").close()
    with pytest.raises(InputError, match="a running run is here; go on with it by `lmrs resume"):
        create(tmp_path / "run")


@pytest.mark.fault("C: run into a folder of something else")
@pytest.mark.parametrize("overwrite", [False, True])
def test_what_is_no_run_is_never_overwritten(tmp_path: Path, overwrite: bool) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(InputError, match="there is something else here"):
        create(tmp_path, overwrite=overwrite)
    with pytest.raises(InputError, match="there is something else here"):
        create(tmp_path / "thesis.txt", overwrite=overwrite)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.fault("C: two processes on one run")
def test_two_writers_are_refused_and_readers_are_not(tmp_path: Path) -> None:
    with create(tmp_path / "run"):
        with pytest.raises(InputError, match="is writing here"):
            RunFolder.open(tmp_path / "run", write=True)
        with pytest.raises(InputError, match="is writing here"):
            create(tmp_path / "run", overwrite=True)
        assert RunFolder.open(tmp_path / "run").status == "running"
    with RunFolder.open(tmp_path / "run", write=True) as run:
        run.note("finished")
    assert RunFolder.open(tmp_path / "run").status == "finished"


def test_a_reader_changes_nothing(tmp_path: Path) -> None:
    finished(tmp_path / "run")
    run = RunFolder.open(tmp_path / "run")
    with pytest.raises(LmrsError, match="for reading only"):
        run.note("running")
    with pytest.raises(LmrsError, match="for reading only"):
        run.write_result("test", {})


@pytest.mark.fault("C: what a killed writer left is cleared")
def test_opening_to_write_clears_up_after_a_killed_writer(tmp_path: Path) -> None:
    create(tmp_path / "run").close()
    for path in ("checkpoints/.tmp-000001-step-1", "artifacts/.tmp-a", "artifacts/.old-a", ".tmp-model"):
        (tmp_path / "run" / path).mkdir(parents=True)
    RunFolder.open(tmp_path / "run", write=True).close()
    left = sorted(str(path.relative_to(tmp_path / "run")) for path in (tmp_path / "run").rglob("*"))
    assert left == ["artifacts", "artifacts/a", "checkpoints", "recipe.yaml", "run.json"]


@pytest.mark.fault("C: disk full where a run begins: {id}")
@pytest.mark.parametrize("moment", ["fsync", "replace"])
def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    def refuse(*args: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patch:
        patch.setattr(os, moment, refuse)
        with pytest.raises(InputError, match="the disk is full"):
            create(tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.fault("C: read-only place where a run begins")
def test_a_read_only_place_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **more: object) -> None:
        raise OSError(errno.EROFS, "read-only")

    monkeypatch.setattr(os, "mkdir", refuse)
    with pytest.raises(InputError, match="read-only; choose another folder with --out"):
        create(tmp_path / "run")


KILL = """
import os, signal, sys
from pathlib import Path
from lmrs.runs.folder import RunFolder
left = [int(sys.argv[2])]
for name in ("mkdir", "rename", "fsync", "replace", "unlink", "rmdir"):
    def wrap(real):
        def call(*args, **more):
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*args, **more)
        return call
    setattr(os, name, wrap(getattr(os, name)))
RunFolder.create(Path(sys.argv[1]), "name: x", seed=1, fingerprint="", overwrite=True)
"""


@pytest.mark.fault("C: SIGKILL at every call of the system while a run begins")
def test_killed_while_it_begins_a_run_can_be_begun_again(tmp_path: Path) -> None:
    killed = 0
    for call in range(1, 60):
        path = tmp_path / str(call)
        ended = subprocess.run([sys.executable, "-c", KILL, str(path), str(call)], check=False)
        if ended.returncode == 0:
            break
        assert ended.returncode == -9
        killed += 1
        with create(path, overwrite=True) as run:
            assert run.recipe() == RECIPE
    assert killed > 8


@pytest.mark.fault("D: description of a run: {id}")
@pytest.mark.parametrize(
    ("data", "error", "says"),
    [
        (None, InputError, "no run; give the folder"),
        (b"{", CorruptError, "no JSON"),
        (b"[]", CorruptError, "not the description of a run"),
        (b"{}", CorruptError, "not the description of a run"),
        (b"\xff", CorruptError, "no JSON"),
    ],
    ids=["missing", "torn", "a-list", "empty", "not-text"],
)
def test_a_damaged_description_is_one_line(
    tmp_path: Path, data: bytes | None, error: type[InputError], says: str
) -> None:
    finished(tmp_path / "run")
    (tmp_path / "run" / "run.json").unlink()
    if data is not None:
        (tmp_path / "run" / "run.json").write_bytes(data)
    for write in (False, True):
        with pytest.raises(error, match=says):
            RunFolder.open(tmp_path / "run", write=write)
    assert not (tmp_path / "run" / "lock").exists()


@pytest.mark.fault("D: no run where one is named")
def test_no_folder_and_a_file_are_no_run(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for name in ("none", "file"):
        with pytest.raises(InputError, match="no run"):
            RunFolder.open(tmp_path / name)


@pytest.mark.fault("D: run of a later version")
def test_a_later_format_says_update(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_FORMAT", 2)
    create(tmp_path / "run").close()
    monkeypatch.undo()
    with pytest.raises(InputError, match="format 2, this version reads 1; update lmrs"):
        RunFolder.open(tmp_path / "run")


@pytest.mark.fault("D: the recipe of a run is missing")
def test_a_missing_recipe_is_one_line(tmp_path: Path) -> None:
    create(tmp_path / "run").close()
    (tmp_path / "run" / "recipe.yaml").unlink()
    with pytest.raises(CorruptError, match=r"recipe\.yaml: cannot be read"):
        RunFolder.open(tmp_path / "run").recipe()


@pytest.mark.fault("C: other data than the run began with")
def test_other_data_are_refused(tmp_path: Path) -> None:
    with create(tmp_path / "run") as run:
        run.check_fingerprint("abc")
        with pytest.raises(InputError, match="the data have changed"):
            run.check_fingerprint("abd")


def test_the_folder_needs_no_torch() -> None:
    code = "import sys, lmrs.runs.folder, lmrs.runs.interrupts; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
