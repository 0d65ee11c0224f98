"""Every component keeps the contract."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lmrs_plugins import Examples, View
from lmrs_plugins.testing import check_plugin

EDGES = Examples(
    np.arange(9), {"head": np.arange(9), "relation": np.arange(9) % 2, "tail": np.array([3, 1, 4, 1, 5, 9, 2, 6, 5])}
)
NODES = Examples(np.arange(9), {"node": np.arange(9)})
ROWS = np.arange(18).reshape(6, 3)
ASKED = {
    "head": View({"item": ROWS[:, 0]}, {"item": "item"}, {"relation": ROWS[:, 1] % 2}),
    "tail": View({"item": ROWS[:, 2]}, {"item": "item"}),
    "wrong": View({"item": ROWS[:, :2]}, {"item": "item"}, {"instead": ROWS[:, 1:] % 2}, ROWS[:, 1:] % 5 > 0),
}
"""What `link` looks at; it is of any subject, and the checks take items for that."""
HIDDEN = {
    "hidden": View({"item": ROWS[:, 0]}, {"item": "item"}),
    "negative": View({"item": ROWS[:, 1:]}, {"item": "item"}, mask=ROWS[:, 1:] % 5 > 0),
}
INPUTS = {
    **dict.fromkeys(("corrupt", "triples"), EDGES),
    **dict.fromkeys(("link", "masked-edge"), ASKED),
    "hide": NODES,
    "masked-node": HIDDEN,
}
SOCIAL = {"graph": "social", "subject": "user"}
LAYERS = ("sage", "rgcn", "gat", "compgcn")
SETTINGS: dict[str, dict[str, dict[str, Any]]] = {
    "items": {
        "show": {"data": "any", "item": "i3", "hops": 2, "out": "drawn.svg"},
        "id": {"subject": "item"},
        "pair": {"decay": 0.1},
        "pairs": {"batch": 5},
        "edges": {"batch": 7},
        "corrupt": {"negatives": 3},
        "triples": {"negatives": 2, "side": "tail"},
        "masked-edge": {"target": "existence"},
        "rgcn": {"layers": 2, "bases": 2, "width": 16},
        "gat": {"heads": 2, "dropout": 0.2},
        "compgcn": {"compose": "correlate", "inverse": False},
        "sage": {"aggregate": "max"},
        "sampled-sage": {"fan": [2, 2]},
        "ngcf": {"layers": 2},
        "shared-compgcn": {"columns": ["categories", "year"], "graphs": ["knowledge"], "bases": 2},
        "similar-gcn": {"graphs": ["knowledge"], "most": 4},
    },
    "users": {
        "show": {"data": "any", "user": "u0", "to": "item:i5"},
        "id": {"subject": "user"},
        "pair": {"decay": 0.1, "loss": "bce"},
        "negatives": {"negatives": 3},
        "edges": {**SOCIAL, "batch": 7},
        "nodes": {**SOCIAL, "batch": 5},
        "hide": {"subject": "user"},
        **dict.fromkeys(("corrupt", "triples"), SOCIAL),
        "link": {"score": "transe", "loss": "margin"},
        "transe": {"subject": "user", "graph": "social"},
        "shared-compgcn": {"subject": "user", "columns": ["occupation"], "mean": "neighbours", "bases": 0},
        "similar-gcn": {"subject": "user", "columns": ["gender"], "graphs": ["social"], "width": 16},
        **dict.fromkeys(LAYERS, SOCIAL),
        **{f"sampled-{name}": {**SOCIAL, "layers": 1, "fan": [3]} for name in LAYERS},
    },
}


EXEMPT = {"items": {"pair.inputs": "what is added to every score of a user cancels where two of them are compared"}}


@pytest.mark.parametrize("name", SETTINGS)
def test_conforms(name: str) -> None:
    exempt = EXEMPT.get(name, {})
    report = check_plugin("lmrs_graph.plugin", options=SETTINGS[name], inputs=INPUTS, exempt=exempt)
    assert report.exempt == exempt
    assert {"encoder/id", "encoder/lightgcn", "objective/pair", "command/show"} <= set(report.passed)
