"""Runs from the command line."""

from __future__ import annotations

import json

import pytest


def test_a_run_prints_its_numbers_and_says_where_it_is(lmrs, tmp_path):
    said = lmrs("run", "most", "--out", tmp_path / "run")
    assert said.code == 0
    assert "NDCG@10" in said.out
    assert "95% interval" in said.out
    assert "60 cases with 60 right answers among 40 rows of item; ranked among all rows, excluding seen" in " ".join(
        said.out.split()
    )
    assert str(tmp_path / "run") in said.out
    assert json.loads((tmp_path / "run" / "run.json").read_text())["status"] == "finished"
    assert (tmp_path / "run" / "report.html").is_file()


def test_options_change_the_recipe(lmrs, tmp_path):
    said = lmrs("run", "most", "--out", tmp_path, "--seed", "7", "--set", "evaluate.at=[3]", "--json")
    assert said.json["seed"] == 7
    assert list(said.json["result"]["metrics"]) == ["NDCG@3", "Recall@3", "MRR"]


def test_data_are_named_on_the_command_line(lmrs, tmp_path):
    events = tmp_path / "my events: 1.csv"
    rows = [f"u{user},i{(user + step) % 7},{step}" for user in range(9) for step in range(5)]
    events.write_text("\n".join(["user,item,timestamp", *rows]))
    said = lmrs("run", "most", "--data", events, "--out", tmp_path / "run", "--json")
    assert (said.code, said.json["result"]["cases"]) == (0, 9)


def test_several_data_sets_are_domains_of_one(lmrs, tmp_path):
    for name, users in (("books", 4), ("films", 6)):
        rows = [f"u{user},i{step},{step}" for user in range(users) for step in range(5)]
        (tmp_path / f"{name}.csv").write_text("\n".join(["user,item,timestamp", *rows]))
    words = ("--data", tmp_path / "books.csv", "--data", tmp_path / "films.csv")
    said = lmrs("run", "most", *words, "--out", tmp_path / "run", "--json").json
    assert (said["data"], said["result"]["cases"], said["result"]["rows"]) == ("books + films", 10, 10)
    best = lmrs("recommend", tmp_path / "run", "--user", "films:u1", "--repeat", "--json").json["recommendations"]
    assert {one["id"].partition(":")[0] for one in best} == {"books", "films"}


@pytest.mark.fault("I: run that is there already")
def test_a_run_is_not_replaced_unless_asked(lmrs, trained):
    before = (trained / "run.json").read_bytes()
    said = lmrs("run", "most", "--out", trained)
    assert said.code == 2
    assert "--overwrite" in said.error
    assert (trained / "run.json").read_bytes() == before
    assert lmrs("run", "least", "--out", trained, "--overwrite").code == 0
    assert "least" in (trained / "recipe.yaml").read_text()


@pytest.mark.fault("I: --dry-run writes nothing")
def test_a_dry_run_writes_nothing(lmrs, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    said = lmrs("run", "most", "--dry-run")
    assert said.code == 0
    assert "60 users" in said.out
    assert list(tmp_path.iterdir()) == []


@pytest.mark.fault("I: --dry-run finds what a run would")
def test_a_dry_run_finds_what_a_run_would(lmrs, tmp_path):
    for dry in ([], ["--dry-run"]):
        said = lmrs("run", "most", "--out", tmp_path / "run", "--set", "data.min_user=1000", *dry)
        assert said.code == 2
        assert "min_user" in said.error
    assert not (tmp_path / "run").exists()


def test_other_data_do_not_inherit_the_options_of_the_recipes_own(lmrs, tmp_path):
    mine = tmp_path / "mine.yaml"
    mine.write_text("extends: least\ndata: {source: synthetic, options: {users: 60, items: 30}}\n", encoding="utf-8")
    other = tmp_path / "other.txt"
    pairs = [(user, item) for user in range(9) for item in range(user, user + 5)]
    other.write_text("".join(f"{user} {item}\n" for user, item in pairs), encoding="utf-8")
    said = lmrs("run", mine, "--data", other, "--dry-run")
    assert said.code == 0, said.error
    assert "9 users" in said.out


def test_resuming_a_finished_run_shows_its_numbers(lmrs, trained):
    assert lmrs("resume", trained, "--json").json == lmrs("run", "most", "--out", trained, "--overwrite", "--json").json


def test_evaluation_of_another_part_is_kept(lmrs, trained):
    said = lmrs("evaluate", trained, "--part", "valid", "--json")
    assert said.json["result"]["part"] == "valid"
    assert json.loads((trained / "results" / "valid.json").read_text())["part"] == "valid"


def test_evaluation_of_another_question_is_not_kept(lmrs, trained):
    before = (trained / "results" / "test.json").read_bytes()
    said = lmrs("evaluate", trained, "--set", "evaluate.candidates={sample: 10}", "--json")
    assert said.json["result"]["sampled"] is True
    assert (trained / "results" / "test.json").read_bytes() == before


@pytest.mark.fault("I: conflicting options: change of a finished run")
def test_only_the_measuring_of_a_finished_run_can_change(lmrs, trained):
    said = lmrs("evaluate", trained, "--set", "model.item.width=4")
    assert said.code == 2
    assert "evaluate." in said.error
    plain = lmrs("evaluate", trained, "--json").json
    assert lmrs("evaluate", trained, "--set", "answer.sign=-1", "--json").json != plain
    assert lmrs("evaluate", trained, "--json").json == plain


def test_recommending_for_a_user_and_for_a_stranger(lmrs, trained):
    found = lmrs("recommend", trained, "--history", "i01,i02", "--top", "4", "--json").json["recommendations"]
    assert [one["rank"] for one in found] == [1, 2, 3, 4]
    assert not {"i01", "i02"} & {one["id"] for one in found}
    scores = [one["score"] for one in found]
    assert scores == sorted(scores, reverse=True)
    shown = lmrs("recommend", trained, "--history", "i01", "--history", "i02", "--top", "4").out
    assert [line.split()[2] for line in shown.splitlines()[1:]] == [one["id"] for one in found]
    assert found[0]["title"] in shown
    assert lmrs("recommend", trained, "--user", "u01", "--top", "4").code == 0


def test_recommending_among_some(lmrs, trained):
    said = lmrs("recommend", trained, "--history", "i01", "--among", "i01,i05,i09", "--json")
    assert {one["id"] for one in said.json["recommendations"]} == {"i05", "i09"}
    again = lmrs("recommend", trained, "--history", "i01", "--among", "i01,i05,i09", "--repeat", "--json")
    assert {one["id"] for one in again.json["recommendations"]} == {"i01", "i05", "i09"}


def test_comparing_two_runs(lmrs, trained, tmp_path):
    lmrs("run", "least", "--out", tmp_path / "least")
    said = lmrs("compare", trained, tmp_path / "least", "--metric", "NDCG@10", "--metric", "MRR", "--json").json
    assert [(row["metric"], row["first"], row["second"]) for row in said["differences"]] == [
        ("NDCG@10", "most", "least"),
        ("MRR", "most", "least"),
    ]
    for row in said["differences"]:
        assert row["low"] <= row["difference"] <= row["high"]
        assert row["p"] <= row["p_holm"] <= 1
    told = lmrs("compare", trained, tmp_path / "least").out
    assert "least − most" in told
    assert "p (Holm)" in told


def test_runs_on_other_data_are_not_compared(lmrs, trained, tmp_path):
    lmrs("run", "most", "--set", "data.options.seed=5", "--out", tmp_path / "other")
    said = lmrs("compare", trained, tmp_path / "other")
    assert said.code == 2
    assert "differ in data" in said.error


def test_runs_with_other_candidates_are_not_compared(lmrs, trained, tmp_path):
    lmrs("run", "most", "--set", "evaluate.candidates={sample: 10}", "--out", tmp_path / "other")
    said = lmrs("compare", trained, tmp_path / "other")
    assert said.code == 2
    assert "differ in candidates" in said.error


@pytest.mark.fault("I: conflicting options: run compared with itself")
def test_a_run_is_not_compared_with_itself(lmrs, trained):
    assert "itself" in lmrs("compare", trained, trained).error
    assert "two runs" in lmrs("compare", trained).error
