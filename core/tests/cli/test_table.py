"""Columns of text."""

from __future__ import annotations

from lmrs.cli.table import PLAIN_WIDTH, table, wrapped


def test_columns_are_aligned():
    assert list(table(("name", "count", "said"), [("a", "7", "one"), ("long name", "12", "two")], right=(1,))) == [
        "name       count  said",
        "a              7  one",
        "long name     12  two",
    ]


def test_a_last_column_of_numbers_is_set_right():
    assert list(table(("name", "count"), [("a", "7"), ("b", "12")], right=(1,))) == [
        "name  count",
        "a         7",
        "b        12",
    ]


def test_long_text_stays_in_its_column():
    lines = list(table(("name", "said"), [("a", "word " * 60)]))
    assert len(lines) > 3
    assert all(len(line) <= PLAIN_WIDTH for line in lines)
    assert all(line.startswith("      word") for line in lines[2:])


def test_an_empty_cell_at_the_end_is_a_line_all_the_same():
    assert list(table(("name", "said"), [("a", "")])) == ["name  said", "a"]


def test_paragraphs():
    lines = wrapped("word " * 60, "  ")
    assert all(len(line) <= PLAIN_WIDTH for line in lines)
    assert all(line.startswith("  word") for line in lines[1:])
