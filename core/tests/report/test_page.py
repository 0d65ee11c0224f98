"""What stands in a report, and that it stands there by itself."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from lmrs.evaluation.stored import load
from lmrs.report.examples import Example, Shown
from lmrs.report.html import write_report
from lmrs.runs.events import Events
from lmrs_plugins import InputError


@pytest.fixture
def page(make_run, open_page, example):
    return open_page(write_report(make_run(), [make_run("other", seed=1, name="rival")], [example]))


def test_it_needs_nothing_beside_it(page):
    for tag, attributes in page.elements:
        assert tag not in {"script", "iframe", "object", "embed", "base", "form"}
        for name in ("src", "href", "xlink:href", "data", "srcset", "action"):
            assert (attributes.get(name) or "data:").startswith("data:"), (tag, attributes)
        assert not any(name.startswith("on") for name in attributes), (tag, attributes)
    assert not re.search(r"@import|url\(|https?://", page.source)
    policy = next(meta["content"] for meta in page.all("meta") if meta.get("http-equiv") == "Content-Security-Policy")
    assert "default-src 'none'" in policy


def test_a_screen_reader_finds_its_way(page):
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in page.elements:
        for name in ("aria-labelledby", "aria-describedby"):
            assert attributes.get(name) is None or attributes[name] in ids
    assert all(head["scope"] in ("row", "col") for head in page.all("th"))
    assert len(page.all("caption")) == len(page.all("table")) >= 6
    plots = page.all("svg")
    assert len(page.all("desc")) == len(plots) == 8
    assert all(plot["role"] == "img" and plot["aria-describedby"] for plot in plots)
    assert page.all("html") == [{"lang": "en"}]
    assert len(page.all("h1")) == 1


def test_it_fits_a_phone_the_dark_and_paper(page):
    assert any(meta.get("name") == "viewport" for meta in page.all("meta"))
    assert "prefers-color-scheme: dark" in page.source
    assert "@media print" in page.source
    assert page.source.count('class="scroll"') == len(page.all("table"))


def test_what_was_run(page):
    assert page.texts["h1"] == ["mine on films"]
    wanted = ["a model of films", "Author, Venue 2020", "films.inter", "3 users, 6 items, 12 events"]
    wanted += ["train 6, valid 3, test 3", "finished", "lmrs/pretrain", "one a step of: p/cloze, p/pairs × 0.2"]
    wanted += [
        "adamw, rate 0.001",
        "3 of at most 3",
        "2 (NDCG@3 0.3750)",
        "plugin p",
        "0.3",
        "lmrs run run/recipe.yaml",
    ]
    for one in wanted:
        assert one in page.text
    assert "Seed7Data" in page.text
    assert sum(text.startswith("name: mine\n") for text in page.texts["pre"]) == 1


def test_the_command_of_the_run_is_told_where_it_was_noted(make_run, open_page):
    from lmrs.runs.folder import RunFolder

    path = make_run()
    with RunFolder.open(path, write=True) as run:
        run.note(command=["lmrs", "run", "mine", "--seed", "7"])
    assert "lmrs run mine --seed 7" in open_page(write_report(path, examples=0)).text


def test_every_metric_with_interval_definition_and_rivals(page, tmp_path):
    for folder in ("run", "other"):
        for one in load(tmp_path / folder / "results", "test").measured:
            assert one.name in page.text
            assert f"{one.value:.4f}" in page.text
            assert one.low is None or f"{one.low:.4f} to {one.high:.4f}" in page.text
            assert f"{one.definition}." in page.text
    assert "rival" in page.texts["th"]
    assert "after Holm's correction over the 2 rows" in page.text
    assert "1 were not ranked" in page.text
    assert "1 cold" in page.text
    assert "all rows, excluding seen" in page.text


def test_the_difference_is_this_run_minus_the_other(page, tmp_path):
    mine, other = (load(tmp_path / folder / "results", "test") for folder in ("run", "other"))
    gap = mine["MRR"] - other["MRR"]
    assert gap
    cells = [text for text in page.texts["td"] if text.startswith(f"{gap:+.4f}")]
    assert len(cells) == 1


def test_the_best_of_a_row_is_bold(page, tmp_path):
    mine, other = (load(tmp_path / folder / "results", "test") for folder in ("run", "other"))
    best = re.findall(r'class="best">([^<]*)<', page.source)
    assert f"{max(mine['MRR'], other['MRR']):.4f}" in best
    assert f"{min(mine['MRR'], other['MRR']):.4f}" not in best


def test_every_curve_of_every_stage(page, tmp_path):
    assert [text for text in page.texts["h3"] if text.startswith("Stage")] == ["Stage 1: warm-up", "Stage 2: train"]
    for event in Events(tmp_path / "run" / "metrics.jsonl").read():
        for name, value in {**event["terms"], **event.get("valid", {})}.items():
            assert f"{name}, epoch {event['epoch'] + 1}: {value:.5g}" in page.text
            assert f"{value:.4f}" in page.texts["td"]
    # 4 and 0.06 do not share a plot; NDCG@3 and NDCG@6 do.
    assert "Training: cloze.loss" in page.texts["figcaption"]
    assert "Training: pairs.loss" in page.texts["figcaption"]
    assert page.texts["figcaption"].count("Validation: NDCG") == 1
    assert page.text.count("best NDCG@3") >= 3


def test_examples_with_titles_and_what_came_next(page):
    card = page.texts["article"][0]
    for one in ("ann", "Alien", "12 earlier left out", "Cube", "i2", "i5", "1.500", "-0.250"):
        assert one in card
    assert card.count("✓ Cube") == 1


def test_parameters_by_node(page):
    text = " ".join(page.text.split())
    assert re.search(r"history\s*p/layers\s*2\s*20\s*45\.5%", text)
    assert re.search(r"item\s*p/table\s*1\s*24\s*54\.5%", text)
    assert "4 × 4" in page.texts["td"]


def test_whatever_it_is_given_is_escaped(make_run, open_page, evil):
    stage = {"name": evil, "objectives": [{"use": evil}], "strategy": {"use": evil}, "sampler": evil, "epochs": evil}
    events = [{"stage": evil, "epoch": 0, "step": evil, "terms": {evil: 1.0}, "valid": {evil: 2.0, "x": "2"}}]
    model = {"item": {"use": evil}}
    recipe = {
        "name": evil,
        "summary": evil,
        "source": evil,
        "data": {"source": evil},
        "model": model,
        "stages": [stage],
    }
    path, other = make_run(events=events, **recipe), make_run("other", name=evil)
    shown = Shown(evil, evil, evil)
    page = open_page(write_report(path, [other], [Example(evil, (shown,), 0, (shown,), ((shown, 1.0),))]))
    assert not page.all("img")
    assert not page.all("script")
    assert page.texts["h1"] == [f"{evil} on films"]
    assert page.texts["article"][0].count(evil) >= 6
    assert page.text.count(evil) > 20


def test_characters_without_a_place_in_html_do_not_break_it(make_run, open_page):
    page = open_page(write_report(make_run(summary="bell \x07, half \ud800, line \x0b"), examples=0)).text
    assert "bell \ufffd" in page


def test_the_same_folder_gives_the_same_bytes(make_run, example):
    path, other = make_run(), make_run("other", seed=1)
    first = write_report(path, [other], [example]).read_bytes()
    assert write_report(path, [other], [example]).read_bytes() == first


def test_writing_it_loads_no_torch():
    code = "import sys, lmrs.report.html; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_folder_that_is_no_run_is_refused_and_left_alone(tmp_path: Path):
    with pytest.raises(InputError, match="no run"):
        write_report(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_data_of_a_stages_own_and_the_run_that_it_starts_from(make_run, open_page):
    named = {"source": [{"source": "./books", "name": "libri"}, "films.inter"]}
    stages = [
        {"name": "warm-up", "data": named, "init": f"run /runs/first sha256:{'0' * 64}"},
        {"name": "train", "init": "keep"},
    ]
    page = open_page(write_report(make_run(stages=stages)))
    cells = page.texts["td"] + page.texts["th"]
    assert "warm-upon libri, films.interfrom /runs/first" in cells
    assert "train" in cells
    last = open_page(write_report(make_run("last", stages=[{"name": "train", "data": named}])))
    assert re.search(r"Read from\s*libri, films\.inter", last.text)
