"""A table of which each step trains a few rows, through the whole of a run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import torch

from lmrs.runs.events import Events
from lmrs.runs.model import load_model

PROGRAM = Path(__file__).with_name("small.py")
SPARSE = ("model.item.sparse=true", "stages.0.draws.next.shared=16", "stages.0.objectives.0.loss=sampled")


def start(folder: Path, killed_at: str) -> int:
    """The exit code of a run, or of going on with it."""
    command = [sys.executable, str(PROGRAM), str(folder), killed_at, *SPARSE]
    return subprocess.run(command, capture_output=True, text=True, check=False).returncode


def test_it_learns_and_a_killed_run_ends_the_same(tmp_path: Path) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    assert start(whole, "never") == 0
    assert start(killed, "6") == -9
    assert start(killed, "never") == 0
    log = Events(whole / "metrics.jsonl").read()
    losses = [event["terms"]["next-item.loss"] for event in log if "terms" in event]
    assert losses[-1] < losses[0]
    assert Events(killed / "metrics.jsonl").read() == log
    one, other = load_model(whole / "model")[0], load_model(killed / "model")[0]
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)
