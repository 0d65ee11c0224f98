"""A lock lets in the plugins that were locked, with the contents that they had; nothing of the others is imported."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from lmrs.host.pins import text
from lmrs_plugins import InputError, PluginError

CANARY = """
from pathlib import Path
Path(__file__).with_suffix(".sang").touch()
@hookimpl
def lmrs_encoders():
    return [card()]
"""


@pytest.fixture
def lock(site, host, tmp_path):
    """Locks the plugins `one` and `two`; gives the file."""
    for name in ("one", "two"):
        add(site, name)
    path = tmp_path / "plugins.json"
    path.write_text(text(host().pins()))
    silence(site)
    return path


def add(site, name, body=CANARY, **more):
    """Install a plugin with a RECORD of its files."""
    module = site.add(name, body, **more)
    info = max(site.folder.glob(f"lmrs_{name}-*.dist-info"), key=os.path.getmtime)
    files = [f"{module}.py", *(f"{info.name}/{file.name}" for file in info.iterdir()), f"{info.name}/RECORD"]
    (info / "RECORD").write_text("".join(f"{file},,\n" for file in files))
    return module


def silence(site):
    for file in site.folder.glob("*.sang"):
        file.unlink()


def module(site, name):
    """The file of a plugin's code."""
    return next(site.folder.glob(f"generated_*_{name}.py"))


def states(made):
    return {row.name: row.state for row in made.plugins if row.name != "lmrs"}


def sang(site):
    """Plugins whose code ran."""
    return {path.stem.rpartition("_")[2] for path in site.folder.glob("*.sang")}


@pytest.fixture
def fresh(site, monkeypatch):
    """Forget what was imported, as a new process would have."""
    import sys

    for name in [name for name in sys.modules if name.startswith("generated_")]:
        monkeypatch.delitem(sys.modules, name)


@pytest.mark.fault("B: lock: what is unchanged is let in")
def test_unchanged(site, host, lock, fresh):
    assert states(host(lock=lock)) == {"one": "loaded", "two": "loaded"}
    assert sang(site) == {"one", "two"}


@pytest.mark.fault("B: lock: plugin that is not in it")
def test_a_plugin_that_is_not_in_it(site, host, lock, fresh):
    add(site, "three")
    made = host(lock=lock)
    assert states(made) == {"one": "loaded", "two": "loaded", "three": "disabled"}
    assert sang(site) == {"one", "two"}


@pytest.mark.fault("B: lock: another version")
def test_another_version(site, host, lock, fresh):
    info = site.folder / "lmrs_one-1.0.dist-info"
    (info / "METADATA").write_text((info / "METADATA").read_text().replace("Version: 1.0", "Version: 1.1"))
    made = host(lock=lock)
    row = next(row for row in made.plugins if row.name == "one")
    assert states(made) == {"one": "refused", "two": "loaded"}
    assert row.cause == f"the plugin lock {lock} has version 1.0"
    assert row.cure == f"pip install --force-reinstall lmrs-one==1.0, or lock what is here: lmrs plugins --lock {lock}"
    assert sang(site) == {"two"}


def spoil_code(site):
    with module(site, "one").open("a") as file:
        file.write("\n# one line more\n")


def spoil_list(site):
    """The list of files names one more."""
    record = site.folder / "lmrs_one-1.0.dist-info" / "RECORD"
    (site.folder / "payload.py").write_text("")
    record.write_text(record.read_text() + "payload.py,,\n")


def spoil_entry(site):
    """The entry point names another module."""
    entries = site.folder / "lmrs_one-1.0.dist-info" / "entry_points.txt"
    (site.folder / "generated_payload_one.py").write_text(module(site, "one").read_text())
    entries.write_text("[lmrs]\none = generated_payload_one\n")


def spoil_records(site):
    """A list that no longer names the file whose contents changed."""
    spoil_code(site)
    record = site.folder / "lmrs_one-1.0.dist-info" / "RECORD"
    record.write_text("\n".join(line for line in record.read_text().splitlines() if not line.startswith("generated")))


def lose_list(site):
    (site.folder / "lmrs_one-1.0.dist-info" / "RECORD").unlink()


SPOILT = {
    "one line of code more": spoil_code,
    "RECORD names another file": spoil_list,
    "RECORD hides the changed file": spoil_records,
    "RECORD is gone": lose_list,
    "entry point names another module": spoil_entry,
}


@pytest.mark.fault("B: lock: {id}")
@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_other_contents(site, host, lock, fresh, spoil):
    spoil(site)
    made = host(lock=lock)
    row = next(row for row in made.plugins if row.name == "one")
    assert states(made) == {"one": "refused", "two": "loaded"}
    assert row.cause == f"its files are not those of the plugin lock {lock}"
    assert sang(site) == {"two"}


@pytest.mark.fault("B: lock: the same plugin from another distribution")
def test_another_distribution(site, host, lock, fresh, tmp_path):
    other = type(site)(tmp_path / "other")
    other.add("one", CANARY, distribution="lmrs-impostor")
    made = host(lock=lock, disable=["lmrs-one"], path=[str(site.folder), str(other.folder)])
    rows = {row.distribution: row for row in made.plugins}
    assert rows["lmrs-impostor"].state == "refused"
    assert "has it from lmrs-one" in rows["lmrs-impostor"].cause
    assert sang(site) == {"two"}
    assert sang(other) == set()


@pytest.mark.fault("B: lock: a locked plugin that is gone is named")
def test_gone(site, host, lock, fresh):
    for file in (site.folder / "lmrs_one-1.0.dist-info").iterdir():
        file.unlink()
    made = host(lock=lock)
    assert states(made) == {"two": "loaded"}
    assert any("plugin 'one' of the plugin lock" in note and "pip install lmrs-one==1.0" in note for note in made.notes)


@pytest.mark.fault("B: lock: deny beats it")
def test_deny_beats_the_lock(site, host, lock, fresh):
    assert states(host(lock=lock, disable=["one"])) == {"one": "disabled", "two": "loaded"}
    assert sang(site) == {"two"}


@pytest.mark.fault("B: lock: named in the environment")
def test_the_environment_names_it(site, host, lock, fresh):
    spoil_code(site)
    assert states(host(environ={"LMRS_PLUGIN_LOCK": str(lock)})) == {"one": "refused", "two": "loaded"}
    assert states(host(environ={"LMRS_PLUGIN_LOCK": ""})) == {"one": "loaded", "two": "loaded"}


@pytest.mark.fault("B: lock: strict raises at a mismatch")
def test_strict_raises(site, host, lock, fresh):
    spoil_code(site)
    with pytest.raises(PluginError, match="lmrs-one"):
        host(lock=lock, strict=True)
    assert sang(site) == set()


BAD = {
    "missing": None,
    "no JSON": b"{",
    "a list": b"[]",
    "no plugins": b'{"format": 1}',
    "of a later format": b'{"format": 2, "plugins": {}}',
    "a pin with too little": b'{"format": 1, "plugins": {"one": {"version": "1.0"}}}',
    "nested": b"[" * 100_000,
    "not text": b"\xff\xfe",
}


@pytest.mark.fault("B: lock: file {id}")
@pytest.mark.parametrize("data", BAD.values(), ids=BAD)
def test_a_lock_that_is_none_lets_nothing_in(site, host, lock, fresh, data):
    lock.unlink() if data is None else lock.write_bytes(data)
    with pytest.raises(InputError, match=lock.name) as caught:
        host(lock=lock)
    assert "\n" not in str(caught.value)
    assert sang(site) == set()


def test_what_the_installer_noted_does_not_count(site, host, lock, fresh):
    info = site.folder / "lmrs_one-1.0.dist-info"
    with (info / "RECORD").open("a") as file:
        file.write(f"{info.name}/INSTALLER,,\n../../bin/one,,\n__pycache__/one.cpython-311.pyc,,\n")
    (info / "INSTALLER").write_text("uv\n")
    assert states(host(lock=lock)) == {"one": "loaded", "two": "loaded"}


def test_an_editable_install_is_held_by_its_version(site, host):
    info = site.folder / f"{add(site, 'one')}.py"
    record = site.folder / "lmrs_one-1.0.dist-info" / "RECORD"
    record.write_text("\n".join(line for line in record.read_text().splitlines() if info.name not in line))
    assert [pin.covers for pin in host().pins().values()] == [False]


def test_the_file_is_json_that_people_can_read(lock):
    body = json.loads(Path(lock).read_text())
    assert list(body["plugins"]) == ["one", "two"]
    assert body["plugins"]["one"]["version"] == "1.0"
    assert body["plugins"]["one"]["covers"]


def test_a_file_of_the_users_own_is_locked_by_its_contents(host, tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    file = folder / "generated_local.py"
    file.write_text("x = 1\n")
    lock = tmp_path / "plugins.json"
    lock.write_text(text(host(plugin_dir=folder).pins()))
    assert states(host(plugin_dir=folder, lock=lock)) == {"generated-local": "loaded"}
    file.write_text("x = 2\n")
    assert states(host(plugin_dir=folder, lock=lock)) == {"generated-local": "refused"}
