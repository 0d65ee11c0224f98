"""`docs/folders.md` shows what happens; its recipe is run by `tests/engine/test_impressions.py`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from lmrs.data.mapping.schema import Folder
from lmrs.host.host import Host
from lmrs_plugins.card import Card

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "folders.md").read_text(encoding="utf-8")
MAPPINGS = re.findall(r"```yaml\n(.*?)```", PAGE, re.S)[:2]


@pytest.mark.parametrize("text", MAPPINGS, ids=["lastfm", "ml-1m"])
def test_its_mapping_files_are_right(text: str) -> None:
    said = Folder(**yaml.safe_load(text))
    assert said.graphs


def test_its_table_names_every_format_of_folders() -> None:
    table = PAGE[: PAGE.index("## By `data.yaml`")]
    cards: list[Card] = [entry.card for entry in Host().registry.entries("dataset")]
    folders = [card.name for card in cards if "format" in card.traits and "folder" in card.summary]
    assert {"mind", "movielens"} <= set(folders)
    assert all(name in table.lower() for name in folders)
