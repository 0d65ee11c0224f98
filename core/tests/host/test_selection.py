"""What the user switches off does not run; what the user did not allow does not run; and a canary tells."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from lmrs_plugins import PluginError

CANARY = """
from pathlib import Path
Path(__file__).with_suffix(".sang").touch()
@hookimpl
def lmrs_encoders():
    return [card()]
"""


@pytest.fixture
def pair(site, host):
    """Two plugins, `one` and `two`, that leave a file where their code runs; gives which of them ran."""
    modules = {name: site.add(name, CANARY) for name in ("one", "two")}

    def ran(**options: object) -> set[str]:
        made = host(**options)
        sang = {name for name, module in modules.items() if (site.folder / f"{module}.sang").exists()}
        assert sang == {row.name for row in made.plugins if row.state == "loaded"} - {"lmrs"}
        assert {row.name for row in made.plugins} == {"lmrs", "one", "two"}
        assert {row.state for row in made.plugins} <= {"loaded", "disabled"}
        assert sang == {name for name, module in modules.items() if site.imported(module)}
        return sang

    return ran


@pytest.mark.fault("B: {id}")
@pytest.mark.parametrize(
    ("options", "expected"),
    [
        pytest.param({"disable": ["one"]}, {"two"}, id="deny by entry point"),
        pytest.param({"disable": ["lmrs-one"]}, {"two"}, id="deny by distribution"),
        pytest.param({"disable": ["LMRS_One"]}, {"two"}, id="deny by distribution, other spelling"),
        pytest.param({"disable": ["one", "two"]}, set(), id="deny all"),
        pytest.param({"environ": {"LMRS_DISABLE_PLUGINS": "one"}}, {"two"}, id="deny in the environment"),
        pytest.param({"environ": {"LMRS_DISABLE_PLUGINS": " one , lmrs-two,"}}, set(), id="deny a list"),
        pytest.param({"environ": {"LMRS_DISABLE_PLUGINS": ""}}, {"one", "two"}, id="empty deny-list"),
        pytest.param({"environ": {"LMRS_DISABLE_PLUGINS": "one"}, "disable": ["two"]}, set(), id="denials add up"),
        pytest.param({"enable": ["one"]}, {"one"}, id="allow-list only"),
        pytest.param({"enable": ["lmrs-one"]}, {"one"}, id="allow by distribution"),
        pytest.param({"enable": []}, set(), id="empty allow-list"),
        pytest.param({"environ": {"LMRS_PLUGINS": "one"}}, {"one"}, id="allow in the environment"),
        pytest.param({"environ": {"LMRS_PLUGINS": ""}}, set(), id="empty allow-list in the environment"),
        pytest.param({"environ": {"LMRS_PLUGINS": ""}, "enable": ["two"]}, {"two"}, id="argument beats environment"),
        pytest.param({"enable": ["one", "two"], "disable": ["one"]}, {"two"}, id="deny beats allow"),
        pytest.param({"enable": ["one"], "disable": ["lmrs-one"]}, set(), id="deny by another name beats allow"),
        pytest.param({"enable": ["one"], "environ": {"LMRS_DISABLE_PLUGINS": "one"}}, set(), id="environment denies"),
        pytest.param({"enable": ["lmrs"]}, set(), id="only the host's own"),
    ],
)
def test_only_the_chosen_run(pair, options, expected):
    assert pair(**options) == expected


def test_where_nothing_is_said_all_run(pair):
    assert pair() == {"one", "two"}


@pytest.mark.fault("B: deny in the environment of the process")
def test_the_environment_of_the_process_counts(site, host, monkeypatch):
    module = site.add("one", CANARY)
    monkeypatch.setenv("LMRS_DISABLE_PLUGINS", "one")
    monkeypatch.delenv("LMRS_PLUGINS", raising=False)
    made = host(environ=None)
    assert made.plugins[-1].state == "disabled"
    assert not site.imported(module)


@pytest.mark.fault("B: unknown name is warned of: {id}")
@pytest.mark.parametrize(
    ("options", "said"),
    [
        pytest.param({"enable": ["onne"]}, "no plugin 'onne' to allow is installed: did you mean 'one'?", id="allow"),
        pytest.param({"enable": ["qqq"]}, "no plugin 'qqq' to allow is installed: see `lmrs plugins`", id="far off"),
        pytest.param({"disable": ["lmrs-onne"]}, "to disable is installed: did you mean 'lmrs-one'?", id="deny"),
        pytest.param({"disable": ["lmrs"]}, "'lmrs' is the host's own plugin and cannot be disabled", id="the host"),
    ],
)
def test_names_that_nobody_has_are_warned_of(site, host, caplog, options, said):
    site.add("one")
    made = host(**options)
    assert len(made.notes) == 1
    assert said in made.notes[0]
    assert said in caplog.text
    assert made.registry.lookup("scorer", "dot").plugin == "lmrs"


def test_known_names_are_not_warned_of(site, host, caplog):
    site.add("one")
    assert host(enable=["one", "lmrs"], disable=["lmrs-one"]).notes == ()
    assert caplog.text == ""


@pytest.mark.fault("B: a part of a disabled plugin is asked for")
def test_what_a_disabled_plugin_has_is_named_when_asked_for(site, host):
    site.add("one")
    with pytest.raises(PluginError, match=r"plugin 'one' \(lmrs-one 1\.0\) is disabled: switched off; take it out of"):
        host(disable=["one"]).registry.lookup("encoder", "one/thing")


@pytest.mark.fault("A: what is broken is logged, what is switched off is not")
def test_broken_plugins_are_logged(site, host, caplog):
    site.add("bad", "raise RuntimeError('no')")
    site.add("off", "raise RuntimeError('no')")
    host(disable=["off"])
    assert [record.getMessage().partition(" failed")[0] for record in caplog.records] == ["plugin 'bad' (lmrs-bad 1.0)"]


@pytest.mark.fault("B: strict raises: {id}")
@pytest.mark.parametrize(
    ("body", "more"),
    [
        pytest.param("raise RuntimeError('no')", {}, id="import"),
        pytest.param("@hookimpl\ndef lmrs_encoders():\n    pass", {}, id="hook"),
        pytest.param("", {"requires": ["lmrs-plugins>99"]}, id="contract"),
        pytest.param("", {"entries": "[lmrs]\nnot a line\n"}, id="metadata"),
    ],
)
def test_strict_raises_and_names_the_plugin(site, host, body, more):
    site.add("good")
    site.add("bad", body, **more)
    with pytest.raises(PluginError, match="lmrs-bad") as raised:
        host(strict=True)
    assert raised.value.exit_code == 3
    assert "\n" not in str(raised.value)


@pytest.mark.fault("B: strict does not mind what is switched off")
def test_strict_does_not_mind_what_is_switched_off(site, host):
    site.add("good")
    site.add("bad", "raise RuntimeError('no')")
    assert [row.state for row in host(strict=True, disable=["bad"]).plugins] == ["loaded", "disabled", "loaded"]


ASK = "from lmrs.host.host import Host; print(*(row.name for row in Host().plugins))"


@pytest.mark.fault("B: the current folder is not searched by python {id}")
@pytest.mark.parametrize("how", ["-c", "-m"])
def test_the_current_folder_is_not_searched(site, tmp_path, how):
    site.add("lurking", CANARY)
    (site.folder / "ask.py").write_text(ASK)
    environ = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "PYTHONSAFEPATH")}
    command = [sys.executable, how, ASK if how == "-c" else "ask"]
    said = subprocess.run(command, cwd=site.folder, env=environ, capture_output=True, text=True, check=True)
    assert "lurking" not in said.stdout.split()
    assert not list(site.folder.glob("*.sang"))

    said = subprocess.run(
        command,
        cwd=site.folder,
        env={**environ, "PYTHONPATH": str(site.folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "lurking" in said.stdout.split()  # where it was asked for
