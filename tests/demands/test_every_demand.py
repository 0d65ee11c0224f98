"""What holds for each demand alike: it trains, survives `kill -9`, is saved and read; its components are small."""

from __future__ import annotations

import ast
import inspect
import math
import subprocess
import sys
from importlib import import_module

import numpy as np
import pytest
from demands.trials import PLUGINS, RECIPES, Trials, log, same

DEMANDS = {
    "pair-subgraph": 18,
    "pair-head": 30,
    "vector-tables": 17,
    "changed-shape": 17,
    "three-passes": 39,
    "shared-pass": 27,
    "token-budget": 27,
    "profile-prompt": 29,
    "own-list": 15,
    "own-family": 15,
    "handed-over": 39,
}
"""Recipe, and the optimiser step after which it is killed: in its last stage, with steps since the last checkpoint."""
MOST_LINES = 30
PARTS = sorted(path.stem for path in PLUGINS.glob("_*.py"))


def test_every_recipe_is_a_demand() -> None:
    assert {path.stem for path in RECIPES.glob("*.yaml")} == set(DEMANDS)


@pytest.mark.parametrize("name", DEMANDS)
def test_losses_are_finite_and_fall(trials: Trials, name: str) -> None:
    epochs = log(trials.pipeline(name))
    last = epochs[-1]["stage"]
    curves = [event["terms"] for event in epochs if event["stage"] == last]
    assert all(math.isfinite(value) for terms in curves for value in terms.values())
    assert sum(curves[-1].values()) < sum(curves[0].values())


@pytest.mark.fault("C: SIGKILL in the recipe of a demand: {id}")
@pytest.mark.parametrize(("name", "after"), [*DEMANDS.items(), ("changed-shape", 9), ("vector-tables", 13)])
def test_killed_run_ends_as_the_undisturbed_one(trials: Trials, name: str, after: int) -> None:
    whole = trials.pipeline(name)
    resumed = trials.resumed(trials.killed(name, after))
    assert same(resumed.weights, whole.weights)
    assert log(resumed) == log(whole)
    assert resumed.evaluate("test").numbers() == whole.evaluate("test").numbers()


@pytest.mark.parametrize("name", DEMANDS)
def test_read_from_its_folder_it_answers_the_same(trials: Trials, name: str) -> None:
    whole, loaded = trials.pipeline(name), trials.loaded(name)
    examples = whole.cases("test").examples
    if "answers" in whole.setting.resolved.answer.card.traits:
        lists = [one.answering.answer(examples, 5, None) for one in (whole, loaded)]
        assert np.array_equal(lists[0].rows.numpy(), lists[1].rows.numpy())
        assert np.array_equal(lists[0].scores.numpy(), lists[1].scores.numpy())
        return
    candidates = np.tile(np.arange(6), (len(examples), 1)) if whole.setting.resolved.reranks else None
    scores = [one.answering.scores(examples, candidates).numpy() for one in (whole, loaded)]
    assert np.array_equal(*scores)
    assert np.isfinite(scores[0]).any()


@pytest.mark.parametrize("module", PARTS)
def test_no_component_is_longer_than_thirty_lines(trials: Trials, module: str) -> None:
    found = import_module(module)
    classes = [one for one in vars(found).values() if inspect.isclass(one) and one.__module__ == module]
    assert classes
    assert {one.__name__: lines for one in classes if (lines := len(inspect.getsourcelines(one)[0])) > MOST_LINES} == {}


@pytest.mark.parametrize("path", sorted(PLUGINS.glob("*.py")), ids=lambda path: path.stem)
def test_they_import_the_contract_and_nothing_else_of_lmrs(path) -> None:
    imported = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            imported |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").partition(".")[0])
    allowed = {"lmrs_plugins"} if not path.stem.startswith("_") else {"lmrs_plugins", "torch", "numpy", "pydantic"}
    assert imported - set(sys.stdlib_module_names) - {"_demand_options"} <= allowed


def test_listing_them_loads_no_torch() -> None:
    code = (
        "import sys; from lmrs.host.host import Host; host = Host(plugin_dir=sys.argv[1], strict=True); "
        "assert {'pairs', 'token-budget'} <= {row.name for row in host.plugins}; sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(PLUGINS)], check=False).returncode == 0
