"""The walk over a plugin: what conforms passes, what is exempt is listed, what is offered wrongly is named."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lmrs_plugins import Card, Family, View, hookimpl
from lmrs_plugins.families import FAMILIES
from lmrs_plugins.recipe import RecipeCard
from lmrs_plugins.testing import Report, check_plugin, generated_bundle
from lmrs_plugins.testing import plugin as whole_check

Check = Callable[..., Report]


@pytest.fixture
def check(samples: Path, monkeypatch: pytest.MonkeyPatch) -> Check:
    """Check a plugin that offers these cards, by hook; its imports are not looked at."""
    monkeypatch.setattr(whole_check, "probe", lambda *_: ([], []))

    def run(plugin: Any = None, offers: dict[str, list[Any]] | None = None, **arguments: Any) -> Report:
        made = plugin or import_module("broken_plugin.offers").Plugin(**(offers or {}))
        monkeypatch.setattr(import_module("broken_plugin"), "current", made, raising=False)
        return check_plugin("broken_plugin:current", **arguments)

    return run


def like(name: str, load: str = "", **changes: Any) -> Card:
    found: Card = import_module("broken_plugin.offers").like(name, load, **changes)
    return found


def test_a_good_plugin_passes_in_every_family(samples: Path, tmp_path: Path) -> None:
    pairs = tmp_path / "some.pairs"
    pairs.write_text("ada book\nbel lamp\n")
    report = check_plugin("sample_plugin.plugin", inputs={"pairs": pairs}, options={"busiest": {"source": "any"}})
    families = {name.partition("/")[0] for name in report.passed}
    assert families == {family.name for family in FAMILIES} - {"recipe"} | {"indexer"}
    assert report.exempt == {}
    assert "read" in report.passed["dataset/pairs"]
    assert {"growth", "gradient", "saved", "alone"} <= set(report.passed["encoder/item-id"])


def test_every_family_of_the_contract_has_checks() -> None:
    for family in FAMILIES:
        if family.name != "recipe":
            module, _, name = family.checks.partition(":")
            assert callable(getattr(import_module(module), name))


@pytest.mark.parametrize(
    ("module", "said"),
    [
        ("heavy", r"^broken_plugin.heavy: listing it imports .*torch.*: name components as `module:attribute`"),
        ("heavy_hook", r"^broken_plugin.heavy_hook: listing it imports numpy: "),
        (
            "heavy_options",
            r"^broken_plugin.heavy_options: its options import torch \(broken_plugin.torch_options\): keep",
        ),
        ("nowhere", r"^broken_plugin.nowhere: it cannot be imported: No module named 'broken_plugin.nowhere'"),
    ],
)
def test_imports(module: str, said: str, samples: Path) -> None:
    with pytest.raises(AssertionError, match=said) as raised:
        check_plugin(f"broken_plugin.{module}")
    assert "\n" not in str(raised.value)


def test_what_is_exempt_is_listed_with_its_reason(check: Check) -> None:
    offers = {"lmrs_encoders": [like("title", "encoders:DeadParameter"), like("item-id", "encoders:NumpySeed")]}
    exempt = {
        "title.gradient.forgotten": "kept for old checkpoints",
        "encoder/item-id.seed": "has its own generator",
    }
    report = check(offers=offers, exempt=exempt)
    assert report.exempt == exempt
    assert "seed" not in report.passed["encoder/item-id"]
    assert "saved" in report.passed["encoder/item-id"]


def test_a_component_can_be_exempt_as_a_whole(check: Check) -> None:
    offers = {"lmrs_encoders": [like("title", "encoders:DeadParameter")]}
    assert check(offers=offers, exempt={"title": "not ours"}) == Report({}, {"title": "not ours"})


@pytest.mark.parametrize("key", ["title.gradient", "title.gradient.words", "tilte", "title.grdient"])
def test_an_exemption_that_nothing_needs_is_an_error(check: Check, key: str) -> None:
    with pytest.raises(
        AssertionError, match=rf"exempt\['{key}'\] exempts nothing, since that holds or is never checked"
    ):
        check(offers={"lmrs_encoders": [like("title")]}, exempt={key: "because"})


def test_what_is_given_for_nobody_is_an_error(check: Check) -> None:
    with pytest.raises(
        AssertionError, match=r"something is given for 'tilte', and it offers no component of that name: .*title"
    ):
        check(offers={"lmrs_encoders": [like("title")]}, options={"tilte": {"width": 3}})


def test_options_are_used_and_bad_ones_named(check: Check) -> None:
    offers = {"lmrs_encoders": [like("title")]}
    with pytest.raises(AssertionError, match=r"needs item.plot, which generated data lack"):
        check(offers=offers, options={"title": {"field": "plot"}})
    assert "shape" in check(offers=offers, options={"title": {"field": "description"}}).passed["encoder/title"]
    with pytest.raises(
        AssertionError, match=r"its options cannot be made: .*colour.*: give defaults, or pass options="
    ):
        check(offers=offers, options={"title": {"colour": 1}})


def test_data_and_inputs_can_be_given(check: Check) -> None:
    data = generated_bundle()
    table = data.tables["item"]
    data = replace(data, tables={"item": table.append_column("plot", table.column("title"))})
    assert check(offers={"lmrs_encoders": [like("title", needs=("item.plot",))]}, bundle=data).passed
    rows, mask = np.array([[3, 1, 0], [5, 0, 0]]), np.array([[1, 1, 0], [1, 0, 0]], dtype=bool)
    view = View.of(item=rows, mask=mask, values={"time": rows * 1.5})
    offers = {"lmrs_encoders": [like("attention", "encoders:WantsTime")]}
    report = check(offers=offers, inputs={"attention": view}, exempt={"attention.gradient.token": "never masked"})
    assert "padding" in report.passed["encoder/attention"]


def test_every_broken_component_gets_its_line(check: Check) -> None:
    offers = {"lmrs_encoders": [like("title", "encoders:Noisy"), like("item-id", "encoders:NumpySeed")]}
    with pytest.raises(AssertionError) as raised:
        check(offers=offers)
    assert [re.findall(r"encoder '(.*?)'", line) for line in str(raised.value).split("\n")] == [["title"], ["item-id"]]


def test_a_saved_buffer_of_rows_may_get_longer(check: Check) -> None:
    report = check(offers={"lmrs_encoders": [like("item-id", "encoders:SavedSeen")]})
    assert "growth" in report.passed["encoder/item-id"]


def test_a_node_may_ask_for_the_step(check: Check) -> None:
    report = check(offers={"lmrs_encoders": [like("attention", "encoders:AsksTheStep")]})
    assert "shape" in report.passed["encoder/attention"]
    with pytest.raises(AssertionError, match="it looks through the view 'input' of a draw: a node works on what it is"):
        check(offers={"lmrs_encoders": [like("attention", "encoders:LooksAround")]})


class Misspelt:
    @hookimpl
    def lmrs_encodrs(self) -> list[Card]:
        return []


class WrongArgument:
    @hookimpl
    def lmrs_encoders(self, bundle: Any) -> list[Card]:
        return []


class Unmarked:
    def lmrs_encoders(self) -> list[Card]:
        return []


class NoList:
    @hookimpl
    def lmrs_encoders(self) -> Any:
        return None


class Raising:
    @hookimpl
    def lmrs_encoders(self) -> list[Card]:
        raise OSError("no such card")


@pytest.mark.parametrize(
    ("plugin", "said"),
    [
        (Misspelt(), r"there is no hook 'lmrs_encodrs': did you mean 'lmrs_encoders'\?"),
        (WrongArgument(), r"Argument\(s\) \{'bundle'\} are declared in the hookimpl.*: take arguments as hookspecs.py"),
        (Unmarked(), "lmrs_encoders is never called: mark it with @hookimpl"),
        (NoList(), "lmrs_encoders returns a list of Card; it returned None"),
        (Raising(), "lmrs_encoders raised OSError: no such card"),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else "",
)
def test_hooks(check: Check, plugin: Any, said: str) -> None:
    with pytest.raises(AssertionError, match=rf"^broken_plugin:current: .*{said}"):
        check(plugin)


def test_cards_are_where_they_belong_and_once(check: Check) -> None:
    with pytest.raises(AssertionError, match="lmrs_encoders returned 'mean', a card of the family 'fusion'"):
        check(offers={"lmrs_encoders": [like("mean")]})
    with pytest.raises(AssertionError, match="lmrs_encoders offers 'title' twice"):
        check(offers={"lmrs_encoders": [like("title"), like("title")]})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"path": "recipes/none.yaml"}, "sample_plugin has no file 'recipes/none.yaml': add it"),
        ({"package": "no_such_package"}, "there is no package 'no_such_package'"),
        ({"name": "other"}, "recipes/sample.yaml says name 'sample': card and file have to agree"),
    ],
)
def test_recipes(check: Check, change: dict[str, str], said: str) -> None:
    good = {"name": "sample", "summary": "one", "package": "sample_plugin", "path": "recipes/sample.yaml"}
    with pytest.raises(AssertionError, match=said):
        check(offers={"lmrs_recipes": [RecipeCard(**{**good, **change})]})


def test_a_family_of_another_plugin_is_checked_by_its_own_checks(check: Check) -> None:
    class Indexing:
        @hookimpl(optionalhook=True)
        def lmrs_indexers(self) -> list[Card]:
            return [Card(family="indexer", name="same", summary="one code", load="broken_plugin.rest:SameCode")]

    family = Family(
        name="indexer",
        hook="lmrs_indexers",
        summary="gives rows codes",
        protocol="sample_plugin.indexers:Indexer",
        checks="sample_plugin.indexers:check",
    )
    assert check(Indexing()).passed == {}
    with pytest.raises(AssertionError, match=r"indexer 'same' \(distinct\): two rows share their codes"):
        check(Indexing(), families=[family])
