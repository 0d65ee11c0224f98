"""What tests across the distributions share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from isolation.environment import Environment, build

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data sets beside the clone."""
    if not SHARED.is_dir():
        pytest.skip("no real data: the folder shared/data does not stand beside the clone")
    return SHARED


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The wheel of a distribution by its name, each built once."""
    folder = tmp_path_factory.mktemp("wheels")
    built: dict[str, Path] = {}

    def get(name: str) -> Path:
        if name not in built:
            built[name] = build(name, folder)
        return built[name]

    return get


@pytest.fixture(scope="session")
def fresh_environment(
    tmp_path_factory: pytest.TempPathFactory, wheel: Callable[[str], Path]
) -> Callable[..., Environment]:
    """Make an environment with the wheels of the named distributions in it, and nothing of the clone."""

    def make(*names: str) -> Environment:
        environment = Environment.create(tmp_path_factory.mktemp("environment") / "venv")
        environment.install(*map(wheel, names))
        return environment

    return make
