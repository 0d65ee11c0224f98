"""SIGKILL during a save, for real: `killed.py` does the saving in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

from lmrs.runs.atomic import sweep, verify
from lmrs.runs.checkpoint import Checkpoint, Checkpoints

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="finds out which file a call means by /proc")

Ask = Callable[..., dict[str, object]]


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    script = Path(__file__).with_name("killed.py")
    with subprocess.Popen([sys.executable, str(script)], stdin=-1, stdout=-1, text=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None

        def send(folder: Path, **order: object) -> dict[str, object]:
            server.stdin.write(json.dumps({"folder": str(folder), **order}) + "\n")
            server.stdin.flush()
            answer: dict[str, object] = json.loads(server.stdout.readline())
            return answer

        yield send
        server.stdin.close()
        server.wait()


def survives(folder: Path) -> int:
    """The step of the newest checkpoint, which must be whole, with no word of damage; and saving goes on."""
    store = Checkpoints(folder)
    found = store.newest()
    assert found is not None
    assert store.warnings == []
    assert found.position == {"step": found.step}
    assert torch.equal(found.model["w"], torch.full((8, 4), float(found.step)))
    store.save(50, Checkpoint(model={"w": torch.full((8, 4), 50.0)}, position={"step": 50}))
    assert len(list(folder.iterdir())) == 2
    for path in folder.iterdir():
        verify(path)
    return found.step


# What the child was about to do or had just done, and the step that the newest whole checkpoint then has.
POINTS: dict[str, tuple[dict[str, object], int]] = {
    "before-the-temporary-folder": ({"call": "mkdir", "text": ".tmp-", "nth": 1, "when": "before"}, 30),
    "with-an-empty-temporary-folder": ({"call": "mkdir", "text": ".tmp-", "nth": 1, "when": "after"}, 30),
    "after-the-weights": ({"call": "chmod", "text": "model.safetensors", "nth": 1, "when": "after"}, 30),
    "mid-optimizer": ({"call": "chmod", "text": "optimizer.safetensors", "nth": 1, "when": "torn"}, 30),
    "before-the-manifest": ({"call": "chmod", "text": "random.safetensors", "nth": 1, "when": "after"}, 30),
    "after-taking-over-the-best": ({"call": "link", "text": "best.safetensors", "nth": 1, "when": "after"}, 30),
    "with-torn-weights": ({"call": "fsync", "text": "model.safetensors", "nth": 1, "when": "torn"}, 30),
    "with-a-torn-manifest": ({"call": "fsync", "text": "manifest.json", "nth": 1, "when": "torn"}, 30),
    "after-the-manifest": ({"call": "fsync", "text": "manifest.json", "nth": 1, "when": "after"}, 30),
    "before-the-rename": ({"call": "replace", "text": "step-40", "nth": 1, "when": "before"}, 30),
    "after-the-rename": ({"call": "replace", "text": "step-40", "nth": 1, "when": "after"}, 40),
    "before-the-old-one-goes": ({"call": "replace", "text": "step-20", "nth": 1, "when": "before"}, 40),
    "after-the-old-one-was-renamed": ({"call": "replace", "text": "step-20", "nth": 1, "when": "after"}, 40),
    "with-the-old-one-half-removed": ({"call": "unlink", "text": "safetensors", "nth": 1, "when": "after"}, 40),
    "after-the-old-one-has-gone": ({"call": "rmdir", "text": "step-20", "nth": 1, "when": "after"}, 40),
}


@pytest.mark.fault("C: SIGKILL in a save: {id}")
@pytest.mark.parametrize(("order", "step"), POINTS.values(), ids=POINTS)
def test_killed_in_a_save(tmp_path: Path, ask: Ask, order: dict[str, object], step: int) -> None:
    assert ask(tmp_path, write="checkpoint", **order)["killed"]
    assert survives(tmp_path) == step


def every(ask: Ask, home: Path, write: str) -> Iterator[Path]:
    """A folder for each call that a whole save makes, in which the child was killed just before it."""
    (home / "whole").mkdir()
    whole = ask(home / "whole", write=write, when="before")
    assert not whole["killed"]
    for at in range(1, int(str(whole["calls"])) + 1):
        folder = home / str(at)
        folder.mkdir()
        assert ask(folder, write=write, at=at, when="before")["killed"]
        yield folder


@pytest.mark.fault("C: SIGKILL at every call of the system in a save")
def test_killed_before_any_call_of_a_save(tmp_path: Path, ask: Ask) -> None:
    steps = [survives(folder) for folder in every(ask, tmp_path, "checkpoint")]
    assert steps == sorted(steps)
    assert set(steps) == {30, 40}


@pytest.mark.fault("C: SIGKILL at every call of the system in replacing a folder")
def test_killed_before_any_call_of_replacing_a_folder(tmp_path: Path, ask: Ask) -> None:
    texts = []
    for folder in every(ask, tmp_path, "folder"):
        sweep(folder)
        assert [path.name for path in folder.iterdir()] == ["t"]
        verify(folder / "t")
        texts.append((folder / "t" / "a").read_text())
    assert set(texts) == {"old", "new"}
