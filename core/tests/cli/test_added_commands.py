"""Commands that plugins add: found by the name of the plugin, typed as their options say, at no cost to others."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

import pytest

from lmrs.cli.main import main

CARDS = """
from lmrs_plugins import Card, hookimpl

@hookimpl
def lmrs_commands():
    return [Card(family="command", name="count", summary="Count events of a subject.", load="talk_parts:Count",
                 options="talk_options:Count"),
            Card(family="command", name="torn", summary="Nothing.", load="talk_parts:Torn")]
"""
OPTIONS = """
from pathlib import Path
from typing import Literal
from pydantic import Field
from lmrs_plugins import Options

class Count(Options):
    source: str = Field(description="the data")
    of: Literal["user", "item"] = Field(default="item", description="the subject")
    at_least: int = Field(default=1, ge=1, description="events")
    only: list[str] = Field(default_factory=list, description="these ids; may be repeated")
    loudly: bool = Field(default=False, description="with a mark")
    set: list[str] = Field(default_factory=list, description="a key of the data section")
    out: Path | None = Field(default=None, description="a file for the number")
"""
PARTS = """
from lmrs_plugins import InputError, Told

class Count:
    \"\"\"Count those with events.

    All of them, unless some are named.
    \"\"\"

    examples = ("lmrs talk count synthetic --of user",)

    def __init__(self, options):
        self.said = options

    def run(self, console):
        bundle = console.data(self.said.source, self.said.set)
        ids = bundle.vocabularies[self.said.of].ids
        for name in self.said.only:
            if name not in ids:
                raise InputError(f"there is no {self.said.of} {name!r}")
        rows = [row for row, name in enumerate(ids) if not self.said.only or name in self.said.only]
        found = int((bundle.counts(self.said.of)[rows] >= self.said.at_least).sum())
        if self.said.out:
            console.write(self.said.out, str(found).encode())
        return Told({"found": found}, [f"{found}{'!' * self.said.loudly}"])

class Torn:
    \"\"\"Breaks.\"\"\"

    examples = ("lmrs talk torn",)

    def run(self, console):
        return 1 / 0
"""
SMALL = ("--set", "options.users=60", "--set", "options.items=40")


@pytest.fixture(autouse=True)
def talk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A plugin with commands, installed on a path of the test's own."""
    folder = tmp_path / "site"
    info = folder / "lmrs_talk-1.0.dist-info"
    info.mkdir(parents=True)
    for name, text in (("talk_plugin", CARDS), ("talk_options", OPTIONS), ("talk_parts", PARTS)):
        (folder / f"{name}.py").write_text(text)
    (info / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: lmrs-talk\nVersion: 1.0\nRequires-Dist: lmrs-plugins>=0.1,<0.2\n"
    )
    (info / "entry_points.txt").write_text("[lmrs]\ntalk = talk_plugin\n")
    monkeypatch.syspath_prepend(str(folder))
    importlib.invalidate_caches()
    yield
    for name in [name for name in sys.modules if name.startswith("talk_")]:
        del sys.modules[name]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]):
    """Code, standard output and standard error of a command line, with these plugins alone."""

    def run(*words: object, plugins: str = "talk") -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["--plugins", plugins, *map(str, words)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_options_are_typed_as_the_model_has_them(call, tmp_path: Path) -> None:
    code, out, err = call("talk", "count", "synthetic", "--of", "user", "--loudly", *SMALL)
    assert (code, out) == (0, "60!\n"), err
    few = call("talk", "count", "synthetic", "--of", "user", "--at-least", 20, *SMALL)[1]
    assert 0 < int(few) < 60
    code, out, err = call("talk", "count", "synthetic", "--of", "user", "--only", "u02", "--only", "u05", *SMALL)
    assert (code, out) == (0, "2\n"), err
    assert call("talk", "count", "synthetic", "--out", tmp_path / "number", *SMALL)[0] == 0
    assert (tmp_path / "number").read_text().isdigit()


def test_it_answers_in_json_and_its_errors_are_one_line(call) -> None:
    code, out, _ = call("talk", "count", "synthetic", "--of", "user", "--json", *SMALL)
    assert (code, json.loads(out)) == (0, {"found": 60})
    code, out, err = call("talk", "count", "synthetic", "--only", "nobody", *SMALL)
    assert (code, out) == (2, "")
    assert err.splitlines()[-1] == "error: there is no item 'nobody'"
    code, _, err = call("talk", "count", "synthetic", "--at-least", 0)
    assert (code, err) == (2, "error: --at-least: Input should be greater than or equal to 1\n")
    code, _, err = call("talk", "count", "synthetic", "--of", "cats")
    assert code == 2
    assert "cats" in err
    code, _, err = call("talk", "count")
    assert code == 2
    assert "SOURCE" in err


def test_help_is_of_the_docstring_the_descriptions_and_the_examples(call) -> None:
    code, out, _ = call("talk")
    assert code == 0
    assert "Count events of a subject." in out
    code, out, _ = call("talk", "count", "--help")
    assert code == 0
    for said in ("Count those with events.", "SOURCE", "--at-least", "the subject", "lmrs talk count synthetic --of"):
        assert said in out
    assert "--json" in out
    assert "--no-plugin" in out


def test_it_is_a_component_as_any_other(call) -> None:
    assert "talk/count" in call("components", "--family", "command")[1]
    assert "2 commands" in call("plugins")[1]


@pytest.mark.fault("A: a command of a plugin fails")
def test_a_command_that_breaks_is_its_plugins_fault(call) -> None:
    code, _, err = call("talk", "torn")
    assert code == 3
    assert err.startswith("error: `lmrs talk torn` of lmrs-talk failed: ZeroDivisionError: division by zero (")


@pytest.mark.fault("A: a command of a plugin that is not loaded")
def test_a_command_of_what_is_not_loaded_says_what_to_do(call) -> None:
    code, _, err = call("graph", "show", "synthetic")
    assert code == 3
    assert "graph" in err
    assert len(err.splitlines()) == 1
    code, _, err = call("tall")
    assert code == 2
    assert "has no command 'tall'" in err


def test_the_list_of_commands_names_those_of_our_plugins(call) -> None:
    code, out, _ = call("--help")
    assert code == 0
    assert "lmrs-graph" in out


def test_nobody_else_pays_for_it(capsys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lmrs.cli.added.find", lambda *_: pytest.fail("a command of ours was looked for in plugins"))
    assert main(["recipe", "schema"]) == 0
    assert main(["--help"]) == 0
    capsys.readouterr()
