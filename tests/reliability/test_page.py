"""`docs/reliability.md` says what is tested, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from reliability.collected import Fault, fault_of, faults
from reliability.page import PAGE, REPAIR, filled

MORE_THAN = 180
"""Tests of faults that the best peer has."""


@pytest.fixture(scope="module")
def found() -> list[Fault]:
    return faults()


def test_the_page_says_what_is_collected(found: list[Fault]) -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert filled(text, found) == text, f"the page is not of these tests: {REPAIR}"


def test_there_are_more_than_the_best_peer_has(found: list[Fault]) -> None:
    assert len({fault.test for fault in found}) == len(found)
    assert len(found) > MORE_THAN


def test_every_group_has_tests_or_a_reason(found: list[Fault]) -> None:
    parts = re.split(r"^## ([A-L])\. ", PAGE.read_text(encoding="utf-8"), flags=re.M)
    groups = dict(zip(parts[1::2], parts[2::2], strict=True))
    assert list(groups) == list("ABCDEFGHIJKL")
    for group, text in groups.items():
        assert any(fault.group == group for fault in found) or "Left out" in text, group


def test_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", PAGE.read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not (PAGE.parent / link).exists()] == []


def marked(*marks: str, given: str = "") -> Any:
    """A test with these marks, and parameters of this id."""
    item = SimpleNamespace(nodeid="test", path=Path(__file__))
    item.iter_markers = lambda name: (getattr(pytest.mark, name)(mark).mark for mark in marks)
    return item if not given else SimpleNamespace(**vars(item), callspec=SimpleNamespace(id=given))


@pytest.mark.parametrize("text", ["no group", "M: too far", "A:", "A: {id}", "A: {id} {more}", "A: a | b"])
def test_a_mark_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not 'GROUP: case'"):
        fault_of(marked(text))


def test_two_marks_are_refused() -> None:
    with pytest.raises(ValueError, match="one mark"):
        fault_of(marked("A: one", "B: two"))


def test_a_mark_may_name_the_parameters() -> None:
    fault = fault_of(marked("D: {id}", given="truncated at 50 %"))
    assert fault == Fault("D", "truncated at 50 %", "tests/reliability/test_page.py", "test")


def test_without_a_mark_it_is_no_fault() -> None:
    assert fault_of(marked()) is None
