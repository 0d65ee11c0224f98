"""A run that is killed goes on to the same end."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from lmrs.evaluate.stored import load
from lmrs.runs.events import Events
from lmrs.runs.model import load_model

PROGRAM = Path(__file__).with_name("small.py")


def start(folder: Path, killed_at: str = "never", *overrides: str) -> int:
    """Run `small.py`; its exit code, negative where a signal ended it."""
    command = [sys.executable, str(PROGRAM), str(folder), killed_at, *overrides]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode in (0, -9), done.stderr
    return done.returncode


def assert_equal(one: Path, other: Path) -> None:
    """Weights, metrics of every case and the log of two runs are the same, bit for bit."""
    first, second = load_model(one / "model")[0], load_model(other / "model")[0]
    assert first.keys() == second.keys()
    assert all(bool((first[name] == second[name]).all()) for name in first)
    left, right = load(one / "results", "test"), load(other / "results", "test")
    assert left.numbers() == right.numbers()
    assert all((left.values[name] == right.values[name]).all() for name in left.values)
    assert Events(one / "metrics.jsonl").read() == Events(other / "metrics.jsonl").read()


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that nobody killed."""
    folder = tmp_path_factory.mktemp("engine") / "undisturbed"
    assert start(folder) == 0
    return folder


@pytest.mark.parametrize("killed_at", ["1", "3", "6", "9", "evaluation"])
def test_a_killed_run_resumes_to_the_same_end(undisturbed: Path, tmp_path: Path, killed_at: str) -> None:
    folder = tmp_path / "killed"
    assert start(folder, killed_at) == -9
    assert start(folder) == 0
    assert_equal(undisturbed, folder)


def test_killed_again_and_again(undisturbed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "killed"
    for _ in range(3):
        assert start(folder, "3") == -9
    assert start(folder) == 0
    assert_equal(undisturbed, folder)


def test_worker_processes_change_nothing(undisturbed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "workers"
    assert start(folder, "5", "stages.0.workers=2") == -9
    assert start(folder) == 0
    assert_equal(undisturbed, folder)


def test_a_damaged_checkpoint_is_passed_over(undisturbed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "damaged"
    assert start(folder, "7") == -9
    newest = sorted((folder / "checkpoints").iterdir())[-1] / "model.safetensors"
    newest.write_bytes(newest.read_bytes()[:-7])
    assert start(folder) == 0
    assert_equal(undisturbed, folder)


def test_another_seed_is_another_run(undisturbed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "seed"
    assert start(folder, "never", "seed=7") == 0
    first, second = load_model(undisturbed / "model")[0], load_model(folder / "model")[0]
    assert any(bool((first[name] != second[name]).any()) for name in first)
