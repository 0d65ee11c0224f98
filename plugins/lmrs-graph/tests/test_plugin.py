"""The entry point is light, and everything on its cards is there."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from typing import Any

import pytest

import lmrs_graph.plugin as plugin
from lmrs_plugins import Card, Options

HEAVY = ("torch", "numpy", "torch_geometric", "networkx", "pydantic", "pyarrow")
LIGHT = ("lmrs_graph.joined", "lmrs_graph.edges", "lmrs_graph.transforms.negatives", "lmrs_graph.samplers.pairs")
CARDS: list[Card] = [
    card for hook in ("encoders", "transforms", "samplers", "objectives") for card in getattr(plugin, f"lmrs_{hook}")()
]


def loaded_by(module: str) -> set[str]:
    code = f"import sys, {module}; print(*(name for name in {HEAVY!r} if name in sys.modules))"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())


def attribute(path: str) -> Any:
    module, _, name = path.partition(":")
    return getattr(import_module(module), name)


def test_listing_the_plugin_imports_nothing_heavy() -> None:
    assert loaded_by("lmrs_graph.plugin") == set()


@pytest.mark.parametrize("module", sorted({card.options.partition(":")[0] for card in CARDS if card.options}))
def test_options_import_no_torch(module: str) -> None:
    assert not {"torch", "torch_geometric"} & loaded_by(module)


@pytest.mark.parametrize(
    "module",
    ["lmrs_graph.adjacency", "lmrs_graph.alike", "lmrs_graph.transforms.negatives", "lmrs_graph.samplers.pairs"],
)
def test_what_travels_to_workers_imports_no_torch(module: str) -> None:
    assert not {"torch", "torch_geometric"} & loaded_by(module)


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
def test_what_a_card_names_exists_and_every_option_is_described(card: Card) -> None:
    assert callable(attribute(card.load))
    if card.options:
        options = attribute(card.options)
        assert issubclass(options, Options)
        options()
        assert all(field.description for field in options.model_fields.values())
