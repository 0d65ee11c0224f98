"""Importing the contract costs nothing."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version

import pytest

import lmrs_plugins


def heavy_after(code: str) -> set[str]:
    probe = f"import sys; {code}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    found = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True).stdout
    return set(found.split()) & {"torch", "numpy", "pydantic", "pyarrow"}


@pytest.mark.parametrize(
    "code",
    [
        "import lmrs_plugins",
        "from lmrs_plugins import Card, Port, Pull, ViewType, Family, hookimpl, InputError, __version__",
        "from lmrs_plugins.recipe import RecipeCard",
    ],
)
def test_what_an_entry_point_needs_is_light(code: str) -> None:
    assert heavy_after(code) == set()


def test_nothing_of_the_contract_imports_torch() -> None:
    code = "import lmrs_plugins as p; all_of_it = [getattr(p, name) for name in p.__all__]"
    found = heavy_after(code)
    assert "torch" not in found
    assert {"numpy", "pydantic"} <= found  # so that the probe is known to see what is imported


def test_plugins_without_modules_are_checked_without_torch() -> None:
    families = ("transforms", "samplers", "tasks", "metrics", "datasets")
    code = "import lmrs_plugins.testing.plugin, " + ", ".join(f"lmrs_plugins.testing.{one}" for one in families)
    assert "torch" not in heavy_after(code)


def test_every_exported_name_is_there_and_no_other() -> None:
    for name in lmrs_plugins.__all__:
        assert getattr(lmrs_plugins, name) is not None
    assert sorted(lmrs_plugins.__all__) == dir(lmrs_plugins)
    with pytest.raises(AttributeError, match="has no attribute 'Nonsense'"):
        _ = lmrs_plugins.Nonsense


def test_the_version_is_that_of_the_distribution() -> None:
    assert lmrs_plugins.__version__ == version("lmrs-plugins")
