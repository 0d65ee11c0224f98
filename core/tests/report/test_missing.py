"""Runs that lack something, or are not alike."""

from __future__ import annotations

import shutil

import pytest

from lmrs.report.html import write_report
from lmrs.runs.folder import RunFolder

GONE = {
    "results": "There are no results yet: the run says that it is finished",
    "metrics.jsonl": "metrics.jsonl is missing",
    "data": "The data were not stored",
    "model": "There are no final weights yet",
    "recipe.yaml": "recipe.yaml: cannot be read",
}
DAMAGED = {
    "results/test.json": "test.json or its .npz is damaged",
    "results/test.npz": "test.npz is not what test.json was written with",
    "data/bundle.json": "not a whole bundle",
    "model/weights.safetensors": "the weights cannot be read",
    "metrics.jsonl": "metrics.jsonl, line 1: no JSON object",
    "recipe.yaml": "recipe.yaml is no YAML",
}


def report(path, open_page, **more):
    page = open_page(write_report(path, examples=0, **more))
    return page, next((text for text in page.texts["div"] if text.startswith("To know")), "")


def test_nothing_is_missing_in_a_whole_run(make_run, open_page):
    assert report(make_run(), open_page)[1] == ""


@pytest.mark.parametrize("name", GONE)
def test_what_is_gone_is_said_and_the_rest_is_shown(make_run, open_page, name):
    path = make_run()
    shutil.rmtree(path / name) if (path / name).is_dir() else (path / name).unlink()
    page, notice = report(path, open_page)
    assert GONE[name] in notice
    assert str(path) not in notice
    assert ("With 95 % intervals" in page.texts.get("figcaption", [])) == (name != "results")
    assert ("Validation: MRR" in page.texts.get("figcaption", [])) == (name != "metrics.jsonl")
    assert ("54.5%" in page.texts["td"]) == (name != "model")


@pytest.mark.parametrize("name", DAMAGED)
def test_what_is_damaged_is_said_and_the_rest_is_shown(make_run, open_page, name):
    path = make_run()
    (path / name).write_bytes(b"{[\x00\n" + (path / name).read_bytes())
    page, notice = report(path, open_page)
    assert DAMAGED[name] in notice
    assert str(path) not in notice
    graph = [] if name == "recipe.yaml" else ["graph"]
    assert page.all("h2") == [{"id": key} for key in ("results", "curves", "examples", "run", *graph, "details")]


def test_a_torn_last_line_costs_itself_only(make_run, open_page):
    path = make_run()
    with (path / "metrics.jsonl").open("a") as file:
        file.write('{"stage": "train", "epoch": 3, "ter')
    page, notice = report(path, open_page)
    assert "The last line of metrics.jsonl is torn" in notice
    assert "3 of at most 3" in page.text


def test_a_run_that_has_only_begun(tmp_path, open_page):
    with RunFolder.create(tmp_path / "new", "name: mine\nanswer: {use: dot}\n", seed=1, fingerprint="") as run:
        page, notice = report(run.path, open_page)
    assert "It runs, or was killed" in notice
    assert "no results yet: the run says that it is running" in notice
    assert "None were asked for" in page.text


def test_a_run_that_failed_says_why(make_run, open_page):
    path = make_run()
    with RunFolder.open(path, write=True) as run:
        run.note("failed", error="LmrsError: loss <next> became nan")
    assert "It failed. LmrsError: loss <next> became nan" in report(path, open_page)[1]


def test_a_recipe_that_learns_nothing_misses_nothing(make_run, open_page):
    path = make_run(stages=[], model={}, events=[])
    page, notice = report(path, open_page)
    assert notice == ""
    assert "The recipe trains nothing." in page.text


@pytest.mark.parametrize(
    "recipe", ["[]", "3", "name: {a: 1}\nstages: 5\nmodel: [x]\ndata: 7", "stages: [1, {name: [a]}]"]
)
def test_a_recipe_of_another_shape_is_no_reason_to_fail(make_run, open_page, recipe):
    path = make_run()
    (path / "recipe.yaml").write_text(recipe)
    page, _ = report(path, open_page)
    assert "With 95 % intervals" in page.texts["figcaption"]


def test_odd_events_are_drawn_as_far_as_they_can_be(make_run, open_page):
    events = [
        {"stage": "train", "epoch": 0, "terms": {"a": float("nan")}, "valid": None},
        {"stage": "train", "epoch": 1, "terms": {"a": None, "b": "x"}, "valid": {"MRR": float("inf")}},
        {"stage": "train", "epoch": "two", "terms": 3},
        {"note": "no epoch"},
        {"epoch": 10**400},
    ]
    page, _ = report(make_run(events=events), open_page)
    assert "Validation: MRR" in page.texts["figcaption"]
    assert "no numbers to draw" in page.text


def test_examples_that_cannot_be_made_say_why(make_run, open_page):
    page = open_page(write_report(make_run(), examples=2))
    assert "None could be made: " in page.text
    assert not page.all("article")


def test_runs_of_one_recipe_are_told_apart(make_run, open_page):
    others = [make_run("a", seed=1), make_run("b", seed=2)]
    page, _ = report(make_run(), open_page, others=others)
    assert {"mine", "mine (a)", "mine (b)"} <= set(page.texts["th"])


def test_numbers_of_another_question_do_not_stand_beside(make_run, open_page, replace_result):
    sampled, elsewhere = make_run("a", name="sampled"), make_run("b", name="elsewhere", fingerprint="def")
    replace_result(sampled, candidates="100 sampled uniformly, excluding seen, + positives", sampled=True)
    page, _ = report(make_run(), open_page, others=[sampled, elsewhere])
    assert not {"sampled", "elsewhere"} & set(page.texts["th"])
    assert "Not shown beside sampled: its candidates: 100 sampled uniformly" in page.text
    assert "Not shown beside elsewhere: elsewhere was run on other data or another split" in page.text


def test_a_sampled_ranking_says_so(make_run, open_page, replace_result):
    path = make_run()
    replace_result(path, candidates="100 sampled uniformly, excluding seen, + positives", sampled=True, seed=0)
    page, _ = report(path, open_page)
    assert "These candidates are a sample" in page.text


def test_a_rival_that_cannot_be_read_is_named(make_run, open_page, tmp_path):
    bare = make_run("bare", name="bare")
    shutil.rmtree(bare / "results")
    page, notice = report(make_run(), open_page, others=[tmp_path / "nowhere", bare])
    assert "nowhere: no run" in notice
    assert "Not shown beside this run: bare. There are no results yet" in notice
    assert "With 95 % intervals" in page.texts["figcaption"]


def test_a_graph_whose_plugin_is_not_there_is_said_and_not_drawn(make_run, open_page):
    page = open_page(write_report(make_run(), examples=0))
    assert not page.all("img")
    assert "It cannot be drawn: " in page.text
