"""A run that is asked to stop: its exit code, and that it goes on as if nothing had happened."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

WORDS = (
    *("run", "sasrec", "--data", "synthetic", "--seed", "3", "--device", "cpu"),
    *("--set", "data.options={users: 80, items: 40, seed: 3}", "--set", "model.item.width=16"),
    *("--set", "stages.0.epochs=40", "--set", "stages.0.sampler.batch=16", "--set", "stages.0.stop=null"),
)
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}


def command(*words: object) -> list[str]:
    return [sys.executable, "-m", "lmrs.cli.main", *map(str, words)]


def finish(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*words), capture_output=True, text=True, env=ENVIRONMENT, check=False)


def stopped(out: Path, number: int) -> tuple[int, str]:
    """Start a run and send it a signal after its second epoch; its exit code and the last line of its errors."""
    with subprocess.Popen(
        command(*WORDS, "--out", out), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT
    ) as process:
        lines = []
        for line in process.stderr:
            lines.append(line)
            if "epoch 2," in line:
                process.send_signal(number)
    return process.returncode, lines[-1]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """The numbers of the run that nobody stopped."""
    out = tmp_path_factory.mktemp("runs") / "whole"
    said = finish(*WORDS, "--out", out, "--json")
    assert said.returncode == 0, said.stderr
    return json.loads(said.stdout)["result"]["metrics"]


@pytest.mark.fault("C: {id} from another process, by the command line")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_stopped_run_says_how_to_go_on_and_ends_the_same(tmp_path, undisturbed, number):
    out = tmp_path / "run"
    code, last = stopped(out, number)
    assert code == 128 + number
    assert last.startswith("error: stopped in stage 'train' after step ")
    assert f"lmrs resume {out}" in last
    facts = json.loads((out / "run.json").read_text())
    assert facts["status"] == "stopped"
    refused = finish("recommend", out, "--user", "u01")
    assert refused.returncode == 2
    assert "lmrs resume" in refused.stderr
    said = finish("resume", out, "--json")
    assert said.returncode == 0, said.stderr
    assert json.loads(said.stdout)["result"]["metrics"] == undisturbed
