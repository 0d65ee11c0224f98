"""`docs/data-of-stages.md` shows what happens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from engine.two_stages import Lmrs

PAGE = Path(__file__).resolve().parents[2] / "docs" / "data-of-stages.md"


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its recipe as a file."""
    (block,) = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    path = tmp_path_factory.mktemp("page") / "moved.yaml"
    path.write_text(block, encoding="utf-8")
    return path


def commands() -> list[str]:
    text = "\n".join(re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S))
    return [line.partition(" #")[0].strip() for line in text.splitlines() if line]


SHORT = ("--set", "stages.tune.epochs=1", "--device", "cpu")


def test_its_runs(lmrs: Lmrs, moved: Path, tmp_path: Path) -> None:
    """The commands about an earlier run, in their order and in less time."""
    shown = [line for line in commands() if "runs/first" in line]
    assert len(shown) == 3
    for line in shown:
        words = re.findall(r"'[^']*'|\S+", line)[1:]
        words = [word.strip("'").replace("moved.yaml", str(moved)).replace("runs/", f"{tmp_path}/") for word in words]
        less = [] if "stages.teach=null" in words else ["--set", "stages.teach.epochs=1"]
        ended = lmrs(*words, *SHORT, *less)
        assert ended.code == 0, ended.said
        notes = [said for said in ended.said if "fresh" in said]
        assert all("node 'id' starts fresh, as it says" in note for note in notes)
        assert len(notes) == 1 + ("stages.teach.init" in line), "where the data change, and where a run is taken"


def test_its_dry_run(lmrs: Lmrs, moved: Path) -> None:
    assert lmrs("run", moved, "--dry-run").code == 0
    refused = lmrs("run", moved, "--dry-run", "--set", "model.id.init=null")
    assert "say init: fresh on the node, or drop it and add it" in refused.said[-1]


def test_its_commands_are_known(lmrs: Lmrs) -> None:
    for line in commands():
        name = re.match(r"lmrs (data show|run)", line)
        assert name is not None, line
        assert lmrs(*name[1].split(), "--help").code == 0
