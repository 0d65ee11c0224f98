"""What the tests of the data room share."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from lmrs.data.cards import DATASETS
from lmrs.data.load import Datasets, Loaded, load
from lmrs.data.load import read as read_tables
from lmrs.data.settings import DataSettings
from lmrs_plugins.card import Card
from lmrs_plugins.dataset import Tables

REAL = Path(__file__).resolve().parents[4] / "shared" / "data"


def _loader(card: Card) -> Callable[[], Any]:
    module, _, attribute = card.load.partition(":")
    return lambda: getattr(import_module(module), attribute)


@pytest.fixture(scope="session")
def datasets() -> Datasets:
    """What the host hands over."""
    return {f"lmrs/{card.name}": (card, _loader(card)) for card in DATASETS}


@pytest.fixture(scope="session")
def read(datasets: Datasets) -> Callable[..., Tables]:
    """Tables of a source, under settings given as keywords."""
    return lambda source, **settings: read_tables(DataSettings(source=str(source), **settings), datasets)


@pytest.fixture(scope="session")
def loaded(datasets: Datasets) -> Callable[..., Loaded]:
    """A split bundle of a source, under settings given as keywords."""
    return lambda source, **settings: load(DataSettings(source=str(source), **settings), datasets)


@pytest.fixture(scope="session")
def generated(loaded: Callable[..., Loaded]) -> Loaded:
    """The generated set, as it comes."""
    return loaded("synthetic")


@pytest.fixture
def real() -> Callable[[str], Path]:
    """A path among the real data, or a skip that says so."""

    def find(name: str) -> Path:
        if not (REAL / name).exists():
            pytest.skip(f"real data {name} is not beside this checkout")
        return REAL / name

    return find
