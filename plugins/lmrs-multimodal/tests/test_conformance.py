"""Every component keeps the contract."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lmrs_plugins import View
from lmrs_plugins.testing import check_plugin

SETTINGS: dict[str, dict[str, Any]] = {
    "plain": {"image": {}, "clip-text": {}},
    "projected": {
        "image": {"normalize": True, "width": 8, "crop": 0.5},
        "clip-text": {
            "normalize": True,
            "width": 8,
            "fields": ["title", "categories"],
            "template": "{title}: {categories}",
        },
    },
    "users": {"clip-text": {"subject": "user", "fields": ["occupation", "gender"]}, "seen": {"subject": "user"}},
}
INPUTS = {"image-text": {"input": View({"item": np.arange(8)}, {"item": "item"}, mask=np.arange(8) < 7)}}


@pytest.mark.parametrize("name", SETTINGS)
def test_conforms(name: str, tiny) -> None:
    options = {component: dict(said) for component, said in SETTINGS[name].items()}
    for tower in ("image", "patches", "clip-text"):
        options[tower] = {"model": tiny, **options.get(tower, {})}
    options["pictured"] = {"batch": 4}
    report = check_plugin("lmrs_multimodal.plugin", options=options, inputs=INPUTS)
    assert report.exempt == {}
    assert {"encoder/image", "encoder/clip-text", "objective/image-text", "sampler/pictured"} <= set(report.passed)
