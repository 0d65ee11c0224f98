"""`lmrs graph show`, typed: the command of a plugin, over data that the host reads."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from lmrs.cli.main import main

SMALL = ("--set", "options.users=60", "--set", "options.items=40")


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]):
    """Code, standard output and standard error of a command line."""

    def run(*words: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main([*map(str, words)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_a_neighbourhood_is_drawn(call, tmp_path: Path) -> None:
    code, out, err = call("graph", "show", "synthetic", "--item", "i03", *SMALL, "--out", tmp_path / "x.svg")
    assert code == 0, err
    assert out.splitlines()[0].startswith("item i03 of synthetic, 1 steps around: 1 item, ")
    assert ElementTree.parse(tmp_path / "x.svg").getroot().tag.endswith("svg")


def test_paths_are_told_in_json(call) -> None:
    words = ("graph", "show", "synthetic", "--user", "u01", "--to", "item:i05", "--hops", "3", *SMALL)
    code, out, err = call(*words, "--json")
    assert code == 0, err
    found = json.loads(out)
    assert all(path[0] == ["user", "u01"] and path[-1] == ["item", "i05"] for path in found["paths"])
    assert len(call(*words)[1].splitlines()) == 1 + len(found["paths"])


@pytest.mark.fault("I: graph show: {id}")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["--item", "i99"], "error: unknown item 'i99'", id="an unknown id, typed"),
        pytest.param([], "error: say one of --item ID, --user ID and --entity ID", id="nothing to look around, typed"),
        pytest.param(["--item", "i03", "--out", "x.pdf"], "drawings are .svg or .png", id="another file, typed"),
        pytest.param(["--item", "i03", "--hops", "0"], "error: --hops: ", id="no step, typed"),
    ],
)
def test_what_cannot_be_shown_is_one_line_and_leaves_no_file(call, tmp_path, monkeypatch, words, said) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = call("graph", "show", "synthetic", *words, *SMALL)
    assert (code, out) == (2, "")
    assert said in err.splitlines()[-1]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.fault("I: graph show: a folder that may not be written")
def test_a_drawing_that_cannot_be_written_is_an_error(call, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, out, err = call("graph", "show", "synthetic", "--item", "i03", *SMALL, "--out", tmp_path / "file" / "x.svg")
    assert (code, out) == (2, "")
    assert "part of this path is a file" in err
