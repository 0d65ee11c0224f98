"""What `docs/contract.md` says is installed is installed, and what it links to is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from demands.trials import Trials

PAGE = Path(__file__).resolve().parents[2] / "docs" / "contract.md"
SYSTEMS = 23


@pytest.fixture(scope="module")
def text() -> str:
    return PAGE.read_text()


def test_components_that_it_names_exist(trials: Trials, text: str) -> None:
    installed = {entry.name for entry in trials.host.registry.entries()}
    bare = {name.partition("/")[2] for name in installed if name.startswith("lmrs/")}
    named = set(re.findall(r"`([a-z-]+/[a-z-]+)`", text))
    assert len(named) > 10
    assert named - installed == set()
    table = text.partition("## The check")[2].partition("## What does not fit")[0]
    own = set(re.findall(r"`(dot|gate|export|auc|pretrain|finetune-[a-z]+)`", table))
    assert own
    assert own - bare == set()


def test_links_lead_somewhere(text: str) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", text)
    assert len(links) > 10
    assert [link for link in links if not (PAGE.parent / link).exists()] == []


def test_every_system_has_a_row(text: str) -> None:
    rows = text.partition("## The check")[2].partition("## What does not fit")[0].splitlines()
    systems = [row.split("|")[1].strip() for row in rows if row.startswith("| ") and not row.startswith("| system")]
    assert len([name for name in systems if not name.startswith("(")]) == SYSTEMS
    assert all(len(re.split(r"(?<!\\)\|", row)) == 8 for row in rows if row.startswith("| "))
