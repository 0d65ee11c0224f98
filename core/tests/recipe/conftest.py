"""A small catalogue of components, in the real registry, with option models that need no module of their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import Field, model_validator

from lmrs.host.plugins import PluginStatus
from lmrs.host.registry import Registry
from lmrs.host.shelf import Entry
from lmrs.recipe.check import prepared
from lmrs.recipe.resolved import Resolved
from lmrs_plugins import Card, Options, Port, Pull, ViewType
from lmrs_plugins.families import FAMILIES, Family
from lmrs_plugins.recipe import RecipeCard


class Width(Options):
    width: int = Field(default=64, ge=1)


class Transformer(Options):
    layers: int = 2
    heads: int = 2
    causal: bool = False
    dropout: float | None = 0.1


class Fields(Options):
    fields: list[str] = Field(default=["title"])


class Rate(Options):
    rate: float = Field(default=0.2, ge=0, le=1)


class Next(Options):
    negatives: int = 0


class Loss(Options):
    loss: str = "full"


class Subject(Options):
    subject: str = "item"


class Windows(Options):
    batch: int = 128
    length: int = 50


class Faulty(Options):
    mode: str = "fine"

    @model_validator(mode="after")
    def together(self) -> Faulty:
        if self.mode == "refused":
            raise ValueError("mode and length exclude each other")
        if self.mode == "broken":
            raise KeyError("a fault\nof the plugin")
        return self


class Train(Options):
    train: list[str] = Field(default=[])


class Cut(Options):
    at: int = 10


def _card(family: str, name: str, **more: object) -> Card:
    return Card(family=family, name=name, summary=f"{name}, for tests", load=f"nowhere:{name}", **more)  # type: ignore[arg-type]


HISTORY = Port("history", "states")
S = Port("$S", "vectors")
PARTS: dict[str, list[tuple[Card, type[Options] | None]]] = {
    "lmrs": [
        (
            _card("fusion", "gate", evaluation="rows", takes={"of": Port("$S", "vectors", many=True)}, gives={"": S}),
            Width,
        ),
        (
            _card(
                "scorer",
                "dot",
                takes={"history": HISTORY, "item": S},
                pulls=(Pull("history", "input"), Pull("item", "candidates"), Pull("item")),
            ),
            None,
        ),
        (_card("scorer", "whole", takes={"item": S}, pulls=(Pull("item"),)), None),
        (_card("strategy", "pretrain"), None),
        (_card("strategy", "partial"), Train),
        (_card("task", "next-item", columns=("user", "item"), needs=("interactions",)), None),
        (_card("task", "impressions", columns=("user", "item"), traits=("candidates",)), None),
        (_card("task", "pairs", columns=("user",)), None),
        (_card("task", "faulty", columns=("item",)), Faulty),
        (_card("metric", "ndcg"), Cut),
        (_card("metric", "recall"), Cut),
        (_card("metric", "mrr"), None),
        (_card("maker", "export", takes={"of": S}), None),
    ],
    "seq": [
        (_card("encoder", "item-id", evaluation="lookup", gives={"": Port("item", "vectors")}), Width),
        (_card("encoder", "id", evaluation="lookup", gives={"": Port("$subject", "vectors")}), Subject),
        (
            _card("encoder", "transformer", evaluation="view", takes={"over": S}, gives={"": HISTORY}),
            Transformer,
        ),
        (
            _card(
                "encoder",
                "text",
                evaluation="rows",
                gives={"": Port("item", "vectors")},
                needs=("item.{fields}",),
            ),
            Fields,
        ),
        (
            _card(
                "encoder",
                "gcn",
                evaluation="table",
                takes={"user": Port("user", "vectors"), "item": Port("item", "vectors", optional=True)},
                gives={"user": Port("user", "vectors"), "item": Port("item", "vectors")},
            ),
            None,
        ),
        (_card("encoder", "pair", evaluation="rows", gives={"": Port("user*item", "vectors")}), None),
        (
            _card("encoder", "adapter", evaluation="rows", takes={"over": S, "more": S}, gives={"": S}),
            None,
        ),
        (_card("sampler", "windows", columns=("user", "item")), Windows),
        (_card("sampler", "users", columns=("user",)), None),
        (
            _card(
                "transform",
                "cloze",
                columns=("item",),
                emits={
                    "input": ViewType({"item": "item"}),
                    "target": ViewType({"item": "item"}, ("position",)),
                },
            ),
            Rate,
        ),
        (
            _card(
                "transform",
                "next",
                columns=("item",),
                emits={
                    "input": ViewType({"item": "item"}),
                    "target": ViewType({"item": "item"}),
                    "negative": ViewType({"item": "item"}, when="negatives"),
                },
            ),
            Next,
        ),
        (_card("transform", "user-only", columns=("user",), emits={"input": ViewType({"user": "user"})}), None),
        (
            _card(
                "objective",
                "masked-item",
                takes={"history": HISTORY, "item": Port("item", "vectors")},
                pulls=(Pull("history", "input"), Pull("item")),
                reads=("target.item", "target.position"),
            ),
            None,
        ),
        (
            _card(
                "objective",
                "next-item",
                takes={"history": HISTORY, "item": Port("item", "vectors")},
                pulls=(
                    Pull("history", "input"),
                    Pull("item", when="loss=full"),
                    Pull("item", "negative", when="loss=bce"),
                ),
                reads=("target.item", "negative.item"),
            ),
            Loss,
        ),
        (
            _card(
                "objective",
                "teach",
                takes={"item": S, "teachers": Port("$S", "vectors", many=True, optional=True)},
                pulls=(Pull("item"),),
            ),
            None,
        ),
        (_card("objective", "logits", takes={"item": Port("item", "logits")}, pulls=(Pull("item"),)), None),
        (_card("objective", "index", takes={"item": S}, pulls=(Pull("item"),), uses={"indexer": "indexer"}), None),
        (_card("indexer", "tree"), Width),
    ],
}
RECIPE = """\
name: bert
task: next-item
model:
  item: {use: item-id, width: 64}
  history: {use: transformer, over: item}
stages:
  - name: train
    strategy: pretrain
    sampler: {use: windows, batch: 32}
    draws:
      cloze: {use: cloze}
    objectives:
      - {use: masked-item, on: cloze}
    epochs: 3
answer: {use: dot, of: [history, item], on: cloze}
"""


class Catalogue(Registry):
    """The registry, whose option models stand above."""

    def __init__(self, recipes: list[RecipeCard]) -> None:
        models = {(card.family, card.name): model for parts in PARTS.values() for card, model in parts}
        entries = [Entry(card, plugin, f"lmrs-{plugin}", "1.0") for plugin, parts in PARTS.items() for card, _ in parts]
        plugins = {
            name: PluginStatus(name=name, distribution=f"lmrs-{name}", version="1.0", module=name) for name in PARTS
        }
        indexer = Family(name="indexer", hook="lmrs_indexers", summary="for tests", protocol="nowhere:Indexer")
        families = {family.name: family for family in (*FAMILIES, indexer)}
        super().__init__(families, entries, [Entry(card, "seq", "lmrs-seq", "1.0") for card in recipes], plugins)
        self._models = models

    def options(self, entry: object) -> type[Options] | None:
        return self._models[entry.card.family, entry.card.name]  # type: ignore[attr-defined]


@pytest.fixture
def catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Catalogue:
    """The catalogue, with the recipe `bert` in a package's files."""
    package = tmp_path / "packages" / "some_recipes"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "bert.yaml").write_text(RECIPE)
    monkeypatch.syspath_prepend(tmp_path / "packages")
    monkeypatch.delitem(__import__("sys").modules, "some_recipes", raising=False)
    return Catalogue([RecipeCard(name="bert", summary="a recipe", package="some_recipes", path="bert.yaml")])


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a recipe file."""

    def write(text: str, name: str = "recipe.yaml") -> Path:
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


@pytest.fixture
def ask(catalogue: Catalogue, write: Callable[..., Path]) -> Callable[..., Resolved]:
    """Resolves and checks `bert` with text put in place of other text, and with overrides."""

    def ask(*overrides: str, recipe: str = RECIPE, **swaps: str) -> Resolved:
        for number in range(len(swaps) // 2):
            before, after = swaps[f"before{number or ''}"], swaps[f"after{number or ''}"]
            assert before in recipe
            recipe = recipe.replace(before, after)
        return prepared(write(recipe), catalogue, overrides)

    return ask
