"""`pip install lmrs` and no plugin: the host works, and says what would supply the rest."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from isolation.environment import Environment

pytestmark = pytest.mark.installs


@pytest.fixture(scope="module")
def host(fresh_environment: Callable[..., Environment]) -> Environment:
    return fresh_environment("lmrs-plugins", "lmrs")


@pytest.mark.fault("L: no plugin installed: lists")
@pytest.mark.parametrize("arguments", [["--help"], ["plugins"], ["components"], ["recipes"], ["plugins", "--json"]])
def test_lists_work_without_any_plugin(host: Environment, arguments: list[str]) -> None:
    done = host.run("lmrs", *arguments)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


@pytest.mark.fault("L: no plugin installed: components")
def test_components_are_the_hosts_own(host: Environment) -> None:
    done = host.run("lmrs", "components", "--json")
    assert done.returncode == 0, done.stderr
    json.loads(done.stdout)
    assert "lmrs/dot" in done.stdout
    assert "sequence/" not in done.stdout


@pytest.mark.fault("L: no plugin installed: a recipe of one")
def test_missing_recipe_names_the_distribution_that_has_it(host: Environment) -> None:
    done = host.run("lmrs", "run", "bert4rec", "--data", "synthetic", "--out", "made")
    assert done.returncode in (2, 3), done.stderr
    assert "lmrs-sequence" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (host.folder / "made").exists()


DUMP = """
import sys
from lmrs.cli.main import main
sys.argv = ["lmrs", *sys.argv[1:]]
try:
    main()
except SystemExit as stop:
    assert not stop.code, stop.code
heavy = {"torch", "scipy", "pyarrow", "accelerate", "numpy"}
print("LOADED", *sorted(heavy & set(sys.modules)))
"""


@pytest.fixture(scope="module")
def both(fresh_environment: Callable[..., Environment]) -> Environment:
    return fresh_environment("lmrs-plugins", "lmrs", "lmrs-sequence")


@pytest.mark.fault("L: lists load nothing heavy")
@pytest.mark.parametrize("arguments", [["--help"], ["plugins"], ["components"], ["recipes"]])
def test_listing_loads_nothing_heavy(both: Environment, arguments: list[str]) -> None:
    done = both.run("python", "-c", DUMP, *arguments)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].strip() == "LOADED"
