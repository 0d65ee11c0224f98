"""What is installed is what was declared: the environments of these tests see nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from isolation.environment import ROOT, Environment

pytestmark = pytest.mark.installs


@pytest.fixture(scope="module")
def contract_alone(fresh_environment: Callable[..., Environment]) -> Environment:
    return fresh_environment("lmrs-plugins")


@pytest.mark.fault("L: import without torch: the contract")
def test_contract_imports_with_what_it_declares_and_no_torch(contract_alone: Environment) -> None:
    code = (
        "import sys, lmrs_plugins; [getattr(lmrs_plugins, name) for name in lmrs_plugins.__all__];"
        "print(lmrs_plugins.__file__, 'torch' in sys.modules)"
    )
    done = contract_alone.run("python", "-c", code)
    assert done.returncode == 0, done.stderr
    place, torch = done.stdout.split()
    assert torch == "False"
    assert Path(place).is_relative_to(contract_alone.folder)


@pytest.mark.fault("L: import without: {id}")
@pytest.mark.parametrize("missing", ["torch", "lmrs", "lmrs_sequence", "pytest"])
def test_contract_alone_brings_nothing_that_it_does_not_declare(contract_alone: Environment, missing: str) -> None:
    done = contract_alone.run("python", "-c", f"import {missing}")
    assert f"No module named '{missing}'" in done.stderr


@pytest.mark.fault("L: nothing of the clone on the path")
def test_nothing_of_the_clone_is_on_the_path(contract_alone: Environment) -> None:
    done = contract_alone.run("python", "-c", "import sys; print(*sys.path, sep='\\n')")
    inside = [line for line in done.stdout.splitlines() if Path(line).is_relative_to(ROOT)]
    assert inside == []
