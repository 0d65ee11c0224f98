"""Texts through the host: words are guessed, adapters are tuned and merged, and a kill changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from engine.orders import Order
from engine.two_stages import Lmrs, assert_equal, resume
from engine.word_model import word_model

from lmrs.answer.listener import Listener
from lmrs.answer.pipeline import Pipeline
from lmrs.answer.run import run
from lmrs.runs.checkpoint import Checkpoints
from lmrs.runs.events import Events

RECIPE = Path(__file__).with_name("texts.yaml")
NOTIFY = "lmrs.answer.setting:Setting.notify"
READ = 6 * 4
"""Steps of the first stage: 30 items in batches of 8."""


class Borders(Listener):
    """What each stage starts with: the newest checkpoint, that of the stage before."""

    def __init__(self, out: Path) -> None:
        self._checkpoints, self.weights = Checkpoints(out / "checkpoints"), {}

    def stage_started(self, name: str, index: int, stages: int, steps: int, done: int) -> None:
        newest = self._checkpoints.newest()
        self.weights[name] = None if newest is None else newest.model


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The recipe, with a small model whose words are those of the generated titles."""
    folder = tmp_path_factory.mktemp("texts")
    model = word_model(folder / "model")
    path = folder / "texts.yaml"
    path.write_text(RECIPE.read_text().replace("MODEL", str(model)))
    return path


@pytest.fixture(scope="module")
def made(recipe: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Pipeline, Borders, Path]:
    out = tmp_path_factory.mktemp("made") / "run"
    borders = Borders(out)
    return run(recipe, out=out, listener=borders, device="cpu"), borders, out


def test_hidden_words_are_guessed_better(made) -> None:
    log = Events(made[2] / "metrics.jsonl").read()
    losses = [event["terms"]["masked-token.loss"] for event in log if "masked-token.loss" in event.get("terms", {})]
    assert losses[-1] < 0.9 * losses[0]


def test_the_model_that_guessed_is_the_one_that_encodes(made) -> None:
    _, borders, _ = made
    names = {name.partition(".")[0] for name in borders.weights["tune"]}
    assert names == {"text", "history"}, "what is shared is saved once"


def test_an_adapter_changes_what_it_stands_on_and_nothing_else(made) -> None:
    pipeline, borders, _ = made
    before, after = borders.weights["tune"], borders.weights["scale"]
    assert before.keys() == after.keys(), "canonical names, no extras"
    moved = {name for name in before if not torch.equal(before[name], after[name])}
    text = {name for name in moved if name.startswith("text.")}
    assert text
    assert all(".attention." in name and name.endswith(".weight") for name in text)
    assert [name for name in moved if name.startswith("history.")], "it trained beside the adapters"
    assert pipeline.evaluate("test").numbers()


@pytest.mark.fault("C: SIGKILL in a stage with adapters")
def test_a_kill_amid_adapters_changes_nothing(lmrs: Lmrs, recipe: Path, tmp_path: Path) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    words = ("run", recipe, "--device", "cpu")
    assert lmrs(*words, "--out", whole).code == 0
    order = Order(NOTIFY, "lmrs_after_step", nth=READ + 7)
    assert lmrs(*words, "--out", killed, order=order).code == -9
    newest = Checkpoints(killed / "checkpoints").newest()
    assert newest is not None
    assert [name for name in newest.extras if "lora_" in name], "it was killed amid adapters"
    resume(lmrs, killed)
    assert_equal(killed, whole)
