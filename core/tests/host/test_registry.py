"""Components are found by name, and loaded when somebody needs them."""

from __future__ import annotations

import pytest

from lmrs_plugins import InputError, Options, PluginError

OPTIONS = """
from lmrs_plugins import Options
class Knobs(Options):
    width: int = 3
@hookimpl
def lmrs_encoders():
    return [card("plain"), card("with-knobs", options=f"{__name__}:Knobs"), card("odd", load=LOAD, options=LOAD)]
"""


@pytest.fixture
def two(site, host):
    """Plugins `one` and `two`, that both have an encoder `thing`; `one` has `other` too."""
    site.add("one", "@hookimpl\ndef lmrs_encoders():\n    return [card(), card('other-thing')]")
    site.add("two")
    return host().registry


def test_names(two):
    assert two.lookup("encoder", "one/thing").name == "one/thing"
    assert two.lookup("encoder", "two/thing").distribution == "lmrs-two"
    assert two.lookup("encoder", "other-thing").name == "one/other-thing"
    assert [entry.name for entry in two.entries("encoder")] == ["one/other-thing", "one/thing", "two/thing"]
    assert {entry.card.family for entry in two.entries()} > {"encoder", "scorer"}


@pytest.mark.parametrize(
    ("family", "name", "error", "said"),
    [
        (
            "encoder",
            "thing",
            InputError,
            "offered by 2 plugins: write 'one/thing' (from lmrs-one) or 'two/thing' (from",
        ),
        ("encoder", "othr-thing", InputError, "unknown encoder 'othr-thing': did you mean 'other-thing'?"),
        ("encoder", "one/thin", InputError, "did you mean 'one/thing'?"),
        ("encoder", "onne/other-thing", InputError, "did you mean 'one/other-thing'?"),
        ("encoder", "qqqqqq", InputError, "`lmrs components --family encoder` lists all 3"),
        ("encoder", "", InputError, "unknown encoder ''"),
        ("encoder", "/", PluginError, "not installed"),
        ("maker", "qqqqqq", InputError, "`lmrs components --family maker` lists all"),
        ("sampler", "qqqqqq", InputError, "no installed plugin offers any sampler"),
        ("encoder", "nowhere/qqqqqq", PluginError, "plugin 'nowhere' is not installed: pip install lmrs-nowhere"),
        ("encoder", "twoo/qqqqqq", PluginError, "plugin 'twoo' is not installed: did you mean 'two'?"),
        ("encodr", "thing", InputError, "unknown family 'encodr': did you mean 'encoder'?"),
        ("qqqqqq", "thing", InputError, "unknown family 'qqqqqq': there are dataset, encoder"),
    ],
)
def test_names_that_are_not_there(two, family, name, error, said):
    with pytest.raises(error) as raised:
        two.lookup(family, name)
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


def test_plugins_that_did_not_load_are_mentioned(site, host):
    site.add("bad", "raise RuntimeError('oh')")
    registry = host().registry
    with pytest.raises(PluginError, match=r"plugin 'bad' \(lmrs-bad 1\.0\) failed: .*RuntimeError: oh"):
        registry.lookup("encoder", "bad/thing")
    with pytest.raises(InputError, match=r"not loaded: bad \(see `lmrs plugins`\)"):
        registry.lookup("encoder", "qqqqqq")


def test_recipes(site, host):
    body = (
        "@hookimpl\ndef lmrs_recipes():\n    return [RecipeCard(name='mix', summary='s', package='p', path='mix.yaml')]"
    )
    site.add("one", body)
    made = host()
    assert made.registry.recipe("mix") == made.registry.recipe("one/mix")
    assert made.recipes.lookup("mix").name == "one/mix"
    assert made.plugins[-1].counts == {"recipe": 1}
    with pytest.raises(InputError, match="unknown recipe 'mixx': did you mean 'mix'"):
        made.registry.recipe("mixx")
    with pytest.raises(InputError, match="`lmrs recipes` lists all 1"):
        made.registry.recipe("qqqqqq")


def test_nothing_is_loaded_before_it_is_needed(site, host):
    heavy = site.add("heavy", "class Heavy:\n    pass", entries="[other]\nx = {module}\n")
    site.add("one", f"@hookimpl\ndef lmrs_encoders():\n    return [card(load='{heavy}:Heavy')]")
    registry = host().registry
    entry = registry.lookup("encoder", "thing")
    assert not site.imported(heavy)
    assert registry.load(entry).__name__ == "Heavy"
    assert site.imported(heavy)


def test_options(site, host):
    site.add("one", OPTIONS.replace("LOAD", "'builtins:len'"))
    registry = host().registry
    assert registry.options(registry.lookup("encoder", "plain")) is None
    knobs = registry.options(registry.lookup("encoder", "with-knobs"))
    assert knobs is not None
    assert issubclass(knobs, Options)
    assert knobs(width=4).model_dump() == {"width": 4}


LOADS = [
    pytest.param(
        "no_such_module:Thing", "No module named 'no_such_module'; reinstall or upgrade lmrs-one", id="module"
    ),
    pytest.param("builtins:Absent", "builtins has no 'Absent'", id="attribute"),
    pytest.param("builtins:ValueErorr", "builtins has no 'ValueErorr', only 'ValueError'", id="attribute misspelt"),
    pytest.param("builtins:len.absent", "builtins has no 'len.absent'", id="nested attribute"),
    pytest.param("{bad}:Thing", "RuntimeError: heavy", id="error at import"),
    pytest.param("{exits}:Thing", "called sys.exit(1)", id="exit at import"),
    pytest.param("{needs}:Thing", "install 'no_such_dependency', which lmrs-one 1.0 depends on", id="dependency"),
    pytest.param("{syntax}:Thing", "SyntaxError", id="syntax"),
]


@pytest.fixture
def odd(site, host):
    """An encoder whose `load` and `options` are the same unusable path."""
    bad = {
        name: site.add(name, body, entries="[other]\nx = {module}\n")
        for name, body in {
            "bad": "raise RuntimeError('heavy')",
            "exits": "import sys; sys.exit(1)",
            "needs": "import no_such_dependency",
            "syntax": "def (:",
        }.items()
    }

    def make(load: str):
        site.add("one", OPTIONS.replace("LOAD", repr(load.format(**bad))))
        registry = host().registry
        return registry, registry.lookup("encoder", "odd")

    return make


@pytest.mark.parametrize(
    ("load", "said"), [*LOADS, pytest.param("builtins:len", "is a builtin_function", id="function")]
)
def test_components_that_cannot_be_loaded(odd, load, said):
    registry, entry = odd(load)
    with pytest.raises(PluginError) as raised:
        registry.load(entry)
    message = str(raised.value)
    assert message.startswith("encoder 'one/odd' of lmrs-one 1.0 cannot be loaded: ")
    assert said in message
    assert "; " in message
    assert "\n" not in message


@pytest.mark.parametrize(("load", "said"), [*LOADS, pytest.param("builtins:int", "not a subclass", id="no options")])
def test_options_that_cannot_be_loaded(odd, load, said):
    registry, entry = odd(load)
    with pytest.raises(PluginError) as raised:
        registry.options(entry)
    assert said in str(raised.value)
