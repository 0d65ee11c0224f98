"""A cache of the test's own, and runs over titles."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from lmrs.answer.pipeline import Pipeline
from lmrs.answer.run import run
from lmrs.host.host import Host

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def host() -> Host:
    return Host(plugin_dir=HERE / "plugins", strict=True)


@pytest.fixture(scope="session")
def content(host: Host) -> ModuleType:
    """The module of the components; the host has put it on the path."""
    return import_module("_titled")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where rows are kept."""
    monkeypatch.setenv("LMRS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "rows"


@pytest.fixture
def train(host: Host, content: ModuleType, cache: Path, tmp_path: Path) -> Callable[..., tuple[Pipeline, int]]:
    """Run `frozen`: the pipeline, and how many rows were encoded for whole tables."""
    made: list[Any] = []

    def call(*overrides: str) -> tuple[Pipeline, int]:
        content.Titles.encoded = 0
        out = tmp_path / f"run-{len(made)}"
        made.append(run(HERE / "frozen.yaml", overrides=overrides, out=out, host=host, device="cpu"))
        return made[-1], content.Titles.encoded

    return call
