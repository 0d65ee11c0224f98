"""Bad input: one clear line, exit code 2, nothing half written."""

from __future__ import annotations

import json
import os

import pytest


def case(words, code, said):
    """Parameters that stand for a case of the list of faults."""
    line = " ".join(words)
    return pytest.param(words, code, said, id=line, marks=pytest.mark.fault(f"I: lmrs {line}"))


GOOD = "\n".join(["user,item,timestamp", *(f"u{u},i{(u + k) % 6},{k}" for u in range(8) for k in range(5))]) + "\n"


@pytest.fixture
def run(lmrs, tmp_path):
    """Run on a file of these bytes; nothing may be left of it."""

    def call(content, *words, name="events.csv"):
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        said = lmrs("run", "most", "--data", file, "--out", tmp_path / "run", *words)
        if said.code:
            assert said.out == ""
            assert sorted(one.name for one in tmp_path.iterdir()) == [name], "something was left behind"
        return said

    return call


def test_the_good_file_of_this_page_is_good(run):
    assert run(GOOD).code == 0


@pytest.mark.fault("F: on the command line: {id}")
@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "events.csv"),
        ("uesr,itme\na,b\n", "data.columns.user"),
        (GOOD + "u1,i2,yesterday\n", "events.csv, row 42"),
        (GOOD + "u1,i2\n", "events.csv, row 42"),
        (GOOD + "u1,,3\n", "events.csv, row 42"),
        (GOOD + "u1,i2,nan\n", "events.csv, row 42"),
        (GOOD.encode() + b"caf\xe9,i1,7\n", "events.csv, row 42"),
        ("user,item,timestamp\nu1,i1,1\nu1,i2,2\nu2,i1,1\n", "users with 3 events"),
    ],
    ids=["empty", "header", "time", "short-row", "no-item", "nan", "encoding", "two-events"],
)
def test_a_bad_file_is_named_with_its_row(run, content, said):
    found = run(content)
    assert found.code == 2
    assert said in found.error


@pytest.mark.fault("F: on the command line: nothing is left after filtering")
def test_nothing_left_after_filtering(run):
    found = run(GOOD, "--set", "data.min_user=50")
    assert found.code == 2
    assert "min_user" in found.error


@pytest.mark.fault("F: on the command line: quarantine")
def test_bad_rows_are_left_out_where_that_is_asked(run):
    assert run(GOOD + "u1,i2,yesterday\n", "--set", "data.policy=quarantine").code == 0


def test_a_history_of_ten_thousand_is_no_error(run):
    long = "".join(f"long,i{k % 300},{k}\n" for k in range(10_000))
    assert run(GOOD + long).code == 0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        case(["run", "most", "--data", "nowhere.csv"], 2, "nowhere.csv"),
        case(["run", "most", "--data", "synthetik"], 2, "did you mean 'synthetic'?"),
        case(["run", "mots"], 2, "did you mean"),
        case(["run", "nowhere.yaml"], 2, "nowhere.yaml"),
        case(["run", "other/most"], 3, "plugin 'other' is not installed"),
        case(["run", "most", "--set", "answer.use=toy/cuont"], 2, "did you mean 'toy/count'?"),
        case(["run", "most", "--set", "answer.sing=1"], 2, "did you mean 'sign'?"),
        case(["run", "most", "--set", "answer.sign=much"], 2, "answer.sign"),
        case(["run", "most", "--set", "answer.sign"], 2, "key.key=value"),
        case(["run", "most", "--set", "stages.4.epochs=1"], 2, "stages"),
        case(["run", "most", "--seed", "seven"], 2, "--seed"),
        case(["run", "most", "--device", "toaster"], 2, "auto, cpu or cuda"),
        case(["run"], 2, "lmrs run --help"),
        case(["run", "most", "--sed", "4"], 2, "--seed"),
        case(["runs"], 2, "did you mean 'run'?"),
        case(["recipe", "shwo"], 2, "did you mean 'show'?"),
        case(["resume", "nowhere"], 2, "no run"),
        case(["evaluate", "nowhere"], 2, "no run"),
        case(["recommend", "nowhere", "--user", "u1"], 2, "no run"),
        case(["compare", "nowhere", "elsewhere"], 2, "no run"),
        case(["components", "--family", "enocder"], 2, "did you mean 'encoder'?"),
        case(["data", "show", "nowhere"], 2, "nowhere"),
        case(["data", "show", "synthetic", "--set", "polcy=coerce"], 2, "did you mean 'policy'?"),
        case(["data", "show", "synthetic", "--set", "min_user=1000"], 2, "min_user"),
        case(["data", "make", "nowhere", "made"], 2, "nowhere"),
    ],
)
def test_what_was_typed_wrong_is_said_in_one_line(lmrs, tmp_path, monkeypatch, words, code, said):
    monkeypatch.chdir(tmp_path)
    found = lmrs(*words)
    assert found.code == code
    assert said in found.error
    assert found.out == ""
    assert list(tmp_path.iterdir()) == []
    told = lmrs("--json", *words)
    assert (told.code, told.out) == (code, "")
    error = json.loads(told.err)
    assert error == {"error": {"kind": {2: "input", 3: "plugin"}[code], "message": found.error}}


@pytest.mark.fault("I: unknown key in a file, with its line")
def test_a_recipe_file_is_named_with_its_line(lmrs, tmp_path):
    recipe = tmp_path / "mine.yaml"
    recipe.write_text("name: mine\nextends: most\nanswer:\n  sing: 2\n")
    found = lmrs("run", recipe, "--out", tmp_path / "run")
    assert found.code == 2
    assert f"{recipe}:4" in found.error
    assert not (tmp_path / "run").exists()


@pytest.mark.fault("I: recommendations: {id}")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--history", "i01,nosuch"], "unknown item 'nosuch'"),
        (["--user", "nobody"], "unknown user 'nobody'"),
        (["--history", "i01", "--among", "nosuch"], "unknown item 'nosuch'"),
        (["--history", "i01", "--top", "0"], "top is 0"),
        ([], "Give a history or a user"),
    ],
    ids=["history", "user", "among", "top", "nobody"],
)
def test_recommendations_that_cannot_be_made(lmrs, trained, words, said):
    found = lmrs("recommend", trained, *words)
    assert found.code == 2
    assert said in found.error


@pytest.mark.fault("I: unknown metric")
def test_an_unknown_metric_is_not_compared(lmrs, trained, tmp_path):
    lmrs("run", "least", "--out", tmp_path / "least")
    found = lmrs("compare", trained, tmp_path / "least", "--metric", "NDGC@10")
    assert found.code == 2
    assert "NDGC@10" in found.error


@pytest.mark.fault("I: folder that is no run is left alone")
def test_a_folder_that_is_no_run_is_left_alone(lmrs, tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    found = lmrs("run", "most", "--out", tmp_path, "--overwrite")
    assert found.code == 2
    assert "something else" in found.error
    assert [one.name for one in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.fault("I: place where nothing can be written")
def test_a_place_where_nothing_can_be_written(lmrs, tmp_path):
    (tmp_path / "file").write_text("")
    found = lmrs("run", "most", "--out", tmp_path / "file" / "run")
    assert found.code == 2
    assert "--out" in found.error


@pytest.mark.fault("I: read-only folder")
@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_read_only_folder(lmrs, tmp_path):
    tmp_path.chmod(0o500)
    try:
        found = lmrs("run", "most", "--out", tmp_path / "run")
        assert lmrs("data", "make", "synthetic", tmp_path / "made").code == 2
    finally:
        tmp_path.chmod(0o700)
    assert found.code == 2
    assert "no permission to write" in found.error
    assert list(tmp_path.iterdir()) == []


@pytest.mark.fault("I: made data do not replace a folder")
def test_made_data_do_not_replace_a_folder(lmrs, tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    found = lmrs("data", "make", "synthetic", tmp_path)
    assert found.code == 2
    assert "exists already" in found.error


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        case(["recipe", "draw", "most", "--out", "most.png"], 2, "give a name that ends in .svg"),
        case(["recipe", "draw", "most", "--stage", "first"], 2, "recipe 'most' has no such stage: it has none"),
        case(["recipe", "draw", "mots"], 2, "did you mean"),
    ],
)
def test_what_cannot_be_drawn(lmrs, tmp_path, monkeypatch, words, code, said):
    monkeypatch.chdir(tmp_path)
    found = lmrs(*words)
    assert found.code == code
    assert said in found.error
    assert list(tmp_path.iterdir()) == []
