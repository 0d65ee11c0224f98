"""What stands with every number, wherever it is printed."""

from __future__ import annotations

import pytest

from lmrs.evaluation import evaluator

RULES = (
    "tied scores share the expected rank",
    "cases without positives do not count",
    "ranked among all rows, excluding seen",
    "a positive that was not ranked counts as missed",
)
SAMPLED = ("--set", "evaluate.candidates={sample: 10}")


def joined(text: str) -> str:
    """Without line breaks."""
    return " ".join(text.split())


@pytest.fixture
def two(lmrs, trained, tmp_path):
    """Two finished runs."""
    lmrs("run", "least", "--out", tmp_path / "least")
    return trained, tmp_path / "least"


@pytest.mark.fault("G: every number says its rules: {id}")
@pytest.mark.parametrize("command", ["resume", "evaluate", "compare"])
def test_the_rules_stand_under_the_table(lmrs, two, command):
    said = joined(lmrs(command, *(two if command == "compare" else two[:1])).out)
    for rule in RULES:
        assert rule in said


@pytest.mark.fault("G: every number says its rules: JSON and report")
def test_the_rules_stand_in_json_and_in_the_report(lmrs, trained):
    result = lmrs("evaluate", trained, "--json").json["result"]
    page = (trained / "report.html").read_text(encoding="utf-8")
    assert (result["candidates"], result["seen"]) == ("all rows, excluding seen", "exclude")
    for one in result["metrics"].values():
        assert RULES[0] in one["definition"]
        assert RULES[1] in one["definition"]
        assert one["definition"].replace("'", "&#x27;") in page
    assert "all rows, excluding seen" in page


@pytest.mark.fault("G: sampled candidates are labelled: {id}")
@pytest.mark.parametrize("command", ["run", "evaluate", "compare"])
def test_sampled_numbers_are_labelled(lmrs, tmp_path, command):
    for recipe in ("most", "least"):
        first = lmrs("run", recipe, "--out", tmp_path / recipe, *SAMPLED)
    said = {
        "run": lambda: first,
        "evaluate": lambda: lmrs("evaluate", tmp_path / "most"),
        "compare": lambda: lmrs("compare", tmp_path / "most", tmp_path / "least"),
    }[command]()
    assert "sampled candidates: no match for numbers of full rankings" in joined(said.out)
    assert "10 sampled uniformly, excluding seen, + positives" in joined(said.out)


@pytest.mark.fault("G: cold items are counted and said")
def test_cold_right_answers_are_counted_and_said(lmrs, tmp_path):
    rows = [f"u{user},i{(user + step) % 7},{step}" for user in range(9) for step in range(5)]
    rows.append("u0,never-before,9")
    (tmp_path / "events.csv").write_text("\n".join(["user,item,timestamp", *rows]))
    said = lmrs("run", "most", "--data", tmp_path / "events.csv", "--out", tmp_path / "run")
    assert "1 right answers stand in no training event" in joined(said.out)
    result = lmrs("evaluate", tmp_path / "run", "--json").json["result"]
    assert result["cold"] == 1
    assert result["groups"]["popularity"]["groups"]["cold"]["cases"] == 1
    assert "1 cold (in no training event)" in (tmp_path / "run" / "report.html").read_text(encoding="utf-8")


@pytest.mark.fault("G: {id} candidates: the same numbers by the same seed")
@pytest.mark.parametrize("candidates", [(), SAMPLED], ids=["all", "sampled"])
def test_the_seed_decides(lmrs, tmp_path, candidates):
    results = [
        lmrs("run", "most", "--out", tmp_path / f"{number}", "--seed", seed, *candidates, "--json").json["result"]
        for number, seed in enumerate((3, 3, 4))
    ]
    assert results[0] == results[1]
    same = results[0]["metrics"] == results[2]["metrics"]
    assert same == (not candidates)


@pytest.mark.fault("G: batch size: the whole evaluation")
def test_batches_of_the_evaluation_change_nothing(lmrs, trained, monkeypatch):
    whole = (trained / "results" / "test.json").read_bytes()
    monkeypatch.setattr(evaluator, "_CASES", 7)
    lmrs("evaluate", trained)
    assert (trained / "results" / "test.json").read_bytes() == whole


@pytest.mark.fault("G: seen rows in whole runs: {id}")
@pytest.mark.parametrize("seen", ["exclude", "include"])
def test_seen_rows_are_ranked_only_where_asked(lmrs, trained, seen):
    result = lmrs("evaluate", trained, "--set", f"evaluate.seen={seen}", "--json").json["result"]
    full = lmrs("evaluate", trained, "--set", "evaluate.seen=include", "--json").json["result"]
    assert result["seen"] == seen
    # With what was seen in the way, a right answer stands no higher.
    worse = result["metrics"]["MRR"]["value"] > full["metrics"]["MRR"]["value"]
    assert worse == (seen == "exclude")


def test_groups_are_shown_where_asked(lmrs, trained, two):
    assert "Groups by the length of the history" not in joined(lmrs("resume", trained).out)
    for said in (lmrs("resume", trained, "--groups"), lmrs("evaluate", trained), lmrs("compare", *two, "--groups")):
        assert "Groups by the length of the history" in joined(said.out)
        assert "Groups by training events of the right answer" in joined(said.out)
    assert "popularity head" in said.out
    rows = lmrs("compare", *two, "--metric", "MRR", "--groups", "--json").json["differences"]
    assert [row["grouping"] for row in rows].count(None) == 1
    assert {"short", "medium", "long", "head"} < {row["group"] for row in rows}
