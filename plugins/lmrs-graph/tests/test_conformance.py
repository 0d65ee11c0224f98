"""Every component keeps the contract."""

from __future__ import annotations

from typing import Any

import pytest

from lmrs_plugins.testing import check_plugin

SETTINGS: dict[str, dict[str, dict[str, Any]]] = {
    "items": {"id": {"subject": "item"}, "pair": {"decay": 0.1}, "pairs": {"batch": 5}},
    "users": {"id": {"subject": "user"}, "pair": {"decay": 0.1, "loss": "bce"}, "negatives": {"negatives": 3}},
}


@pytest.mark.parametrize("options", SETTINGS.values(), ids=SETTINGS)
def test_conforms(options: dict[str, dict[str, Any]]) -> None:
    report = check_plugin("lmrs_graph.plugin", options=options)
    assert report.exempt == {}
    assert {"encoder/id", "encoder/lightgcn", "objective/pair"} <= set(report.passed)
