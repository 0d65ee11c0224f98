"""Files that would run code if somebody unpickled them, where ours are expected."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from lmrs.runs import tensors
from lmrs.runs.artifacts import load_artifact, save_artifact
from lmrs.runs.checkpoint import Checkpoint, Checkpoints
from lmrs.runs.errors import CorruptError
from lmrs.runs.model import load_model, save_model
from lmrs_plugins.artifact import Artifact


class Payload:
    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self) -> tuple[Callable[[str], object], tuple[str]]:
        return os.mkdir, (str(self.canary),)


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    return tmp_path / "canary"


def plain(canary: Path, path: Path) -> None:
    path.write_bytes(pickle.dumps({"w": Payload(canary)}))


def zipped(canary: Path, path: Path) -> None:
    torch.save({"w": Payload(canary)}, path)


def array(canary: Path, path: Path) -> None:
    with path.open("wb") as file:
        np.save(file, np.array([Payload(canary)], dtype=object), allow_pickle=True)


WAYS = {"pickle": plain, "torch": zipped, "numpy": array}


@pytest.mark.parametrize("write", WAYS.values(), ids=WAYS)
def test_the_payload_would_run(canary: Path, tmp_path: Path, write: Callable[[Path, Path], None]) -> None:
    path = tmp_path / "payload"
    write(canary, path)
    if write is plain:
        pickle.loads(path.read_bytes())
    elif write is zipped:
        torch.load(path, weights_only=False)
    else:
        np.load(path, allow_pickle=True)
    assert canary.exists()


@pytest.mark.fault("E: payload where tensors are read: {id}")
@pytest.mark.parametrize("name", ["a.safetensors", "a.pt", "a.bin", "a.npy", "a.joblib", "index.pkl"])
@pytest.mark.parametrize("write", WAYS.values(), ids=WAYS)
def test_reading_tensors_runs_nothing(
    canary: Path, tmp_path: Path, write: Callable[[Path, Path], None], name: str
) -> None:
    write(canary, tmp_path / name)
    with pytest.raises(CorruptError, match=name):
        tensors.load(tmp_path / name)
    assert not canary.exists()


def checkpoint(folder: Path) -> Path:
    weights = {"w": torch.ones(1)}
    return Checkpoints(folder).save(1, Checkpoint(weights, weights, random={"torch": torch.ones(1)}, best=weights))


@pytest.mark.fault("E: payload in a checkpoint: {id}")
@pytest.mark.parametrize("write", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("file", ["model.safetensors", "optimizer.safetensors", "random.safetensors", "state.json"])
def test_in_a_checkpoint_under_a_fitting_manifest_it_runs_nothing(
    canary: Path, tmp_path: Path, reseal: Callable[[Path], None], write: Callable[[Path, Path], None], file: str
) -> None:
    folder = checkpoint(tmp_path / "checkpoints")
    write(canary, folder / file)
    reseal(folder)
    with pytest.raises(CorruptError, match=file):
        Checkpoints(tmp_path / "checkpoints").newest()
    assert not canary.exists()


@pytest.mark.fault("E: payload in an artifact: {id}")
@pytest.mark.parametrize("write", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("file", ["arrays.safetensors", "artifact.json"])
def test_in_an_artifact_under_a_fitting_manifest_it_runs_nothing(
    canary: Path, tmp_path: Path, reseal: Callable[[Path], None], write: Callable[[Path, Path], None], file: str
) -> None:
    save_artifact(tmp_path, "a", Artifact(arrays={"x": np.ones(1)}))
    write(canary, tmp_path / "a" / file)
    reseal(tmp_path / "a")
    with pytest.raises(CorruptError, match=file):
        load_artifact(tmp_path, "a")
    assert not canary.exists()


@pytest.mark.fault("E: payload beside the weights: {id}")
@pytest.mark.parametrize("name", ["extra.pkl", "pytorch_model.bin", "extra.pt"])
def test_beside_the_weights_it_is_refused(canary: Path, tmp_path: Path, name: str) -> None:
    save_model(tmp_path / "model", {"w": torch.ones(1)})
    plain(canary, tmp_path / "model" / name)
    with pytest.raises(CorruptError, match=name):
        load_model(tmp_path / "model")
    assert not canary.exists()


@pytest.mark.fault("E: link that leads outside: {id}")
@pytest.mark.parametrize("place", ["model", "artifact", "checkpoint"])
def test_a_link_that_leads_outside_is_refused(tmp_path: Path, place: str) -> None:
    save_model(tmp_path / "model", {"w": torch.ones(1)})
    save_artifact(tmp_path, "artifact", Artifact(arrays={"x": np.ones(1)}))
    made = {
        "model": (tmp_path / "model", lambda: load_model(tmp_path / "model")),
        "artifact": (tmp_path / "artifact", lambda: load_artifact(tmp_path, "artifact")),
        "checkpoint": (checkpoint(tmp_path / "c"), lambda: Checkpoints(tmp_path / "c").newest()),
    }
    folder, load = made[place]
    file = next(path for path in folder.iterdir() if path.suffix == ".safetensors")
    file.rename(tmp_path / "outside")
    file.symlink_to(tmp_path / "outside")
    with pytest.raises(CorruptError, match="a link that leads outside"):
        load()
