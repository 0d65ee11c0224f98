"""`extends`, `--set`, and where each value came from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lmrs.recipe.overrides import load
from lmrs.recipe.resolve import resolve
from lmrs_plugins import InputError

Write = Callable[..., Path]


def case(given: str, said: str, name: str = "") -> Any:
    """Parameters that stand for a case of the list of faults."""
    return pytest.param(given, said, marks=pytest.mark.fault(f"I: {name or said}"))


def loaded(catalogue: Any, reference: str | Path, *overrides: str) -> dict[str, Any]:
    found: dict[str, Any] = load(reference, catalogue, overrides).tree.plain()
    return found


def test_by_name_or_by_file(catalogue: Any, write: Write) -> None:
    assert loaded(catalogue, "bert")["name"] == "bert"
    assert loaded(catalogue, "seq/bert") == loaded(catalogue, "bert")
    assert loaded(catalogue, str(write("name: own"))) == {"name": "own"}
    with pytest.raises(InputError, match="did you mean 'seq/bert'"):
        load("seq/bertt", catalogue)


def test_extends_merges_mappings_replaces_lists_and_null_takes_away(catalogue: Any, write: Write) -> None:
    write("name: base\ndata: {source: a, min_user: 5}\nevaluate: {at: [5, 10]}\nsummary: long\n", "base.yaml")
    found = loaded(
        catalogue,
        write("name: child\nextends: base.yaml\ndata: {source: b}\nevaluate: {at: [1]}\nsummary: null\n"),
    )
    assert found == {"name": "child", "data": {"source": "b", "min_user": 5}, "evaluate": {"at": [1]}}


def test_another_component_starts_afresh_and_the_same_keeps_its_options(catalogue: Any, write: Write) -> None:
    write("name: base\nmodel: {item: {use: item-id, width: 8}, history: {use: transformer, layers: 3}}\n", "base.yaml")
    child = "name: c\nextends: base.yaml\nmodel: {item: {use: gate, of: [a, b]}, history: {heads: 4}}\n"
    assert loaded(catalogue, write(child))["model"] == {
        "item": {"use": "gate", "of": ["a", "b"]},
        "history": {"use": "transformer", "layers": 3, "heads": 4},
    }


def test_a_mapping_reaches_into_a_list_by_name(catalogue: Any, write: Write) -> None:
    found = loaded(catalogue, write("name: c\nextends: bert\nstages: {train: {epochs: 7}}\n"))
    assert found["stages"][0]["epochs"] == 7
    assert found["stages"][0]["strategy"] == "pretrain"


@pytest.mark.fault("I: recipe that extends itself")
def test_a_recipe_cannot_extend_itself(catalogue: Any, write: Write) -> None:
    write("name: a\nextends: b.yaml\n", "a.yaml")
    with pytest.raises(InputError, match=r"b\.yaml extends .*a\.yaml extends .*b\.yaml: a recipe cannot"):
        load(write("name: b\nextends: a.yaml\n", "b.yaml"), catalogue)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        case("extends: no-such", r"recipe\.yaml:2: extends 'no-such': unknown recipe", "extends an unknown recipe"),
        case(
            "extends: gone.yaml",
            r"recipe\.yaml:2: extends 'gone.yaml': .*cannot be read",
            "missing file: extended recipe",
        ),
        case("extends: [a]", r"recipe\.yaml:2: extends: the name of a recipe", "extends what is no name"),
    ],
)
def test_what_cannot_be_extended(catalogue: Any, write: Write, line: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        load(write(f"name: x\n{line}\n"), catalogue)


@pytest.mark.parametrize(
    ("override", "path", "value"),
    [
        ("stages.0.epochs=9", ("stages", 0, "epochs"), 9),
        ("stages.train.epochs=9", ("stages", 0, "epochs"), 9),
        ("stages.train.objectives.masked-item.weight=0.5", ("stages", 0, "objectives", 0, "weight"), 0.5),
        ("stages.train.strategy.use=partial", ("stages", 0, "strategy"), {"use": "partial"}),
        ("stages.train.strategy.rate=2", ("stages", 0, "strategy"), {"use": "pretrain", "rate": 2}),
        ("evaluate.candidates={sample: 100}", ("evaluate", "candidates"), {"sample": 100}),
        ("evaluate.at=[1, 2]", ("evaluate", "at"), [1, 2]),
        ("summary=a=b", ("summary",), "a=b"),
        ("model.item.width=1e2", ("model", "item", "width"), 100.0),
        ("stages.train.draws.cloze=null", ("stages", 0, "draws"), {}),
        ("stages.0=null", ("stages",), []),
    ],
)
def test_overrides(catalogue: Any, override: str, path: tuple[str | int, ...], value: object) -> None:
    found: Any = loaded(catalogue, "bert", override)
    for key in path:
        found = found[key]
    assert found == value


@pytest.mark.parametrize(
    ("override", "said"),
    [
        case("epochs", "write it as key.key=value"),
        case("a.=3", "write it as key.key=value"),
        case("a=", "write it as key.key=value"),
        case("stages.3.epochs=1", "stages has no entry 3: it has 1, counted from 0"),
        case("stages.trian.epochs=1", "no entry of stages is called 'trian'; did you mean 'train'?"),
        case("model.itme=null", "there is no model.itme to take away; did you mean 'item'?"),
        case("seed=[1", "not YAML"),
        case("seed={a: 1, a: 2}", "stands twice"),
    ],
)
def test_bad_overrides_name_themselves(catalogue: Any, override: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        load("bert", catalogue, [override])
    assert str(caught.value).startswith(f"--set {override}: ")
    assert said in str(caught.value)


def test_a_swap_keeps_what_fits_and_says_what_does_not(catalogue: Any) -> None:
    found = resolve("bert", catalogue, ["model.item=text", "model.item.fields=[title, plot]"])
    assert found.model["item"].use == "seq/text"
    assert found.model["item"].settings() == {"fields": ["title", "plot"]}
    assert [note for note in found.notes if "'width' is left out" in note]
    again = resolve("bert", catalogue, ["model.history.layers=5", "model.history.use=seq/transformer"])
    assert again.model["history"].settings()["layers"] == 5
    assert str(again.model["history"].wires["over"][0]) == "item"


def test_a_swapped_scorer_takes_what_it_can_of_the_wires(catalogue: Any) -> None:
    found = resolve("bert", catalogue, ["answer=whole"])
    assert found.answer is not None
    assert [str(wire) for wire in found.answer.wires["item"]] == ["item"]
    assert [note for note in found.notes if "left out: " in note and "names 2 nodes for 1 port" in note]
    with pytest.raises(InputError, match="names 2 nodes for 1 port"):
        resolve("bert", catalogue, ["answer={use: whole, of: [history, item]}"])


def test_provenance_of_every_value(catalogue: Any, write: Write) -> None:
    path = write("name: mine\nextends: bert\nmodel:\n  history:\n    layers: 4\n")
    found = resolve(path, catalogue, ["stages.train.epochs=9"])
    origins = found.provenance
    assert origins["model.history.layers"] == f"{path}:5"
    assert origins["model.history.use"] == "some_recipes/bert.yaml:5"
    assert origins["model.history.heads"] == "default"
    assert origins["stages.0.epochs"] == "--set stages.train.epochs=9"
    assert origins["stages.0.strategy.use"] == "some_recipes/bert.yaml:8"
    assert origins["answer.item"] == "some_recipes/bert.yaml:15"
    assert origins["stages.0.objectives.0.item"] == "default"
    assert origins["stages.0.objectives.0.on.0"] == "some_recipes/bert.yaml:13"
    assert origins["task.use"] == "some_recipes/bert.yaml:2"
    assert origins["seed"] == "default"
