"""Numbers by groups on the page."""

from __future__ import annotations

import json

import pytest

from lmrs.report.html import write_report


def test_each_grouping_is_a_table_with_its_bounds_and_its_definition(make_run, open_page):
    page = open_page(write_report(make_run(), examples=0))
    assert [title for title in page.texts["h3"] if title.startswith("By")] == [
        "By popularity of the right answer",
        "By length of the history",
    ]
    (caption,) = (text for text in page.texts["caption"] if "by popularity" in text)
    assert "95 % intervals" in caption
    assert "Groups by training events of the right answer" in page.text
    assert "head: 6 training events: 1 of 6 rows" in page.text
    assert "cold: 0 training events: 1 of 6 rows" in page.text
    assert "short: 0 seen" in page.text


def test_numbers_are_those_of_the_result(make_run, open_page):
    path = make_run()
    result = json.loads((path / "results" / "test.json").read_text())
    page = open_page(write_report(path, examples=0))
    for grouping in result["groups"].values():
        for group in grouping["groups"].values():
            for one in group["metrics"].values():
                if one["value"] is not None:
                    assert f"{one['value']:.4f}" in page.text


def test_bars_have_every_run_and_keys_stay_unique(make_run, open_page):
    one, other = make_run("one"), make_run("two", seed=3, name="other")
    page = open_page(write_report(one, [other], examples=0))
    titles = [title for title in page.texts["title"] if "by popularity" in title]
    assert titles == ["NDCG@3 by popularity"]
    assert any("head, other" in title for title in page.texts["title"])
    ids = [attributes["id"] for name, attributes in page.elements if attributes.get("id")]
    assert len(ids) == len(set(ids))


@pytest.mark.fault("G: sampled candidates are labelled: report")
def test_sampled_numbers_are_labelled(make_run, open_page, replace_result):
    path = make_run()
    assert "a sample" not in open_page(write_report(path, examples=0)).text
    replace_result(path, candidates="5 sampled uniformly, excluding seen, + positives", sampled=True)
    text = open_page(write_report(path, examples=0)).text
    assert "5 sampled uniformly" in text
    assert "These candidates are a sample" in text
