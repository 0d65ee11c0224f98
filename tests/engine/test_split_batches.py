"""However a batch is split, the gradient is that of the whole."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from engine.small import OVERRIDES

from lmrs.answer.run import resume, run
from lmrs.evaluation.stored import load
from lmrs.runs.model import load_model

# Without dropout and with batches in the order of the permutation, two halves are the whole.
PLAIN = (*OVERRIDES, "model.history.dropout=0", "stages.0.sampler.bucket=false", "stages.0.stop=null")
PROGRAM = Path(__file__).with_name("small.py")


def weights(folder: Path, *overrides: str) -> dict[str, torch.Tensor]:
    """Weights of a small run."""
    run("sasrec", overrides=[*PLAIN, *overrides], out=folder, device="cpu")
    return load_model(folder / "model")[0]


def assert_close(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> None:
    """The same up to rounding."""
    assert one.keys() == other.keys()
    for name in one:
        torch.testing.assert_close(one[name], other[name], rtol=0, atol=2e-5)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with batches of 32."""
    folder = tmp_path_factory.mktemp("split") / "whole"
    weights(folder, "stages.0.sampler.batch=32")
    return folder


def test_accumulated_halves_are_the_whole(whole: Path, tmp_path: Path) -> None:
    halves = weights(tmp_path / "halves", "stages.0.sampler.batch=16", "stages.0.accumulate=2")
    assert_close(load_model(whole / "model")[0], halves)


def torchrun(*program: str) -> subprocess.CompletedProcess[str]:
    """A program in two processes."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2", f"--master-port={port}", *program]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.fault("J: only the first process writes and answers")
def test_two_processes_of_the_command_line_are_one(whole: Path, tmp_path: Path) -> None:
    folder, changes = tmp_path / "two", [*PLAIN, "stages.0.sampler.batch=32"]
    asked = ["run", "sasrec", "--device", "cpu", "--out", str(folder), "--json"]
    done = torchrun("-m", "lmrs.cli.main", *asked, *(f"--set={change}" for change in changes))
    assert done.returncode == 0, done.stderr[-3000:]
    assert_close(load_model(whole / "model")[0], load_model(folder / "model")[0])
    one, two = load(whole / "results", "test"), load(folder / "results", "test")
    assert one.numbers() == pytest.approx(two.numbers(), abs=1e-3)
    assert json.loads(done.stdout)["result"] == two.to_json(), "one answer on standard output"
    assert len(list((folder / "checkpoints").iterdir())) == 2, "only the first process writes"


@pytest.mark.fault("J: a process dies, the others end and one can go on")
def test_a_process_that_dies_ends_the_other(whole: Path, tmp_path: Path) -> None:
    folder, changes = tmp_path / "two", [*PLAIN, "stages.0.sampler.batch=32"]
    done = torchrun(str(PROGRAM), str(folder), "process 1", *changes)
    assert done.returncode != 0
    assert not (folder / "model").exists()
    resume(folder, device="cpu")
    assert_close(load_model(whole / "model")[0], load_model(folder / "model")[0])
