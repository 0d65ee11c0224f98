"""Two stages with an artifact between them, killed, stopped or refused anywhere: `lmrs resume` ends as undisturbed.

Equal to the last bit: weights, the metrics of every case, and the log.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from engine.orders import Order
from engine.two_stages import LAST, NOTIFY, PLACES, SAVE, SCORES, WORKERS, Lmrs, assert_equal, facts, resume, run

from lmrs.runs.checkpoint import Checkpoints
from lmrs.runs.model import load_model


def test_the_disturbed_place_is_the_one_that_is_meant(undisturbed: Path) -> None:
    log = [json.loads(line) for line in (undisturbed / "metrics.jsonl").read_text().splitlines()]
    values = [event["valid"]["NDCG@10"] for event in log if event["stage"] == "learn"]
    assert [event["step"] for event in log] == [9, 18, 9, 18, 27, 36, 45]
    assert max(values) in values[:2], "the third validation is no better: the counter of the early stop is not 0"
    assert len(values) == LAST - 1


def test_another_seed_is_another_run(lmrs: Lmrs, undisturbed: Path, tmp_path: Path) -> None:
    assert run(lmrs, tmp_path / "seed", None, "--seed", "7")[0] == 0
    first, second = load_model(undisturbed / "model")[0], load_model(tmp_path / "seed" / "model")[0]
    assert any(bool((first[name] != second[name]).any()) for name in first)


TWICE = (*list(PLACES)[:6], "in a validation", "between the stages")
"""Where the run is killed with loader workers as well."""
KILLED = [
    *(pytest.param(place, (), id=place) for place in PLACES),
    *(pytest.param(place, WORKERS, id=f"{place}, 2 loader workers") for place in TWICE),
]


@pytest.mark.fault("C: SIGKILL {id}")
@pytest.mark.parametrize(("place", "workers"), KILLED)
def test_killed(lmrs: Lmrs, undisturbed: Path, tmp_path: Path, place: str, workers: tuple[str, ...]) -> None:
    out = tmp_path / "run"
    assert run(lmrs, out, PLACES[place], *workers)[0] == -9
    resume(lmrs, out)
    assert_equal(undisturbed, out)


@pytest.mark.fault("C: SIGKILL in every stage and evaluation of one run")
def test_killed_again_and_again(lmrs: Lmrs, undisturbed: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    assert run(lmrs, out, PLACES["in a first epoch"])[0] == -9
    for place in ("between artifact and checkpoint", "in the middle of the weights", "in a validation"):
        assert lmrs("resume", out, "--device", "cpu", order=PLACES[place]).code == -9
    resume(lmrs, out)
    assert_equal(undisturbed, out)


@pytest.mark.fault("C: SIGKILL before the data are stored: said, with what to do")
def test_killed_before_there_is_anything(lmrs: Lmrs, tmp_path: Path) -> None:
    out = tmp_path / "run"
    assert run(lmrs, out, Order("lmrs.data.store:save"))[0] == -9
    ended = lmrs("resume", out, "--device", "cpu")
    assert ended.code == 2
    assert "before its data were stored; start it anew" in ended.said[-1]


SIGNALS = {
    "SIGTERM": (Order(NOTIFY, "lmrs_after_step", nth=25, what="TERM"), 143, 25),
    "SIGINT": (Order(NOTIFY, "lmrs_after_step", nth=25, what="INT"), 130, 25),
    "SIGINT twice": (Order(NOTIFY, "lmrs_after_step", nth=25, what="INT INT"), 130, 22),
    "SIGTERM, then SIGINT": (Order(NOTIFY, "lmrs_after_step", nth=25, what="TERM INT"), 130, 22),
    "SIGTERM twice": (Order(NOTIFY, "lmrs_after_step", nth=25, what="TERM TERM"), 143, 25),
    "SIGTERM in a validation": (Order(SCORES, nth=2, what="TERM"), 143, 37),
    "SIGTERM in the last validation": (Order(SCORES, nth=LAST - 1, what="TERM"), 143, 63),
    "SIGTERM while an artifact is made": (Order("lmrs.answer.making:save_artifact", what="TERM"), 143, 18),
    "SIGTERM in a save": (Order("os:mkdir", SAVE, what="TERM"), 143, 47),
}
"""What is sent and when; the exit code; and the step whose state is on disk then."""


@pytest.mark.fault("C: {id}")
@pytest.mark.parametrize(("order", "code", "step"), SIGNALS.values(), ids=SIGNALS)
def test_asked_to_stop(lmrs: Lmrs, undisturbed: Path, tmp_path: Path, order: Order, code: int, step: int) -> None:
    out = tmp_path / "run"
    ended, said = run(lmrs, out, order)
    assert ended == code
    assert facts(out)["status"] == "stopped"
    newest = Checkpoints(out / "checkpoints").newest()
    assert newest is not None
    assert newest.step == step
    if "INT" not in order.what.split()[1:]:
        assert f"go on with `lmrs resume {out}`" in said[-1]
    resume(lmrs, out)
    assert_equal(undisturbed, out)


@pytest.mark.fault("C: SIGTERM in the evaluation")
def test_terminated_in_the_evaluation(lmrs: Lmrs, undisturbed: Path, tmp_path: Path) -> None:
    """Everything is saved by then: it ends by the signal itself, which a shell shows as 143."""
    out = tmp_path / "run"
    assert run(lmrs, out, Order(SCORES, nth=LAST, what="TERM"))[0] == -15
    resume(lmrs, out)
    assert_equal(undisturbed, out)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", place], capture_output=True).returncode:
        pytest.skip("mounting a small disk needs root")
    try:
        yield place
    finally:
        subprocess.run(["umount", place], check=True)


REFUSED = {
    "in training": (NOTIFY, "lmrs_after_step", 25),
    "after an epoch": (NOTIFY, "lmrs_after_evaluate", 2),
    "before the artifact": ("lmrs.answer.making:save_artifact", "", 1),
    "after the evaluation": (NOTIFY, "lmrs_after_evaluate", LAST),
}


@pytest.mark.fault("C: disk really full {id}")
@pytest.mark.parametrize("place", REFUSED.values(), ids=REFUSED)
def test_full_disk(lmrs: Lmrs, undisturbed: Path, disk: Path, place: tuple[str, str, int]) -> None:
    out = disk / "run"
    code, said = run(lmrs, out, Order(*place, what=f"fill {disk}"))
    assert code == 2
    assert "the disk is full; free some space or choose another folder" in said[-1]
    (disk / "filler").unlink()
    resume(lmrs, out)
    assert_equal(undisturbed, out)


@pytest.mark.fault("C: disk turns read-only {id}")
@pytest.mark.parametrize("place", REFUSED.values(), ids=REFUSED)
def test_read_only_disk(lmrs: Lmrs, undisturbed: Path, disk: Path, place: tuple[str, str, int]) -> None:
    out = disk / "run"
    code, said = run(lmrs, out, Order(*place, what=f"freeze {disk}"))
    subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
    assert code == 2
    assert "the file system is read-only; choose another folder" in said[-1]
    resume(lmrs, out)
    assert_equal(undisturbed, out)


@pytest.mark.fault("C: file that grows beyond what the system allows")
def test_files_may_not_grow(lmrs: Lmrs, undisturbed: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    code, said = run(lmrs, out, Order(NOTIFY, "lmrs_after_step", nth=25, what="shrink 3000"))
    assert code == 2
    assert "larger than this system allows" in said[-1]
    resume(lmrs, out)
    assert_equal(undisturbed, out)


@pytest.mark.fault("C: resume on a read-only disk")
def test_resume_on_a_read_only_disk(lmrs: Lmrs, disk: Path) -> None:
    out = disk / "run"
    assert run(lmrs, out, PLACES["in a first epoch"])[0] == -9
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    ended = lmrs("resume", out, "--device", "cpu")
    assert ended.code == 2
    assert "the file system is read-only" in ended.said[-1]
    assert len(ended.said) == 1
