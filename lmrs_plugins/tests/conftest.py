"""Plugins for the tests of the conformance checks stand in `samples`."""

from __future__ import annotations

from pathlib import Path

import pytest

SAMPLES = Path(__file__).parent / "samples"


@pytest.fixture
def samples(monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of sample plugins, importable."""
    monkeypatch.syspath_prepend(str(SAMPLES))
    return SAMPLES
