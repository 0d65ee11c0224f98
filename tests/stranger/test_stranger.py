"""A third party's plugin, from its wheel, beside the host: found, mixed with bert4rec, and missed when it is gone."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from isolation.environment import DISTRIBUTIONS, Environment

pytestmark = pytest.mark.installs

ALL = ("lmrs-plugins", "lmrs", "lmrs-sequence", "lmrs-stranger")
QUICK = ("--data", "synthetic", "--set", "stages.0.epochs=1")
OWN = """
name: mine
extends: bert4rec
model:
  id: {use: sequence/item-id, width: 64}
  words: {use: stranger/hashed-title, width: 64}
  item: {use: sum, of: [id, words]}
"""


def test_plugin_imports_the_contract_and_nothing_else_of_lmrs() -> None:
    imported = set()
    for path in (DISTRIBUTIONS["lmrs-stranger"] / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                imported |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add((node.module or "").partition(".")[0])
    assert imported - set(sys.stdlib_module_names) == {"lmrs_plugins", "lmrs_stranger", "torch", "numpy", "pydantic"}


@pytest.fixture(scope="module")
def environment(fresh_environment: Callable[..., Environment]) -> Environment:
    return fresh_environment(*ALL)


def test_its_entry_point_loads_no_torch(environment: Environment) -> None:
    code = "import sys, lmrs_stranger.plugin as it; it.lmrs_encoders(); print('torch' in sys.modules)"
    done = environment.run("python", "-c", code)
    assert done.stdout.strip() == "False", done.stderr


def test_its_components_are_listed(environment: Environment) -> None:
    done = environment.run("lmrs", "components")
    assert done.returncode == 0, done.stderr
    assert "stranger/hashed-title" in done.stdout
    assert "stranger/popular-norm" in done.stdout


def test_its_recipe_trains_and_recommends(environment: Environment) -> None:
    done = environment.run("lmrs", "run", "stranger-mix", *QUICK, "--out", "mixed")
    assert done.returncode == 0, done.stderr
    (weights, *_) = (environment.folder / "mixed").rglob("*.safetensors")
    assert weights.stat().st_size > 2048 * 64 * 4, "the word vectors are part of what is saved"
    done = environment.run("lmrs", "evaluate", "mixed")
    assert done.returncode == 0, done.stderr


def test_taken_away_it_is_missed_by_name_and_nothing_else_suffers(
    fresh_environment: Callable[..., Environment], tmp_path: Path
) -> None:
    environment = fresh_environment(*ALL)
    environment.uninstall("lmrs-stranger")
    own = tmp_path / "mine.yaml"
    own.write_text(OWN)

    done = environment.run("lmrs", "run", "stranger-mix", *QUICK, "--out", "mixed")
    assert done.returncode in (2, 3)
    assert "stranger-mix" in done.stderr

    done = environment.run("lmrs", "run", str(own), *QUICK, "--out", "mixed")
    assert done.returncode in (2, 3)
    assert "stranger/hashed-title" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (environment.folder / "mixed").exists()

    done = environment.run("lmrs", "run", "bert4rec", *QUICK, "--out", "plain")
    assert done.returncode == 0, done.stderr
