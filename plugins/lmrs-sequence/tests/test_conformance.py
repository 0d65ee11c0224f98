"""Every component keeps the contract, under each loss that it offers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lmrs_plugins import Bundle, Vocabulary
from lmrs_plugins.testing import check_plugin, generated_bundle
from lmrs_sequence.values import known_values, values_of

ALWAYS: dict[str, dict[str, Any]] = {
    "cloze": {"original": True, "negatives": 2},
    "sampler/sessions": {"gap": 7200.0},
    "task/sessions": {"gap": 7200.0},
}
"""`replaced-item` needs a view to put items into, `masked-item-contrast` items to tell the hidden ones from; events
of the generated data are an hour apart."""
SETTINGS: dict[str, dict[str, dict[str, Any]]] = {
    "defaults": {},
    "negatives": {
        "cloze": {"end": True, "prefixes": 0.5},
        "segments": {"prefixes": 1.0},
        "attribute-id": {"field": "brand"},
        "item-attribute": {"field": "brand", "prior": True},
        "masked-attribute": {"field": "brand"},
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


def with_attributes(field: str) -> Bundle:
    """The generated data with a row for each value of a column, as many as the checks expect vectors of attributes."""
    data = generated_bundle()
    attributes = Vocabulary("attribute", known_values(values_of(data, "item", field), field))
    return replace(data, vocabularies={**data.vocabularies, "attribute": attributes})


@pytest.mark.parametrize("options", SETTINGS.values(), ids=SETTINGS)
def test_conforms(options: dict[str, dict[str, Any]]) -> None:
    together = {name: {**ALWAYS.get(name, {}), **options.get(name, {})} for name in {*ALWAYS, *options}}
    data = with_attributes(together.get("attribute-id", {}).get("field", "categories"))
    report = check_plugin("lmrs_sequence.plugin", options=together, bundle=data)
    assert report.exempt == {}
    assert {"encoder/item-id", "encoder/transformer", "objective/next-item"} <= set(report.passed)
