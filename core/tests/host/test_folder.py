"""A folder of single files is searched where it is named, and nowhere else."""

from __future__ import annotations

import sys

import pytest

from lmrs_plugins import InputError

PLUGIN = """
from lmrs_plugins import Card, hookimpl
@hookimpl
def lmrs_tasks():
    return [Card(family="task", name="mine", summary="s", load="local_two:Mine")]
"""


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "mine"
    made.mkdir()
    (made / "local_one.py").write_text(PLUGIN)
    (made / "local_two.py").write_text("class Mine:\n    pass\n")
    (made / "_helper.py").write_text("raise RuntimeError('not a plugin')")
    (made / "notes.txt").write_text("nothing")
    return made


def test_files_are_plugins(host, folder):
    made = host(plugin_dir=folder)
    rows = {row.name: row for row in made.plugins}
    assert rows.keys() == {"lmrs", "local-one", "local-two"}
    assert rows["local-one"].counts == {"task": 1}
    assert rows["local-one"].notes == ()
    assert rows["local-one"].distribution == f"file {folder / 'local_one.py'}"
    assert made.registry.load(made.registry.lookup("task", "local-one/mine")).__name__ == "Mine"


@pytest.mark.fault("B: a plugin folder is off by default")
def test_off_by_default(host, folder, monkeypatch):
    monkeypatch.chdir(folder)
    assert [row.name for row in host().plugins] == ["lmrs"]
    assert str(folder) not in sys.path


@pytest.mark.fault("B: allow and deny hold for single files")
def test_lists_hold_for_files_too(host, folder):
    rows = {row.name: row.state for row in host(plugin_dir=folder, disable=["local-one"], enable=["local-one"]).plugins}
    assert rows == {"lmrs": "loaded", "local-one": "disabled", "local-two": "disabled"}
    assert "local_one" not in sys.modules


@pytest.mark.fault("A: a broken file of a plugin folder")
def test_a_broken_file_costs_only_itself(host, folder):
    (folder / "local_two.py").write_text("raise RuntimeError('oh')")
    rows = {row.name: row for row in host(plugin_dir=folder).plugins}
    assert (rows["local-one"].state, rows["local-two"].state) == ("loaded", "failed")
    assert rows["local-two"].cure == "mend it, or leave it out: --no-plugin local-two"


@pytest.mark.fault("B: a file that hides a module of Python")
def test_a_file_that_hides_a_module_is_refused(host, folder):
    (folder / "json.py").write_text("raise RuntimeError('must not run')")
    row = next(row for row in host(plugin_dir=folder).plugins if row.name == "json")
    assert row.state == "refused"
    assert "belongs to" in row.cause


@pytest.mark.fault("A: a file that claims the name of an installed plugin")
def test_a_file_that_claims_an_installed_plugins_name(site, host, folder):
    site.add("local-one")
    states = {row.distribution: row.state for row in host(plugin_dir=folder).plugins}
    assert states["lmrs-local-one"] == states[f"file {folder / 'local_one.py'}"] == "refused"


@pytest.mark.fault("A: a plugin folder that is not there")
def test_a_folder_that_is_not_there(host, tmp_path):
    with pytest.raises(InputError, match="is not a folder"):
        host(plugin_dir=tmp_path / "absent")
