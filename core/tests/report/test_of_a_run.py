"""The report of a run that was really made."""

from __future__ import annotations

import base64
import re
from xml.etree import ElementTree

import pytest

from lmrs.answer.pipeline import Pipeline
from lmrs.answer.run import run
from lmrs.host.host import Host
from lmrs.report.examples import of_folder, of_pipeline
from lmrs.report.html import write_report


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    host = Host()
    if not any(entry.card.name == "popularity" for entry in host.recipes):
        pytest.skip("no plugin with the recipe `popularity` is installed")
    path = tmp_path_factory.mktemp("runs") / "popular"
    run("popularity", "synthetic", out=path, host=host)
    return path


def test_its_report_recommends_what_its_pipeline_does(folder, open_page):
    page = open_page(write_report(folder, examples=2))
    cards = page.texts["article"]
    assert len(cards) == 2
    pipeline = Pipeline.load(folder)
    for card, example in zip(cards, of_pipeline(pipeline, users=2), strict=True):
        assert len(example.answers) == 10
        assert not {one.id for one in example.history} & {one.id for one, _ in example.answers}
        for one, _ in example.answers:
            assert one.title in card
    assert "To know" not in page.text
    assert re.search(r"\d users, 400 items", page.text)


def test_examples_of_a_folder_are_those_of_its_pipeline(folder):
    assert of_folder(folder, users=3, top=4) == of_pipeline(Pipeline.load(folder), users=3, top=4)


def test_it_is_the_same_when_made_again(folder):
    assert write_report(folder).read_bytes() == write_report(folder).read_bytes()


def test_the_model_graph_is_in_it(folder, open_page):
    (image,) = open_page(write_report(folder, examples=0)).all("img")
    kind, _, data = image["src"].partition(",")
    assert kind == "data:image/svg+xml;base64"
    root = ElementTree.fromstring(base64.b64decode(data))
    boxes = [
        group.attrib["data-box"] for group in root.iter("{http://www.w3.org/2000/svg}g") if "data-box" in group.attrib
    ]
    assert "scorer.popularity" in boxes
    assert all(box in image["alt"] for box in boxes)
