"""A library that is not there costs what needs it, and is named."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from isolation.environment import Environment

pytestmark = pytest.mark.installs

WITHOUT = """
import sys
for name in sys.argv[1].split(","):
    sys.modules[name] = None
from lmrs.cli.main import main
sys.exit(main(sys.argv[2:]))
"""
HEAVY = ("torch", "numpy", "scipy", "pyarrow", "safetensors", "accelerate")


@pytest.fixture(scope="module")
def both(fresh_environment: Callable[..., Environment]) -> Environment:
    return fresh_environment("lmrs-plugins", "lmrs", "lmrs-sequence")


@pytest.mark.fault("L: import without any of torch, numpy, scipy, pyarrow, safetensors, accelerate: lists")
@pytest.mark.parametrize("words", [["plugins"], ["components"], ["recipes"], ["recipe", "schema"]], ids=" ".join)
def test_lists_need_no_heavy_library(both: Environment, words: list[str]) -> None:
    done = both.run("python", "-c", WITHOUT, ",".join(HEAVY), *words)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.fault(f"L: import without {name}")) for name in HEAVY]
)
def test_a_run_names_the_library_that_is_missing(both: Environment, name: str) -> None:
    done = both.run("python", "-c", WITHOUT, name, "run", "sasrec", "--data", "synthetic", "--out", name)
    assert done.returncode == 2, done.stderr
    said = f"error: {name} is not installed, and lmrs needs it: `pip install lmrs` brings it"
    assert done.stderr.splitlines()[-1] == said
    assert not (both.folder / name).exists()
