"""Every component keeps the contract, on models of each kind."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lmrs_plugins import View
from lmrs_plugins.testing import check_plugin

LENGTHS = (6, 4, 1, 5, 2)
MASK = np.arange(6) < np.array(LENGTHS)[:, None]
ITEMS = np.arange(30).reshape(5, 6) % 24 * MASK
SHOWN = View({"item": np.arange(5)}, {"item": "item"}, {"tokens": ITEMS}, MASK)
LOSS = {
    "input": View({"item": ITEMS}, {"item": "item"}, {}, MASK),
    "target": View(values={"token": (ITEMS + 1) % 24}, mask=MASK),
}
INPUTS: dict[str, Any] = {"language-model": SHOWN, "masked-token": LOSS, "next-token": LOSS}
OF_TEXTS = ("encoder", "mask-tokens", "next-tokens")
SETTINGS: dict[str, tuple[str, dict[str, Any]]] = {
    "bert": ("bert", {"fields": ["title", "categories"], "length": 12}),
    "users": ("bert", {"subject": "user", "fields": ["occupation", "gender"], "segments": True}),
    "gpt2": ("gpt2", {"fields": ["title"], "length": 8}),
    "t5": ("t5", {"fields": ["description"], "template": "plot {description}", "length": 8}),
}
"""The kind of model, and what all say of its texts."""
OWN: dict[str, dict[str, Any]] = {
    "bert": {"pooling": "cls", "width": 8},
    "users": {"normalize": True, "layers": 1},
    "gpt2": {"pooling": "last"},
    "t5": {},
}


@pytest.mark.parametrize("name", SETTINGS)
def test_conforms(name: str, model_of) -> None:
    kind, texts = SETTINGS[name]
    of_model = {"model": model_of(kind)}
    options: dict[str, dict[str, Any]] = {one: {**of_model, "length": 32, **texts} for one in OF_TEXTS}
    options["encoder"] |= {"weights": "random", **OWN[name]}
    options["language-model"] = {**of_model, "weights": "random"}
    options["rows"] = {"subject": texts.get("subject", "item"), "batch": 4}
    if kind == "gpt2":
        options["mask-tokens"]["model"] = model_of("bert")
    report = check_plugin("lmrs_text.plugin", options=options, inputs=INPUTS)
    assert report.exempt == {}
    assert {"encoder/encoder", "encoder/language-model", "strategy/lora", "strategy/ia3"} <= set(report.passed)
