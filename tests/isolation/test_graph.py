"""The graph plugin, installed from its wheel: all it takes, and what is said where it is not there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from isolation.environment import Environment

pytestmark = pytest.mark.installs

KNOWN = """
name: known
extends: sasrec
model:
  id: {use: sequence/item-id, width: 16}
  entity: {use: graph/id, subject: entity, width: 16}
  graph: {use: graph/rgcn, of: entity}
  linked: {use: graph/linked, of: graph}
  item: {use: sum, of: [id, linked]}
"""
QUICK = ("--data", "synthetic", "--set", "data.options={users: 60, items: 40}", "--set", "stages.0.epochs=1")


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    """A recipe that mixes ids with what a knowledge graph says of items."""
    path = tmp_path / "known.yaml"
    path.write_text(KNOWN)
    return path


def test_its_wheel_is_all_it_takes(fresh_environment: Callable[..., Environment], recipe: Path) -> None:
    environment = fresh_environment("lmrs-plugins", "lmrs", "lmrs-sequence", "lmrs-graph")
    done = environment.run("lmrs", "run", "lightgcn", *QUICK, "--out", "pairs")
    assert done.returncode == 0, done.stderr
    done = environment.run("lmrs", "run", str(recipe), *QUICK, "--out", "made")
    assert done.returncode == 0, done.stderr
    done = environment.run("lmrs", "recommend", "made", "--history", "i01,i02", "--top", "3")
    assert done.returncode == 0, done.stderr


@pytest.mark.fault("L: import without: lmrs_graph")
def test_without_it_a_recipe_says_what_to_install_and_optional_nodes_are_left_out(
    fresh_environment: Callable[..., Environment], recipe: Path
) -> None:
    environment = fresh_environment("lmrs-plugins", "lmrs", "lmrs-sequence")
    done = environment.run("lmrs", "run", str(recipe), *QUICK, "--out", "made")
    assert done.returncode == 3, done.stderr
    assert "lmrs-graph" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (environment.folder / "made").exists()
    optional = [part for node in ("entity", "graph", "linked") for part in ("--set", f"model.{node}.optional=true")]
    done = environment.run("lmrs", "run", str(recipe), *QUICK, *optional, "--out", "made")
    assert done.returncode == 0, done.stderr
