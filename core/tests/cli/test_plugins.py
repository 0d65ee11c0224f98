"""`lmrs plugins` and which plugins a command gets."""

from __future__ import annotations

import pytest

from lmrs.cli.main import main


@pytest.mark.fault("A: `lmrs plugins` while one is broken")
def test_a_broken_plugin_is_shown_with_cause_and_cure(lmrs, tmp_path, monkeypatch):
    info = tmp_path / "lmrs_torn-2.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: lmrs-torn\nVersion: 2.0\nRequires-Dist: lmrs-plugins\n"
    )
    (info / "entry_points.txt").write_text("[lmrs]\ntorn = no_such_module_anywhere\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    said = lmrs("plugins", "--plugins", "toy,torn")
    assert said.code == 0
    assert "lmrs-torn 2.0" in said.out
    assert "no_such_module_anywhere" in said.out
    assert "pip install --force-reinstall lmrs-torn" in " ".join(said.out.split())
    row = next(
        row for row in lmrs("plugins", "--plugins", "toy,torn", "--json").json["plugins"] if row["name"] == "torn"
    )
    assert row["state"] == "failed"
    assert lmrs("--plugins", "toy,torn", "recipes").code == 0, "it hurts nobody else"


@pytest.mark.parametrize("place", ["before", "after"])
def test_a_plugin_left_out_is_gone(lmrs, place):
    words = ["--no-plugin", "toy", "recipes"] if place == "before" else ["recipes", "--no-plugin", "toy"]
    said = lmrs(*words)
    assert said.code == 0
    assert "no plugin offers a recipe" in said.out
    error = lmrs("run", "toy/most", "--no-plugin", "toy")
    assert error.code == 3
    assert "switched off" in error.error


@pytest.mark.fault("I: env override: LMRS_DISABLE_PLUGINS")
def test_the_environment_leaves_out_too(lmrs, monkeypatch):
    monkeypatch.setenv("LMRS_DISABLE_PLUGINS", "toy")
    assert "no plugin offers a recipe" in lmrs("recipes").out


def test_an_allow_list_may_be_empty(capsys):
    assert main(["recipes", "--plugins", ""]) == 0
    assert "no plugin offers a recipe" in capsys.readouterr().out


def test_recipes_are_listed_by_the_names_that_one_types(lmrs):
    lines = lmrs("recipes").out.splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["least", "most"]


def test_origins_are_shown_beside_values(lmrs, tmp_path):
    shown = lmrs("recipe", "show", "least", "--set", "evaluate.at=[3]", "--data", "my.csv").out.splitlines()
    origin = {line.partition("#")[0].strip(): line.partition("#")[2].strip() for line in shown}
    assert origin["sign: -1.0"] == "toy_recipes/least.yaml:4"
    assert origin["use: toy/count"] == "toy_recipes/most.yaml:8"
    assert origin["at: [3]"] == "--set evaluate.at=[3]"
    assert origin["source: my.csv"].startswith("--set data.source=")
    assert origin["seed: 42"] == "", "a default has no origin"


def test_a_plain_recipe_runs_as_the_original(lmrs, tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(lmrs("recipe", "show", "least", "--plain").out)
    one = lmrs("run", file, "--out", tmp_path / "one", "--json").json["result"]
    assert one == lmrs("run", "least", "--out", tmp_path / "two", "--json").json["result"]
