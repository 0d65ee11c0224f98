"""Every component keeps the contract, under each loss that it offers."""

from __future__ import annotations

from typing import Any

import pytest

from lmrs_plugins.testing import check_plugin

ALWAYS: dict[str, dict[str, Any]] = {
    "cloze": {"original": True},
    "sampler/sessions": {"gap": 7200.0},
    "task/sessions": {"gap": 7200.0},
}
"""`replaced-item` has no view to put items into otherwise, and events of the generated data are an hour apart."""
SETTINGS: dict[str, dict[str, dict[str, Any]]] = {
    "defaults": {},
    "negatives": {
        "cloze": {"negatives": 2},
        "permuted": {"negatives": 2},
        "permuted-item": {"loss": "bce"},
        "next": {"negatives": 2},
        "masked-item": {"loss": "bpr"},
        "next-item": {"loss": "bce"},
        "transformer": {"causal": True, "norm": "pre", "input_norm": True},
    },
    "features": {
        **{name: {"also": ["event"]} for name in ("cloze", "next", "permuted")},
        "category": {"subject": "event", "field": "rating", "buckets": 4},
        "number": {"subject": "event", "field": "rating"},
        "concat-mlp": {"norm": False, "activation": "gelu"},
        "item-in-context": {"merge": "product"},
    },
    "other-features": {
        "category": {"subject": "user", "field": "occupation"},
        "item-in-context": {"merge": "sum"},
        "task/sessions": {"targets": "each"},
    },
    "sampled": {
        "cloze": {"shared": 256},
        "permuted": {"shared": 256},
        "permuted-item": {"loss": "sampled"},
        "next": {"shared": 256},
        "masked-item": {"loss": "sampled"},
        "next-item": {"loss": "sampled"},
    },
}


@pytest.mark.parametrize("options", SETTINGS.values(), ids=SETTINGS)
def test_conforms(options: dict[str, dict[str, Any]]) -> None:
    together = {name: {**ALWAYS.get(name, {}), **options.get(name, {})} for name in {*ALWAYS, *options}}
    report = check_plugin("lmrs_sequence.plugin", options=together)
    assert report.exempt == {}
    assert {"encoder/item-id", "encoder/transformer", "objective/next-item"} <= set(report.passed)
