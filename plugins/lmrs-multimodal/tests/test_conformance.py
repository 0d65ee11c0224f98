"""Every component keeps the contract."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lmrs_plugins import View
from lmrs_plugins.testing import check_plugin

ROWS, LONG, PATCHES, START, END = 5, 6, 4, 49406, 49407
SETTINGS: dict[str, dict[str, Any]] = {
    "plain": {"image": {}, "clip-text": {}},
    "projected": {
        "image": {"normalize": True, "width": 8, "crop": 0.5},
        "image-text": {"project": True, "learned": False},
        "candidate-aware": {"scaled": True},
        "clip-text": {
            "normalize": True,
            "width": 8,
            "fields": ["title", "categories"],
            "template": "{title}: {categories}",
        },
    },
    "users": {"clip-text": {"subject": "user", "fields": ["occupation", "gender"]}, "seen": {"subject": "user"}},
    "both ways": {"attention": {"dropout": 0.5}, "hide-both": {"swapped": 0.0}},
}


def read() -> View:
    """Texts of one to four words between the signs of start and end, some of them hidden."""
    rng = np.random.default_rng(3)
    mask = np.arange(LONG) < np.array([3, 6, 4, 5, 6])[:, None]
    tokens = rng.integers(1, 400, mask.shape) * mask
    tokens[:, 0] = START
    tokens[np.arange(ROWS), mask.sum(1) - 1] = END
    return View.of(item=np.arange(ROWS), mask=mask, values={"tokens": tokens, "hidden": mask & (tokens < 100)})


def looked_at() -> View:
    """Pictures of noise, one of which is not there."""
    pixels = np.random.default_rng(4).integers(0, 256, (ROWS, 3, 16, 16), dtype=np.uint8)
    there = np.arange(ROWS) != 2
    mask = np.repeat(there[:, None], PATCHES, 1)
    return View.of(item=np.arange(ROWS), mask=mask, values={"pixels": pixels, "there": there})


def guessed() -> dict[str, View]:
    """Eight rows of six places, for objectives over states."""
    rng = np.random.default_rng(5)
    mask = np.arange(LONG) < rng.integers(2, LONG + 1, 8)[:, None]
    colours = rng.random((8, LONG, 64), dtype=np.float32)
    asked = mask & (rng.random(mask.shape) < 0.6)
    return {
        "input": View.of(item=rng.integers(0, 24, mask.shape), mask=mask),
        "words": View(values={"token": rng.integers(0, 100, mask.shape)}, mask=asked),
        "parts": View(values={"colours": colours / colours.sum(-1, keepdims=True)}, mask=asked),
        "pair": View(values={"matched": np.arange(8) % 2 == 0}, mask=np.arange(8) < 7),
    }


INPUTS = {
    "image-text": {"input": View({"item": np.arange(8)}, {"item": "item"}, mask=np.arange(8) < 7)},
    "tokens-in-view": read(),
    "patches-in-view": looked_at(),
    "masked-multimodal": {name: view for name, view in guessed().items() if name != "pair"},
    "scorer/candidate-aware": {"input": guessed()["input"]},
    "multimodal-alignment": {name: guessed()[name] for name in ("input", "pair")},
}


@pytest.mark.parametrize("name", SETTINGS)
def test_conforms(name: str, tiny) -> None:
    options = {component: dict(said) for component, said in SETTINGS[name].items()}
    for tower in ("image", "patches", "patches-in-view", "clip-text", "tokens", "tokens-in-view", "hide-both"):
        options[tower] = {"model": tiny, **options.get(tower, {})}
    options["tokens"]["model"] = {**tiny, "text_cfg": {**tiny["text_cfg"], "no_causal_mask": name == "both ways"}}
    options["pictured"] = {"batch": 4}
    options["masked-multimodal"] = {"vocabulary": 100}
    report = check_plugin("lmrs_multimodal.plugin", options=options, inputs=INPUTS)
    assert report.exempt == {}
    assert {"encoder/image", "encoder/tokens-in-view", "objective/masked-multimodal", "scorer/candidate-aware"} <= set(
        report.passed
    )
