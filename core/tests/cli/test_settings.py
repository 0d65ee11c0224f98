"""Where a value comes from: the command line before the environment, that before a file; and what is kept."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest

from lmrs.cli.main import main
from lmrs.cli.progress import Bar, Lines, watching
from lmrs.cli.shell import Shell
from lmrs.data.cache_folder import cache_folder, rows_folder

ANSI = re.compile(r"[\x1b\r]")


def plugins(capsys, *words):
    """The loaded plugins besides the host's own."""
    capsys.readouterr()
    assert main([*words, "plugins", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["plugins"]
    return [row["name"] for row in rows if row["state"] == "loaded" and row["name"] != "lmrs"]


@pytest.mark.fault("I: env override: LMRS_PLUGINS")
def test_the_environment_says_which_plugins(capsys, monkeypatch):
    monkeypatch.setenv("LMRS_PLUGINS", "toy")
    assert plugins(capsys) == ["toy"]
    monkeypatch.setenv("LMRS_PLUGINS", "")
    assert plugins(capsys) == []


@pytest.mark.fault("I: CLI beats environment: --plugins")
def test_the_command_line_beats_the_environment(capsys, monkeypatch):
    monkeypatch.setenv("LMRS_PLUGINS", "")
    assert plugins(capsys, "--plugins", "toy") == ["toy"]


@pytest.mark.fault("I: env override: LMRS_CACHE")
def test_the_environment_says_where_the_cache_is(monkeypatch, tmp_path):
    monkeypatch.setenv("LMRS_CACHE", str(tmp_path / "here"))
    assert cache_folder() == tmp_path / "here"
    monkeypatch.setenv("LMRS_CACHE", "~/there")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "there"
    monkeypatch.setenv("LMRS_CACHE", "")
    assert cache_folder() == tmp_path / ".cache" / "lmrs"
    assert rows_folder() == tmp_path / ".cache" / "lmrs" / "rows"
    monkeypatch.setenv("LMRS_CACHE", "off")
    assert rows_folder() is None
    assert cache_folder() == tmp_path / ".cache" / "lmrs", "what is fetched has to lie somewhere"


@pytest.fixture
def mine(tmp_path):
    """A recipe file over another: seed 1 below, 2 on top."""
    (tmp_path / "base.yaml").write_text("name: base\nextends: most\nseed: 1\nevaluate: {at: [5]}\n")
    path = tmp_path / "mine.yaml"
    path.write_text("name: mine\nextends: base.yaml\nseed: 2\n")
    return path


def value(said, key):
    """The value and the origin of a line of `lmrs recipe show`."""
    line = next(line for line in said.out.splitlines() if line.strip().startswith(f"{key}: "))
    told, _, origin = line.partition("#")
    return told.strip().removeprefix(f"{key}: "), origin.strip()


@pytest.mark.fault("I: CLI beats file beats the file that it extends")
def test_the_command_line_beats_the_file_and_that_what_it_extends(lmrs, mine):
    assert value(lmrs("recipe", "show", mine), "seed") == ("2", f"{mine}:3")
    assert value(lmrs("recipe", "show", mine), "at")[0] == "[5]"
    assert value(lmrs("recipe", "show", mine, "--set", "seed=3"), "seed") == ("3", "--set seed=3")
    assert value(lmrs("recipe", "show", mine, "--set", "seed=3", "--set", "seed=4"), "seed")[0] == "4"


@pytest.mark.fault("I: env override: never of a recipe")
def test_the_environment_changes_no_recipe(lmrs, mine, monkeypatch):
    before = lmrs("recipe", "show", mine).out
    for name in ("SEED", "LMRS_SEED", "LMRS_DATA", "LMRS_SET", "LMRS_DATA__SOURCE", "LMRS_EVALUATE"):
        monkeypatch.setenv(name, "9")
    assert lmrs("recipe", "show", mine).out == before


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(words, id=name, marks=pytest.mark.fault(f"I: conflicting options: {name}"))
        for name, words in {
            "--seed and --set seed": ["--seed", "1", "--set", "seed=2"],
            "--data and --set data.source": ["--data", "synthetic", "--set", "data.source=other"],
            "--data and --set data": ["--data", "synthetic", "--set", "data={source: other}"],
        }.items()
    ],
)
def test_what_is_said_twice_is_refused(lmrs, tmp_path, words):
    said = lmrs("run", "most", "--out", tmp_path / "run", *words)
    assert said.code == 2
    assert f"{' '.join(words[:2])} and {' '.join(words[2:])} say the same thing twice" in said.error
    assert list(tmp_path.iterdir()) == []


@pytest.mark.fault("I: --data and other keys of data do not conflict")
def test_other_keys_of_the_data_may_be_set_beside_data(lmrs):
    said = lmrs("run", "most", "--data", "synthetic", "--set", "data.options={users: 50, items: 40}", "--dry-run")
    assert said.code == 0
    assert "50 users" in said.out


@pytest.mark.fault("I: --dry-run: a recipe that does not fit")
def test_a_dry_run_of_a_misfit_fails_as_the_run_would(lmrs, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = ("run", "most", "--set", "answer.on=nothing")
    dry, wet = lmrs(*words, "--dry-run"), lmrs(*words)
    assert dry.code == wet.code == 2
    assert dry.error == wet.error
    assert list(tmp_path.iterdir()) == []


@pytest.mark.fault("I: --dry-run: in JSON")
def test_a_dry_run_answers_in_json(lmrs):
    found = lmrs("run", "most", "--dry-run", "--json").json
    assert (found["recipe"], found["counts"]["users"], found["stages"]) == ("most", 60, [])


@pytest.mark.fault("I: secrets masked: the environment is in no run")
def test_nothing_of_the_environment_is_kept(lmrs, tmp_path, monkeypatch):
    for name in ("HF_TOKEN", "AWS_SECRET_ACCESS_KEY", "LMRS_TOKEN"):
        monkeypatch.setenv(name, "s3cret-of-mine")
    assert lmrs("run", "most", "--out", tmp_path / "run").code == 0
    files = [path for path in (tmp_path / "run").rglob("*") if path.is_file()]
    assert len(files) > 5
    assert [path for path in files if b"s3cret-of-mine" in path.read_bytes()] == []


@pytest.mark.fault("I: no TTY: neither colours nor bars")
def test_without_a_terminal_there_are_plain_lines(lmrs, tmp_path, monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    for words in (("run", "most", "--out", tmp_path / "run"), ("--help",), ("run", "mots"), ("recipes",)):
        said = lmrs(*words)
        assert ANSI.search(said.out + said.err) is None
    assert "evaluating 60 cases of test" in lmrs("run", "most", "--out", tmp_path / "other").err.splitlines()


@pytest.mark.parametrize(
    ("terminal", "kind"),
    [
        pytest.param(True, Bar, id="bar", marks=pytest.mark.fault("I: TTY: a bar")),
        pytest.param(False, Lines, id="lines", marks=pytest.mark.fault("I: no TTY: lines in place of a bar")),
    ],
)
def test_a_bar_is_for_terminals(terminal, kind, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    with watching(Shell()) as listener:
        assert type(listener) is kind


@pytest.mark.parametrize(
    ("words", "code"),
    [
        pytest.param(words, code, id=name, marks=pytest.mark.fault(f"I: exit codes: {name}"))
        for name, words, code in [
            ("0, done", ["recipes"], 0),
            ("0, help", ["--help"], 0),
            ("2, unknown command", ["rnu"], 2),
            ("2, missing argument", ["run"], 2),
            ("2, missing file", ["run", "nowhere.yaml"], 2),
            ("3, missing plugin", ["run", "nobody/most"], 3),
        ]
    ],
)
def test_a_process_ends_with_the_code(words, code, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "lmrs.cli.main", *words],
        cwd=tmp_path,
        env={**os.environ, "LMRS_PLUGINS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code
    assert (done.stderr == "") == (code == 0)
    assert len(done.stderr.splitlines()) == (1 if code else 0)
    assert list(tmp_path.iterdir()) == []
