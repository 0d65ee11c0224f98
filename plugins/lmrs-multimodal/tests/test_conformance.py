"""Every component keeps the contract."""

from __future__ import annotations

from typing import Any

import pytest

from lmrs_plugins.testing import check_plugin

SETTINGS: dict[str, dict[str, Any]] = {
    "plain": {"image": {}},
    "projected": {"image": {"normalize": True, "width": 8, "crop": 0.5}},
}


@pytest.mark.parametrize("name", SETTINGS)
def test_conforms(name: str, tiny) -> None:
    options = {component: {"model": tiny, **said} for component, said in SETTINGS[name].items()}
    report = check_plugin("lmrs_multimodal.plugin", options=options)
    assert report.exempt == {}
    assert "encoder/image" in report.passed
