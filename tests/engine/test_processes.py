"""A run of several processes, whose last share of the work is smaller, measures what one process does."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from lmrs.answer.run import run
from lmrs.evaluation.stored import load

# 61 users: neither two nor three processes share them evenly, and batches of 16 leave 13.
DATA = ("data.options={users: 61, items: 40, seed: 3}",)
TRAINED = (
    *DATA,
    *("model.item.width=16", "model.history.dropout=0", "stages.0.epochs=2", "stages.0.stop=null"),
    *("stages.0.sampler.batch=16", "stages.0.sampler.bucket=false"),
)
CODE = """
import sys, torch
from lmrs.answer.run import run
torch.set_num_threads(1)
run(sys.argv[1], overrides=sys.argv[3:], out=sys.argv[2], device="cpu")
"""


def several(processes: int, recipe: str, folder: Path, *overrides: str) -> Path:
    """A run of so many processes, as torchrun starts them."""
    program = folder.with_suffix(".py")
    program.write_text(CODE)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    torchrun = [sys.executable, "-m", "torch.distributed.run", f"--nproc_per_node={processes}", f"--master_port={port}"]
    command = [*torchrun, str(program), recipe, str(folder), *overrides]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return folder


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run of each recipe by one process."""
    folder = tmp_path_factory.mktemp("alone")
    run("popularity", overrides=DATA, out=folder / "popularity", device="cpu")
    run("sasrec", overrides=TRAINED, out=folder / "sasrec", device="cpu")
    return folder


@pytest.mark.fault("G: {id} processes with an uneven tail measure what one does")
@pytest.mark.parametrize("processes", [2, 3])
def test_what_needs_no_training_is_measured_alike_to_the_last_bit(alone: Path, tmp_path: Path, processes: int) -> None:
    folder = several(processes, "popularity", tmp_path / "run", *DATA)
    for name in ("test.json", "test.npz"):
        assert (folder / "results" / name).read_bytes() == (alone / "popularity" / "results" / name).read_bytes()
    assert json.loads((folder / "results" / "test.json").read_text())["cases"] == 61


@pytest.mark.fault("G: {id} processes train and measure what one does, up to rounding")
@pytest.mark.parametrize("processes", [2, 3])
def test_trained_metrics_are_those_of_one_process(alone: Path, tmp_path: Path, processes: int) -> None:
    one = load(alone / "sasrec" / "results", "test")
    found = load(several(processes, "sasrec", tmp_path / "run", *TRAINED) / "results", "test")
    assert found.keys.tolist() == one.keys.tolist()
    # Sums in another order may swap two candidates whose scores are all but equal: a rank, and no more.
    assert found.numbers() == pytest.approx(one.numbers(), abs=1e-3)
