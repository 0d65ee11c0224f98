from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from lmrs.runs import lock as module
from lmrs.runs.lock import Lock
from lmrs_plugins.errors import InputError

HOLD = """
import sys
from pathlib import Path
from lmrs.runs.lock import Lock
Lock(Path(sys.argv[1])).acquire()
print("held", flush=True)
sys.stdin.read()
"""


def holder(path: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdin=-1, stdout=-1, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


@pytest.mark.fault("C: lock of a living, then of a killed process")
def test_another_process_is_refused_until_this_one_gives_back(tmp_path: Path) -> None:
    with holder(tmp_path / "lock") as process:
        with pytest.raises(InputError, match=f"process {process.pid} is writing here"):
            Lock(tmp_path / "lock").acquire()
        process.kill()
        process.wait()
        # Killed, it gave nothing back: its lock is there, and stale.
        assert (tmp_path / "lock").exists()
        mine = Lock(tmp_path / "lock")
        mine.acquire()
        with pytest.raises(InputError, match=f"process {os.getpid()}"):
            Lock(tmp_path / "lock").acquire()
        mine.release()
    assert list(tmp_path.iterdir()) == []


def forged(path: Path, **changes: object) -> None:
    path.mkdir()
    (path / "owner.json").write_text(
        json.dumps({"host": socket.gethostname(), "pid": os.getpid(), "born": None, **changes})
    )


@pytest.mark.fault("C: lock of a process whose number is used again")
def test_a_number_used_again_by_another_process_is_stale(tmp_path: Path) -> None:
    if module._born(os.getpid()) is None:
        pytest.skip("this system does not tell when a process began")
    forged(tmp_path / "lock", born="1 of another boot")
    Lock(tmp_path / "lock").acquire()


@pytest.mark.fault("C: lock of another machine")
def test_a_lock_of_another_host_holds_and_says_how_to_remove_it(tmp_path: Path) -> None:
    forged(tmp_path / "lock", host="elsewhere", pid=1)
    with pytest.raises(InputError, match=r"process 1 on elsewhere.*remove this folder"):
        Lock(tmp_path / "lock").acquire()


@pytest.mark.fault("C: lock cut short")
@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"{}", b'{"host": 1, "pid": "x", "born": 2}', b"\xff"], ids=repr)
def test_a_lock_cut_short_is_stale(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "lock").mkdir()
    (tmp_path / "lock" / "owner.json").write_bytes(data)
    mine = Lock(tmp_path / "lock")
    mine.acquire()
    mine.release()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.fault("C: lock taken over meanwhile")
def test_releasing_leaves_the_lock_of_another(tmp_path: Path) -> None:
    mine = Lock(tmp_path / "lock")
    mine.acquire()
    shutil.rmtree(tmp_path / "lock")
    forged(tmp_path / "lock", host="elsewhere")
    mine.release()
    assert (tmp_path / "lock").exists()
    Lock(tmp_path / "other").release()


@pytest.mark.fault("C: many processes at one lock, {id}")
@pytest.mark.parametrize("dead", [["lock"], ["lock", "lock-takeover"], []], ids=["stale", "stale-twice", "free"])
def test_of_many_at_once_one_gets_it(tmp_path: Path, dead: list[str]) -> None:
    for name in dead:
        forged(tmp_path / name, pid=2**22 + 1)
    start, got = threading.Barrier(8), []

    def attempt() -> None:
        start.wait()
        try:
            Lock(tmp_path / "lock").acquire()
            got.append(True)
        except InputError:
            got.append(False)

    threads = [threading.Thread(target=attempt) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == [False] * 7 + [True]
    assert [path.name for path in tmp_path.iterdir()] == ["lock"]


@pytest.mark.fault("C: lock in a folder that may not be written")
def test_a_folder_that_may_not_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Lock(tmp_path / "none" / "lock").acquire()
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="--out"):
        Lock(tmp_path / "file" / "lock").acquire()
