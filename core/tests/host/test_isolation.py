"""A broken plugin costs itself: it is named with a cause and a cure, nothing of it is left, and its neighbour works."""

from __future__ import annotations

import gc
import logging
import sys
import threading
import weakref
from types import ModuleType

import pytest

import lmrs.builtin.plugin
from lmrs_plugins import LmrsError

BROKEN = {
    "ImportError at import": ("raise ImportError('no luck')", "failed", "ImportError: no luck"),
    "a dependency is missing": ("import no_such_dependency", "failed", "No module named 'no_such_dependency'"),
    "SyntaxError": ("def (:", "failed", "SyntaxError"),
    "RuntimeError at import": ("raise RuntimeError('two\\nlines')", "failed", "RuntimeError: two lines"),
    "SystemExit at import": ("raise SystemExit(3)", "failed", "called sys.exit(3)"),
    "os-level trouble at import": ("open('/no/such/file')", "failed", "FileNotFoundError"),
    "recursion at import": ("def f():\n    f()\nf()", "failed", "RecursionError"),
    "unknown hook": ("@hookimpl\ndef lmrs_encoder():\n    return []", "refused", "did you mean 'lmrs_encoders'?"),
    "unknown hook like nothing": ("@hookimpl\ndef qqq():\n    return []", "refused", "unknown hook 'qqq'"),
    "unknown argument": ("@hookimpl\ndef lmrs_after_step(stage, stpe):\n    pass", "refused", "stpe"),
    "argument of a hook without": ("@hookimpl\ndef lmrs_encoders(host):\n    return []", "refused", "host"),
    "hook returns None": ("@hookimpl\ndef lmrs_encoders():\n    card()", "refused", "lmrs_encoders returned None"),
    "hook returns a card": ("@hookimpl\ndef lmrs_encoders():\n    return card()", "refused", "returned a Card"),
    "hook is a generator": ("@hookimpl\ndef lmrs_encoders():\n    yield card()", "refused", "returned a generator"),
    "hook returns no cards": ("@hookimpl\ndef lmrs_encoders():\n    return ['thing']", "refused", "a str in it"),
    "hook raises": (
        "@hookimpl\ndef lmrs_encoders():\n    return 1 / 0",
        "failed",
        "ZeroDivisionError: division by zero",
    ),
    "hook exits": ("@hookimpl\ndef lmrs_encoders():\n    raise SystemExit", "failed", "calling lmrs_encoders"),
    "card of another family": (
        "@hookimpl\ndef lmrs_encoders():\n    return [card(family='scorer')]",
        "refused",
        "'thing', a card of the family 'scorer'",
    ),
    "card where a recipe belongs": ("@hookimpl\ndef lmrs_recipes():\n    return [card()]", "refused", "a Card in it"),
    "card without a summary": (
        "@hookimpl\ndef lmrs_scorers():\n    return [Card(family='scorer', name='x', summary='', load='a:B')]",
        "failed",
        "the summary is one line",
    ),
    "card with an unusable name": ("@hookimpl\ndef lmrs_encoders():\n    return [card('A b')]", "failed", "A b"),
    "card without an attribute": (
        "@hookimpl\ndef lmrs_encoders():\n    return [card(load='m')]",
        "failed",
        "'m' is not",
    ),
    "card that pulls what it does not take": (
        "from lmrs_plugins import Pull\n@hookimpl\ndef lmrs_scorers():\n"
        "    return [card(family='scorer', pulls=(Pull('item'),))]",
        "failed",
        "it pulls 'item'",
    ),
    "card with an unknown key": ("@hookimpl\ndef lmrs_encoders():\n    return [card(gvies={})]", "failed", "gvies"),
    "node without evaluation": (
        "@hookimpl\ndef lmrs_encoders():\n    return [card(evaluation='')]",
        "failed",
        "lookup",
    ),
    "one name twice": (
        "@hookimpl\ndef lmrs_encoders():\n    return [card(), card()]",
        "refused",
        "offers the encoder 'thing' twice",
    ),
    "wrapper": ("@hookimpl(wrapper=True)\ndef lmrs_encoders():\n    return (yield)", "refused", "is a wrapper"),
    "old wrapper": ("@hookimpl(hookwrapper=True)\ndef lmrs_after_save():\n    yield", "refused", "is a wrapper"),
    "wrapper that wraps nothing": (
        "@hookimpl(wrapper=True)\ndef lmrs_encoders():\n    return []",
        "refused",
        "generator",
    ),
    "marked with a wrong keyword": ("@hookimpl(first=True)\ndef lmrs_encoders():\n    return []", "failed", "first"),
}

ODD_ATTRIBUTES = """
nothing = None
def __getattr__(name):
    raise OSError("at reading") if name == "raises" else AttributeError(name)
"""
GOOD_AND_WRONG = """
@hookimpl
def lmrs_after_save(folder):
    (folder / "called").touch()

@hookimpl
def lmrs_encoders():
    return [card()]

@hookimpl
def lmrs_tasks(nonsense):
    return []
"""


@pytest.mark.fault("A: {id}")
@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_plugin_costs_only_itself(site, host, case):
    body, state, cause = BROKEN[case]
    site.add("good")
    site.add("bad", body)
    made = host()
    bad, good = sorted(made.plugins[1:], key=lambda row: row.name)
    assert (bad.name, bad.distribution, bad.version, bad.state) == ("bad", "lmrs-bad", "1.0", state)
    assert cause in bad.cause
    assert bad.cure
    assert "\n" not in bad.line()
    assert bad.counts == {}
    assert (good.state, good.counts) == ("loaded", {"encoder": 1})
    assert [entry.plugin for entry in made.registry.entries() if entry.plugin != "lmrs"] == ["good"]


@pytest.mark.fault("A: the place of an error is said")
def test_the_place_of_an_error_is_in_the_message(site, host):
    module = site.add("bad", "x = 1\nraise ValueError('here')")
    source = (site.folder / f"{module}.py").read_text().splitlines()
    line = source.index("raise ValueError('here')") + 1
    assert host().plugins[-1].cause.endswith(f"{module}.py:{line})")


@pytest.mark.fault("A: entry point: {id}")
@pytest.mark.parametrize(
    ("value", "state", "cause"),
    [
        pytest.param("no_such_module_anywhere", "failed", "which does not exist", id="module missing"),
        pytest.param("no_such.module.anywhere", "failed", "which does not exist", id="package missing"),
        pytest.param("{module}:Absent", "failed", "there is no 'Absent'", id="attribute missing"),
        pytest.param("{module}:Thing.absent", "failed", "there is no 'absent'", id="attribute of an attribute missing"),
        pytest.param("{module}:Thingg", "failed", "only 'Thing'", id="attribute misspelt"),
        pytest.param("{module}:nothing", "refused", "is None", id="attribute is None"),
        pytest.param("{module}:raises", "failed", "OSError: at reading", id="attribute raises"),
        pytest.param("not a module", "refused", "entry_points.txt cannot be read", id="value unreadable"),
    ],
)
def test_an_entry_point_that_names_nothing(site, host, value, state, cause):
    site.add("good")
    site.add("bad", ODD_ATTRIBUTES, value=value)
    rows = {row.distribution: row for row in host().plugins}
    assert rows["lmrs-bad"].state == state
    assert cause in rows["lmrs-bad"].cause
    assert rows["lmrs-bad"].cure
    assert rows["lmrs-good"].state == "loaded"


@pytest.mark.fault("A: registration breaks half way and is rolled back")
def test_registration_that_breaks_half_way_is_undone(site, host):
    """Hooks are registered in order of their names: one is in before the other's arguments turn out to be wrong."""
    site.add("bad", GOOD_AND_WRONG)
    made = host()
    assert made.plugins[-1].state == "refused"
    assert "bad/thing" not in [entry.name for entry in made.registry.entries()]
    made.notify("lmrs_after_save", folder=site.folder)  # would write into the folder
    assert not list(site.folder.glob("called"))


@pytest.mark.fault("A: an object whose attributes raise while it is registered")
def test_an_object_whose_attributes_raise_while_registering(site, host):
    body = "class Bad:\n    def __dir__(self):\n        raise RuntimeError('do not look')\nplugin = Bad()"
    site.add("bad", body, value="{module}:plugin")
    made = host()
    assert made.plugins[-1].state == "failed"
    assert "do not look" in made.plugins[-1].cause


@pytest.mark.fault("A: a refused plugin hears of no run")
def test_a_refused_plugin_does_not_hear_of_the_run(site, host):
    body = "heard = []\n@hookimpl\ndef lmrs_after_save(folder):\n    heard.append(folder)\n"
    module = site.add("bad", body + "@hookimpl\ndef lmrs_tasks():\n    pass")
    host().notify("lmrs_after_save", folder=site.folder)
    assert sys.modules[module].heard == []


@pytest.mark.fault("A: one object under two names")
def test_one_object_under_two_names(site, host):
    site.add("one", entries="[lmrs]\none = {module}\ntwo = {module}\n")
    rows = {row.name: row for row in host().plugins}
    assert {rows["one"].state, rows["two"].state} == {"loaded", "refused"}
    assert "same object" in rows["one"].cause + rows["two"].cause


@pytest.mark.fault("A: Ctrl-C during an import stays the user's")
def test_keyboard_interrupt_is_the_users(site, host):
    site.add("bad", "raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        host()


@pytest.mark.fault("A: every kind of broken plugin at once")
def test_several_broken_plugins_are_all_named(site, host):
    site.add("good")
    for case, (body, state, _) in BROKEN.items():
        site.add(f"bad-{list(BROKEN).index(case)}-{state}", body)
    made = host()
    assert {row.name: row.state for row in made.plugins} == {
        "lmrs": "loaded",
        "good": "loaded",
        **{f"bad-{index}-{state}": state for index, (_, state, _) in enumerate(BROKEN.values())},
    }
    assert made.registry.lookup("encoder", "thing").name == "good/thing"


def test_an_object_is_a_plugin_too(site, host):
    body = "class Plugin:\n    @hookimpl\n    def lmrs_encoders(self):\n        return [card()]\nplugin = Plugin()"
    site.add("good", body, value="{module}:plugin")
    assert host().registry.lookup("encoder", "good/thing").distribution == "lmrs-good"


@pytest.mark.fault("A: slip that breaks nothing: {id}")
@pytest.mark.parametrize(
    ("body", "note"),
    [
        pytest.param(
            "def lmrs_encoders():\n    return [card()]", "lmrs_encoders is not marked @hookimpl", id="mark forgotten"
        ),
        pytest.param("def lmrs_encoder():\n    return []", "lmrs_encoder is not marked", id="mark forgotten, misspelt"),
        pytest.param("x = 1", "it offers nothing", id="no hook at all"),
    ],
)
def test_slips_that_break_nothing_are_noted(site, host, body, note):
    site.add("odd", body)
    row = host().plugins[-1]
    assert row.state == "loaded"
    assert any(note in said for said in row.notes)


@pytest.mark.fault("A: slip that breaks nothing: mark forgotten in a class")
def test_the_mark_is_forgotten_in_a_class(site, host):
    body = "class Plugin:\n    def lmrs_encoders(self):\n        return [card()]\nplugin = Plugin()"
    site.add("odd", body, value="{module}:plugin")
    assert "lmrs_encoders is not marked @hookimpl" in host().plugins[-1].notes[0]


def test_a_helper_from_elsewhere_is_no_forgotten_hook(site, host):
    helper = site.add("helper", "def lmrs_help():\n    pass")
    site.add("good", f"from {helper} import lmrs_help\n" + "@hookimpl\ndef lmrs_encoders():\n    return [card()]")
    rows = {row.name: row for row in host().plugins}
    assert rows["good"].notes == ()


@pytest.mark.fault("A: an import that hangs is named")
def test_a_plugin_that_keeps_everybody_waiting_is_named(site, host, caplog):
    """The plugin waits until the host has complained of it."""
    complained = threading.Event()

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            complained.set()

    listener = Listener()
    logger = logging.getLogger("lmrs.host")
    logger.addHandler(listener)
    site.add("slow", "import generated_gate\nassert generated_gate.complained.wait(60)")
    gate = ModuleType("generated_gate")
    gate.complained = complained
    sys.modules["generated_gate"] = gate
    try:
        assert host(slow=0.01).plugins[-1].state == "loaded"
    finally:
        logger.removeHandler(listener)
    assert "plugin 'slow' is still being imported" in caplog.text
    assert not [one for one in threading.enumerate() if one.name == "lmrs-host-watch"]


@pytest.mark.fault("A: no plugin at all")
def test_no_plugin_at_all(site, host):
    made = host()
    assert [(row.name, row.state) for row in made.plugins] == [("lmrs", "loaded")]
    assert made.registry.lookup("scorer", "dot").name == "lmrs/dot"


def test_two_hosts_share_nothing(site, host):
    site.add("good")
    first, second = host(), host(disable=["good"])
    assert [entry.name for entry in first.registry.entries("encoder")] == ["good/thing"]
    assert list(second.registry.entries("encoder")) == []


@pytest.mark.fault("A: a host that goes releases what it had registered")
def test_a_host_that_goes_releases_its_plugins(site, host):
    body = "class Plugin:\n    @hookimpl\n    def lmrs_encoders(self):\n        return [card()]\n"
    module = site.add("good", body + "plugin = Plugin()", value="{module}:plugin")
    made = host()
    plugin, registry = weakref.ref(sys.modules.pop(module).plugin), weakref.ref(made.registry)
    assert plugin() is not None
    del made
    gc.collect()
    assert registry() is None
    assert plugin() is None


@pytest.mark.fault("A: 200 plugins")
def test_two_hundred_plugins(site, host):
    for number in range(200):
        site.add(f"many-{number:03}")
    made = host()
    assert sum(row.state == "loaded" for row in made.plugins) == 201
    assert [entry.plugin for entry in made.registry.entries("encoder")] == [
        f"many-{number:03}" for number in range(200)
    ]


@pytest.mark.fault("A: the host's own plugin is broken")
def test_the_hosts_own_plugin_broken_is_our_fault(site, host, monkeypatch):
    monkeypatch.setattr(lmrs.builtin.plugin, "CARDS", [object()])
    with pytest.raises(LmrsError, match="own plugin cannot be loaded") as raised:
        host()
    assert raised.value.exit_code == 1
