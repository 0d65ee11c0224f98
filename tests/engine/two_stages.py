"""A run of two stages with an artifact between them, and where it can be disturbed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.orders import Order

from lmrs.evaluation.stored import load
from lmrs.runs.events import Events
from lmrs.runs.model import load_model

RECIPE = Path(__file__).with_name("two-stages.yaml")
WORKERS = ("--set", "stages.0.workers=2", "--set", "stages.1.workers=2")
NOTIFY = "lmrs.answer.setting:Setting.notify"
SCORES = "lmrs.evaluation.answering:Answering.scores"
# The save of step 46 is in the second stage, in the middle of its fourth epoch, after a validation that was no better.
SAVE = "step-46"
LAST = 6
"""Evaluations: five of validation, then the test."""


@dataclass(frozen=True)
class Ended:
    """The exit code, negative where a signal ended it, and the lines of standard error."""

    code: int
    said: list[str]


Lmrs = Callable[..., Ended]

PLACES = {
    "before the weights are written": Order("os:mkdir", SAVE),
    "in the middle of the weights": Order("os:chmod", f"{SAVE}/model.safetensors", what="tear"),
    "before the manifest": Order("lmrs.runs.manifest:seal", SAVE),
    "after the manifest": Order("os:fsync", f"{SAVE}/manifest.json", when="after"),
    "before the rename": Order("os:replace", SAVE),
    "after the rename, in mid-epoch": Order("os:replace", SAVE, when="after"),
    "before an old checkpoint goes": Order("lmrs.runs.checkpoint:remove_folder", "step-"),
    "in a validation": Order(SCORES, nth=3),
    "in the evaluation": Order(SCORES, nth=LAST),
    "in a first epoch": Order(NOTIFY, "lmrs_after_step", nth=5),
    "at the edge of an epoch": Order(NOTIFY, "lmrs_after_save", nth=2),
    "in the middle of the artifact": Order("os:fsync", "arrays.safetensors", what="tear"),
    "between artifact and checkpoint": Order("lmrs.answer.making:save_artifact", when="after"),
    "between the stages": Order(NOTIFY, "lmrs_before_stage", nth=2),
    "before the final weights": Order("os:replace", ".tmp-model"),
    "after the final weights": Order("os:replace", ".tmp-model", when="after"),
}


def run(lmrs: Lmrs, out: Path, order: Order | None = None, *words: str) -> tuple[int, list[str]]:
    ended = lmrs("run", RECIPE, "--device", "cpu", "--out", out, *words, order=order)
    return ended.code, ended.said


def resume(lmrs: Lmrs, out: Path) -> None:
    ended = lmrs("resume", out, "--device", "cpu")
    assert ended.code == 0, ended.said
    assert not [path.name for path in out.rglob(".*")], "nothing is left lying about"


def assert_equal(one: Path, other: Path) -> None:
    """Weights, metrics of every case and the log of two runs are the same, bit for bit."""
    first, second = load_model(one / "model")[0], load_model(other / "model")[0]
    assert first.keys() == second.keys()
    assert all(bool((first[name] == second[name]).all()) for name in first)
    left, right = load(one / "results", "test"), load(other / "results", "test")
    assert left.numbers() == right.numbers()
    assert all((left.values[name] == right.values[name]).all() for name in left.values)
    assert Events(one / "metrics.jsonl").read() == Events(other / "metrics.jsonl").read()


def facts(out: Path) -> dict[str, object]:
    return json.loads((out / "run.json").read_text())


def refused(lmrs: Lmrs, out: Path, says: str) -> None:
    """One line, exit code 2, and a second try meets the same folder."""
    before = sorted(str(path.relative_to(out)) for path in out.rglob("*") if path.name != "owner.json")
    ended = lmrs("resume", out, "--device", "cpu")
    assert ended.code == 2, ended.said
    assert says in ended.said[-1], ended.said
    assert [line for line in ended.said if line.startswith("error: ")] == ended.said[-1:]
    after = sorted(str(path.relative_to(out)) for path in out.rglob("*"))
    assert set(after) <= set(before), "nothing half-written is left"
