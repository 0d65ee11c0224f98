"""The host and the sequence plugin, installed from wheels: a run from end to end."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from isolation.environment import Environment

pytestmark = pytest.mark.installs


@pytest.fixture(scope="module")
def both(fresh_environment: Callable[..., Environment]) -> Environment:
    return fresh_environment("lmrs-plugins", "lmrs", "lmrs-sequence")


def test_plugin_brings_its_recipes_in_the_wheel(both: Environment) -> None:
    done = both.run("lmrs", "recipes")
    assert done.returncode == 0, done.stderr
    assert {"bert4rec", "sasrec"} <= set(done.stdout.split())


@pytest.mark.fault("L: installed from wheels, with what they declare and nothing else")
def test_trains_evaluates_and_recommends(both: Environment) -> None:
    """One run folder serves three commands, so they are one test."""
    done = both.run("lmrs", "run", "bert4rec", "--data", "synthetic", "--set", "stages.0.epochs=1", "--out", "made")
    assert done.returncode == 0, done.stderr
    assert list((both.folder / "made").rglob("*.safetensors"))

    done = both.run("lmrs", "evaluate", "made", "--json")
    assert done.returncode == 0, done.stderr
    json.loads(done.stdout)
    assert "NDCG@10" in done.stdout

    assert both.run("lmrs", "data", "make", "synthetic", "atomic").returncode == 0
    (events,) = (both.folder / "atomic").rglob("*.inter")
    user = events.read_text().splitlines()[1].split("\t")[0]
    done = both.run("lmrs", "recommend", "made", "--user", user, "--top", "3", "--json")
    assert done.returncode == 0, done.stderr
    json.loads(done.stdout)


@pytest.mark.fault("L: plugin uninstalled")
def test_uninstalling_the_plugin_leaves_the_host(fresh_environment: Callable[..., Environment]) -> None:
    environment = fresh_environment("lmrs-plugins", "lmrs", "lmrs-sequence")
    environment.uninstall("lmrs-sequence")
    done = environment.run("lmrs", "recipes")
    assert done.returncode == 0, done.stderr
    assert "bert4rec" not in done.stdout
