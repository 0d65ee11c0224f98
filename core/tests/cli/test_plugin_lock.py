"""`lmrs plugins --lock`, `--plugin-lock` and `--strict-plugins`."""

from __future__ import annotations

from importlib.metadata import distribution
from pathlib import Path

import pytest


@pytest.fixture
def site() -> Path:
    """Where the toy plugin is installed; a RECORD says of which files it is made."""
    folder = Path(str(distribution("lmrs-toy").locate_file("")))
    files = [file.relative_to(folder) for file in folder.rglob("*") if file.is_file()]
    (folder / "lmrs_toy-1.0.dist-info" / "RECORD").write_text("".join(f"{file},,\n" for file in files))
    return folder


@pytest.fixture
def lock(lmrs, site, tmp_path):
    path = tmp_path / "plugins.json"
    said = lmrs("plugins", "--lock", path)
    assert said.code == 0
    assert f"lmrs --plugin-lock {path}" in said.err
    return path


def test_what_was_locked_is_let_in(lmrs, lock):
    lines = lmrs("--plugin-lock", lock, "recipes").out.splitlines()[1:]
    assert [line.split()[0] for line in lines] == ["least", "most"]


@pytest.mark.fault("B: lock: by the command line, a changed plugin is refused and the recipe says so")
def test_what_was_changed_is_refused(lmrs, lock, site):
    with (site / "toy_parts.py").open("a") as file:
        file.write("\n")
    said = lmrs("--plugin-lock", lock, "plugins", "--json")
    assert {row["name"]: row["state"] for row in said.json["plugins"]}["toy"] == "refused"
    said = lmrs("--plugin-lock", lock, "run", "most", "--dry-run")
    assert said.code in (2, 3)
    assert "toy" in said.err.splitlines()[-1]


@pytest.mark.fault("B: lock: by the environment, for every command")
def test_by_the_environment(lmrs, lock, site, monkeypatch):
    monkeypatch.setenv("LMRS_PLUGIN_LOCK", str(lock))
    assert lmrs("recipes").err == ""
    (site / "toy_parts.py").write_text("raise RuntimeError")
    assert "not those of the plugin lock" in lmrs("plugins").out.replace("\n", " ")


@pytest.mark.fault("B: --strict-plugins: one line, exit code 3")
def test_strict(lmrs, lock, site):
    assert lmrs("--strict-plugins", "--plugin-lock", lock, "recipes").code == 0
    (site / "toy_plugin.py").write_text("raise RuntimeError('no')")
    said = lmrs("--strict-plugins", "--plugin-lock", lock, "recipes")
    assert said.code == 3
    assert "lmrs-toy" in said.error
    assert said.out == ""


@pytest.mark.fault("B: lock: by the command line, a file that is not there")
def test_no_lock(lmrs, tmp_path):
    said = lmrs("--plugin-lock", tmp_path / "absent.json", "recipes")
    assert said.code == 2
    assert said.error.endswith(f"make it with `lmrs plugins --lock {tmp_path / 'absent.json'}`")


def test_a_working_copy_is_said_to_be_held_by_its_version(lmrs, tmp_path):
    said = lmrs("plugins", "--lock", tmp_path / "plugins.json")
    assert "note: toy is installed from a working copy: the lock holds its version, not its code" in said.err
