"""The shapes of `docs/cli-json.md`: keys are only ever added, and a change here is a change there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[3] / "docs" / "cli-json.md"
RESULT = {
    *("format", "part", "subject", "candidates", "sampled", "seen", "data", "seed", "cases", "positives", "rows"),
    *("unranked", "cold", "level", "metrics", "groups", "window"),
}
MEASURED = {"value", "low", "high", "cases", "definition", "higher_is_better"}
TREC = {"run", "qrels", "facts", "depth", "tag", "lines", "judgements", "tied"}


def check_result(result):
    assert result.keys() == RESULT
    for one in result["metrics"].values():
        assert one.keys() == MEASURED
    assert list(result["groups"]) == ["popularity", "history"]
    for grouping in result["groups"].values():
        assert grouping.keys() == {"definition", "groups"}
        for group in grouping["groups"].values():
            assert group.keys() == {"about", "cases", "positives", "metrics"}
            for one in group["metrics"].values():
                assert one.keys() == {"value", "low", "high", "cases"}


def test_run_and_resume(lmrs, tmp_path):
    for said in (lmrs("run", "most", "--out", tmp_path / "run", "--json"), lmrs("resume", tmp_path / "run", "--json")):
        assert said.err == ""
        assert said.json.keys() == {"run", "recipe", "data", "seed", "report", "result"}
        assert said.json["run"] == str(tmp_path / "run")
        check_result(said.json["result"])


def test_dry_run(lmrs):
    said = lmrs("run", "most", "--dry-run", "--json").json
    assert said.keys() == {"recipe", "data", "counts", "stages", "stage_data", "notes"}
    assert said["counts"].keys() == {"users", "items", "events"}


def test_evaluate(lmrs, trained):
    said = lmrs("evaluate", trained, "--json").json
    assert said.keys() == {"run", "result", "trec"}
    assert said["trec"] is None
    check_result(said["result"])


def test_evaluate_with_trec_files(lmrs, trained, tmp_path):
    said = lmrs("evaluate", trained, "--trec", tmp_path / "trec", "--json").json
    assert said["trec"].keys() == TREC
    facts = json.loads(Path(said["trec"]["facts"]).read_text(encoding="utf-8"))
    assert facts == {**said["trec"], "result": said["result"]}


def test_recommend(lmrs, trained):
    said = lmrs("recommend", trained, "--history", "i01,i02", "--json").json
    assert said.keys() == {"run", "user", "history", "added", "recommendations"}
    assert said["history"] == ["i01", "i02"]
    assert said["recommendations"][0].keys() >= {"rank", "id", "score"}


def test_compare(lmrs, trained, tmp_path):
    lmrs("run", "least", "--out", tmp_path / "least")
    said = lmrs("compare", trained, tmp_path / "least", "--json").json
    assert said.keys() == {"part", "runs", "differences"}
    for result in said["runs"].values():
        check_result(result)
    assert said["differences"][0].keys() == {
        *("metric", "first", "second", "first_mean", "second_mean", "difference", "low", "high"),
        *("p", "p_holm", "p_bh", "p_t", "cases", "grouping", "group"),
    }


def test_plugins(lmrs):
    said = lmrs("plugins", "--json").json
    assert said.keys() == {"contract", "plugins", "notes"}
    by_name = {row["name"]: row for row in said["plugins"]}
    assert by_name["toy"].keys() == {
        *("name", "distribution", "version", "module", "state", "cause", "cure", "notes", "counts")
    }
    assert by_name["toy"]["state"] == "loaded"
    assert by_name["toy"]["counts"] == {"transform": 1, "scorer": 1, "recipe": 2}


def test_components(lmrs):
    said = lmrs("components", "--family", "scorer", "--json").json
    assert said.keys() == {"components"}
    assert [one["name"] for one in said["components"]] == ["lmrs/dot", "toy/count"]
    assert said["components"][0].keys() == {
        *("family", "name", "plugin", "distribution", "version", "summary", "load", "options", "takes", "gives"),
        *("evaluation", "pulls", "reads", "emits", "columns", "needs", "uses", "traits", "source"),
    }


def test_recipes(lmrs):
    said = lmrs("recipes", "--json").json
    assert said.keys() == {"recipes"}
    assert [one["name"] for one in said["recipes"]] == ["toy/least", "toy/most"]
    assert said["recipes"][0].keys() == {"name", "plugin", "distribution", "version", "summary", "source"}


def test_recipe_show(lmrs):
    said = lmrs("recipe", "show", "least", "--json").json
    assert said.keys() == {"recipe", "provenance", "notes"}


def test_recipe_schema_is_json_either_way(lmrs):
    plain, asked = lmrs("recipe", "schema"), lmrs("recipe", "schema", "--json")
    assert plain.json == asked.json
    assert plain.json["$schema"].startswith("https://json-schema.org/")
    assert "toy/count" in plain.out


def test_data_show(lmrs):
    said = lmrs("data", "show", "synthetic", "--set", "options={users: 60, items: 40}", "--json").json
    assert said.keys() == {
        *("name", "fingerprint", "before", "counts", "sparsity", "history", "parts", "time", "data", "problems"),
        *("domains", "notes", "coverage", "impressions"),
    }
    assert said["problems"].keys() == {"total", "first"}
    assert said["coverage"].keys() == {"item", "user"}
    assert said["coverage"]["item"].keys() == {
        *("title", "categories", "image", "graph.knowledge", "training", "nothing"),
    }
    assert said["impressions"] is None


def test_data_show_of_impressions(lmrs):
    options = ("--set", "options={users: 60, items: 40, impressions: 100}", "--set", "split.by=impressions")
    said = lmrs("data", "show", "synthetic", *options, "--json").json["impressions"]
    assert said.keys() == {"count", "parts", "history", "candidates", "clicks"}
    assert (said["count"], sum(said["parts"].values())) == (100, 100)
    assert (
        "impressions: 100 (80 train, 10 valid, 10 test, 0 context)" in lmrs("data", "show", "synthetic", *options).out
    )


def test_data_make(lmrs, tmp_path):
    change = ("--set", "options={users: 60, items: 40}")
    said = lmrs("data", "make", "synthetic", tmp_path / "made", *change, "--json").json
    assert said.keys() == {"name", "folder", "files", "events", "impressions_left_out"}
    again = lmrs("data", "show", tmp_path / "made", "--json").json
    original = lmrs("data", "show", "synthetic", *change, "--json").json
    assert again["counts"] == original["counts"]
    assert again["data"] == original["data"]


def test_json_may_be_asked_for_before_the_command(lmrs):
    assert lmrs("--json", "recipes").json == lmrs("recipes", "--json").json


@pytest.mark.parametrize(
    "keys",
    [
        RESULT,
        MEASURED,
        TREC,
        {"about", "grouping", "group"},
        {"kind", "message"},
        {"p_holm", "p_bh", "p_t"},
        {"contract", "cure", "counts"},
        {"provenance"},
    ],
    ids=lambda keys: min(keys),
)
def test_the_page_names_every_key(keys):
    text = PAGE.read_text(encoding="utf-8")
    assert [key for key in sorted(keys) if f"`{key}`" not in text] == []


def test_errors_of_a_plugin_have_their_kind(lmrs):
    said = lmrs("run", "other/most", "--json")
    assert said.code == 3
    assert json.loads(said.err)["error"]["kind"] == "plugin"


def test_cache(lmrs, tmp_path, monkeypatch):
    monkeypatch.setenv("LMRS_CACHE", str(tmp_path))
    shown = lmrs("cache", "show", "--json").json
    assert shown == {"folder": str(tmp_path / "rows"), "bytes": 0, "kept": []}
    assert lmrs("cache", "clear", "--json").json == {"folder": str(tmp_path / "rows"), "bytes": 0}
    monkeypatch.setenv("LMRS_CACHE", "off")
    assert lmrs("cache", "show", "--json").json == {"folder": None, "bytes": 0, "kept": []}


def test_recipe_draw(lmrs, tmp_path):
    said = lmrs("recipe", "draw", "most", "--json").json
    assert said.keys() == {"recipe", "stage", "boxes", "wires", "file", "svg"}
    assert said["boxes"][0].keys() == {"key", "kind", "lines", "gives"}
    assert said["wires"][0].keys() == {"from", "output", "to", "port"}
    assert said["svg"].startswith("<svg ")
    kept = lmrs("recipe", "draw", "most", "--out", tmp_path / "most.svg", "--json").json
    assert kept["svg"] is None
    assert (tmp_path / "most.svg").read_text() == said["svg"]
