"""Plugins hear of a run, in a stable order, and an error in one has its name."""

from __future__ import annotations

import builtins

import pytest

from lmrs_plugins import Cancelled, PluginError

HEAR = """
import builtins
@hookimpl{mark}
def lmrs_after_step(stage, step):
    builtins.heard.append(("{name}", stage, step))
"""
STEP = {"stage": "train", "step": 7, "terms": {"loss": 1.0}, "seconds": 0.1}


@pytest.fixture
def heard(monkeypatch):
    noted: list[tuple[str, str, int]] = []
    monkeypatch.setattr(builtins, "heard", noted, raising=False)
    return noted


def test_plugins_take_the_arguments_that_they_want(site, host, heard):
    site.add("one", HEAR.format(mark="", name="one"))
    host().notify("lmrs_after_step", **STEP)
    assert heard == [("one", "train", 7)]


@pytest.mark.fault("A: order of calls with tryfirst and trylast, installed as {id}")
@pytest.mark.parametrize("names", [["a", "b", "c", "d"], ["d", "c", "b", "a"]])
def test_the_order_does_not_depend_on_what_was_installed_first(site, host, heard, names):
    marks = {"b": "(trylast=True)", "d": "(tryfirst=True)"}
    for name in names:
        site.add(name, HEAR.format(mark=marks.get(name, ""), name=name))
    host().notify("lmrs_after_step", **STEP)
    assert [name for name, _, _ in heard] == ["d", "a", "c", "b"]


@pytest.mark.fault("A: a hook raises in a run: {id}")
@pytest.mark.parametrize(("raised", "said"), [("ValueError('oh')", "ValueError: oh"), ("SystemExit(0)", "sys.exit(0)")])
def test_an_error_has_a_name(site, host, raised, said):
    site.add("bad", f"@hookimpl\ndef lmrs_after_step():\n    raise {raised}")
    with pytest.raises(PluginError) as caught:
        host().notify("lmrs_after_step", **STEP)
    assert "plugin 'bad' failed in lmrs_after_step" in str(caught.value)
    assert said in str(caught.value)
    assert str(caught.value).endswith("leave it out with --no-plugin bad")


def test_a_signal_in_the_plugins_code_is_not_its_error(site, host):
    site.add(
        "one", "from lmrs_plugins import Cancelled\n@hookimpl\ndef lmrs_after_step():\n    raise Cancelled('now', 15)"
    )
    with pytest.raises(Cancelled):
        host().notify("lmrs_after_step", **STEP)


@pytest.mark.fault("A: a hook raises while a run fails")
def test_on_error_everybody_hears_and_nobody_hides_the_reason(site, host, heard, caplog):
    site.add("a", "@hookimpl\ndef lmrs_on_run_error(error):\n    raise RuntimeError('me too')")
    site.add("b", "import builtins\n@hookimpl\ndef lmrs_on_run_error(error):\n    builtins.heard.append(str(error))")
    host().notify("lmrs_on_run_error", error=ValueError("the reason"))
    assert heard == ["the reason"]
    assert "plugin 'a' failed in lmrs_on_run_error: RuntimeError: me too" in caplog.text


@pytest.mark.parametrize("arguments", [{}, {**STEP, "more": 1}, {"stage": "train"}])
def test_the_host_calls_hooks_as_they_are_specified(host, arguments):
    with pytest.raises(TypeError, match="lmrs_after_step takes"):
        host().notify("lmrs_after_step", **arguments)


def test_a_hook_that_there_is_not(host):
    with pytest.raises(AttributeError):
        host().notify("lmrs_after_lunch")
