"""What was killed meets another recipe, other data or damaged files when it goes on."""

from __future__ import annotations

import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from engine.two_stages import PLACES, Lmrs, assert_equal, refused, run

from lmrs.runs import manifest, tensors


@pytest.fixture
def copy(stopped: Path, tmp_path: Path) -> Path:
    return shutil.copytree(stopped, tmp_path / "run")


CHANGES = {
    "schedule": ("schedule: cosine", "schedule: linear"),
    "optimiser": ("use: adamw", "use: sgd"),
    "rate": ("rate: 0.02", "rate: 0.03"),
    "width": ("width: 8", "width: 16"),
}


@pytest.mark.fault("C: {id} changed between kill and resume")
@pytest.mark.parametrize(("old", "new"), CHANGES.values(), ids=CHANGES)
def test_another_recipe(lmrs: Lmrs, copy: Path, old: str, new: str) -> None:
    path = copy / "recipe.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    refused(lmrs, copy, f"{path}: changed since this run began")


@pytest.mark.fault("C: data changed between kill and resume")
def test_other_data(lmrs: Lmrs, copy: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    assert run(lmrs, other, PLACES["in a first epoch"], "--set", "data.options.seed=4")[0] == -9
    shutil.rmtree(copy / "data")
    shutil.copytree(other / "data", copy / "data")
    refused(lmrs, copy, "the data have changed since this run began")


@pytest.mark.fault("C: data damaged between kill and resume")
def test_damaged_data(lmrs: Lmrs, copy: Path) -> None:
    path = max((copy / "data").rglob("*"), key=os.path.getsize)
    os.truncate(path, path.stat().st_size // 2)
    refused(lmrs, copy, f"{copy / 'data'}: not ")


@pytest.mark.fault("C: artifact damaged between kill and resume")
def test_damaged_artifact(lmrs: Lmrs, tmp_path: Path) -> None:
    out = tmp_path / "run"
    assert run(lmrs, out, PLACES["between the stages"])[0] == -9
    path = out / "artifacts" / "vectors" / "arrays.safetensors"
    os.truncate(path, path.stat().st_size - 1)
    refused(lmrs, out, str(path))


@pytest.mark.fault("D: the newest is damaged: the run falls back, says so, and ends the same")
def test_damaged_newest(lmrs: Lmrs, undisturbed: Path, copy: Path) -> None:
    newest = max((copy / "checkpoints").iterdir())
    path = newest / "model.safetensors"
    os.truncate(path, path.stat().st_size // 2)
    ended = lmrs("resume", copy, "--device", "cpu")
    assert ended.code == 0, ended.said
    assert f"checkpoint {newest.name} is damaged and passed over" in "\n".join(ended.said)
    assert_equal(undisturbed, copy)


@pytest.mark.fault("D: all are damaged: one line, exit code 2")
def test_all_damaged(lmrs: Lmrs, copy: Path) -> None:
    for path in (copy / "checkpoints").glob("*/state.json"):
        path.unlink()
    refused(lmrs, copy, "every checkpoint is damaged; start the run anew")


def lose(weights: dict[str, torch.Tensor]) -> None:
    del weights["history.layers.0.feed_norm.bias"]


def add(weights: dict[str, torch.Tensor]) -> None:
    weights["history.layers.9.bias"] = torch.zeros(3)


def bend(weights: dict[str, torch.Tensor]) -> None:
    weights["item.blocks.0"] = weights["item.blocks.0"].T.contiguous()


FORGED = {
    "tensor missing": (lose, "missing: history.layers.0"),
    "tensor unexpected": (add, "unexpected: history.layers.9.bias"),
    "tensor of another shape": (bend, "of another shape: item.blocks.0 (8, 30) for (30, 8)"),
}


def reseal(folder: Path) -> None:
    (folder / manifest.NAME).unlink()
    (folder / manifest.NAME).write_bytes(manifest.seal(folder))


@pytest.mark.fault("D: checkpoint under a fitting manifest: {id}")
@pytest.mark.parametrize(("change", "says"), FORGED.values(), ids=FORGED)
def test_weights_that_do_not_fit(
    lmrs: Lmrs, copy: Path, change: Callable[[dict[str, torch.Tensor]], None], says: str
) -> None:
    newest = max((copy / "checkpoints").iterdir())
    weights, _ = tensors.load(newest / "model.safetensors")
    change(weights)
    tensors.save(newest / "model.safetensors", weights)
    reseal(newest)
    refused(lmrs, copy, says)


class Payload:
    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self) -> tuple[Callable[[str], object], tuple[str]]:
        return os.mkdir, (str(self.canary),)


@pytest.mark.fault("E: payload in place of the final weights, by the command line: lmrs {id}")
@pytest.mark.parametrize("words", [("evaluate",), ("recommend", "--history", "i1")], ids=lambda words: words[0])
def test_a_payload_in_a_finished_run(lmrs: Lmrs, undisturbed: Path, tmp_path: Path, words: tuple[str, ...]) -> None:
    out, canary = shutil.copytree(undisturbed, tmp_path / "run"), tmp_path / "canary"
    (out / "model" / "weights.safetensors").write_bytes(pickle.dumps(Payload(canary)))
    for sealed in (False, True):
        if sealed:
            reseal(out / "model")
        ended = lmrs(words[0], out, *words[1:], "--device", "cpu")
        assert ended.code == 2
        assert "weights.safetensors" in ended.said[-1]
        assert len(ended.said) == 1
        assert not canary.exists()
