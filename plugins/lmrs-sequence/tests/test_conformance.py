"""Every component keeps the contract, under each loss that it offers."""

from __future__ import annotations

from typing import Any

import pytest

from lmrs_plugins.testing import check_plugin

SETTINGS: dict[str, dict[str, dict[str, Any]]] = {
    "defaults": {},
    "negatives": {
        "cloze": {"negatives": 2},
        "next": {"negatives": 2},
        "masked-item": {"loss": "bpr"},
        "next-item": {"loss": "bce"},
        "transformer": {"causal": True, "norm": "pre", "input_norm": True},
    },
    "sampled": {
        "cloze": {"shared": 256},
        "next": {"shared": 256},
        "masked-item": {"loss": "sampled"},
        "next-item": {"loss": "sampled"},
    },
}


@pytest.mark.parametrize("options", SETTINGS.values(), ids=SETTINGS)
def test_conforms(options: dict[str, dict[str, Any]]) -> None:
    report = check_plugin("lmrs_sequence.plugin", options=options)
    assert report.exempt == {}
    assert {"encoder/item-id", "encoder/transformer", "objective/next-item"} <= set(report.passed)
