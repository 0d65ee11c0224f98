"""What a strategy injects is apart from the body, under names of its own, and gone when its stage ends."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from strategies.conftest import Train, moved

from lmrs.answer.run import resume
from lmrs.host.host import Host
from lmrs.runs import manifest, tensors
from lmrs.runs.checkpoint import Checkpoints
from lmrs_plugins import InputError, PluginError

TARGETS = {f"history.layers.{layer}.{name}.weight" for layer in (0, 1) for name in ("qkv", "out")}


@pytest.fixture(scope="module")
def adapted(train: Train):
    return train("adapted")


@pytest.fixture(scope="module")
def stopped(train: Train, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("stopped") / "run"
    with pytest.raises(ConnectionError):
        train("adapted", out=out, stop=("adapt", 9))
    return out


def test_a_merged_adapter_moves_its_targets_and_nothing_else(adapted) -> None:
    pipeline, borders = adapted
    assert moved(borders.weights["adapt"], borders.weights["after"]) == TARGETS
    assert all(name.startswith("item.") for name in moved(borders.weights["after"], pipeline.weights))


def test_a_dropped_adapter_leaves_the_body_to_the_last_bit(train: Train) -> None:
    _, borders = train("adapted", "stages.1.strategy.end=drop", "stages.1.stop=null")
    assert not moved(borders.weights["adapt"], borders.weights["after"])


def test_in_mid_stage_names_are_canonical_and_extras_stand_apart(adapted, stopped: Path) -> None:
    canonical = set(adapted[1].weights["adapt"])
    found = Checkpoints(stopped / "checkpoints").newest()
    assert found is not None
    assert found.model.keys() == canonical, "wrapping has renamed nothing"
    names = {f"{name.removesuffix('.weight')}.{part}.weight" for name in TARGETS for part in ("down", "up")}
    assert found.extras.keys() == names
    assert found.best is not None
    assert found.best.keys() == canonical | names
    trained = [name for group in found.optimizer_facts["groups"] for name in group["params"]]
    assert set(trained) == names
    assert {name.split("/")[1] for name in found.optimizer} <= names


@pytest.mark.fault("C: a run dies amid adapters")
def test_a_run_that_dies_amid_adapters_ends_the_same(adapted, stopped: Path, host: Host, tmp_path: Path) -> None:
    copy = shutil.copytree(stopped, tmp_path / "run")
    again = resume(copy, host=host, device="cpu")
    assert not moved(again.weights, adapted[0].weights)
    assert again.evaluate("test").numbers() == adapted[0].evaluate("test").numbers()


@pytest.mark.fault("D: checkpoint under a fitting manifest: adapter missing")
def test_a_checkpoint_that_lost_an_adapter_is_refused(stopped: Path, host: Host, tmp_path: Path) -> None:
    copy = shutil.copytree(stopped, tmp_path / "run")
    newest = max((copy / "checkpoints").iterdir())
    extras, _ = tensors.load(newest / "extras.safetensors")
    lost = extras.popitem()[0]
    tensors.save(newest / "extras.safetensors", extras)
    (newest / manifest.NAME).unlink()
    (newest / manifest.NAME).write_bytes(manifest.seal(newest))
    with pytest.raises(InputError, match=f"missing: {lost}"):
        resume(copy, host=host, device="cpu")


BROKEN = {
    "leaves what it injected": (
        "end=leave",
        r"tinker/adapter has injected 'history\.layers\.0\.out\.down\.weight' and left it",
    ),
    "replaces a parameter": (
        "rude=true",
        r"'history\.layers\.0\.qkv\.weight' is another than it was: a strategy replaced",
    ),
}


@pytest.mark.fault("A: strategy that {id}: refused by name")
@pytest.mark.parametrize(("change", "says"), BROKEN.values(), ids=BROKEN)
def test_strategies_that_break_the_contract(train: Train, change: str, says: str) -> None:
    with pytest.raises(PluginError, match=says):
        train("adapted", f"stages.1.strategy.{change}", "stages.1.stop=null", "stages.1.epochs=1")
