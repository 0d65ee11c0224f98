"""What a recipe can say: unknown keys, wrong types, and components that do not exist, each with place and cure."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lmrs_plugins import InputError, LmrsError, PluginError

Ask = Callable[..., Any]


def case(before: str, after: str, line: int, said: str) -> Any:
    """Parameters that stand for a case of the list of faults."""
    return pytest.param(before, after, line, said, marks=pytest.mark.fault(f"I: {said}"))


@pytest.mark.parametrize(
    ("before", "after", "line", "said"),
    [
        case("    epochs: 3", "    epoch: 3", 14, "stages.0.epoch: unknown key; did you mean 'epochs'?"),
        case("    epochs: 3", "    epochs: three", 14, "stages.0.epochs: should be a valid integer, not 'three'"),
        case("    epochs: 3", "    epochs: true", 14, "stages.0.epochs: should be a valid integer, not True"),
        case("    epochs: 3", "    epochs: 1.5", 14, "stages.0.epochs: should be a valid integer, not 1.5"),
        case(
            "    epochs: 3", "    optimizer: {rat: 1}", 14, "stages.0.optimizer.rat: unknown key; did you mean 'rate'?"
        ),
        case("    epochs: 3", "    optimizer: {betas: [0.9]}", 14, "stages.0.optimizer.betas.1: is missing"),
        case("    epochs: 3", "    stop: {patience: 2}", 14, "stages.0.stop.metric: is missing"),
        case("    epochs: 3", "    init: warm", 14, "stages.0.init: should be keep, fresh or run PATH, not 'warm'"),
        case("    epochs: 3", "    init: run", 14, "stages.0.init: should be keep, fresh or run PATH, not 'run'"),
        case("    epochs: 3", "    data: here", 14, "stages.0.data: should be a mapping"),
        case("    epochs: 3", "    precision: half", 14, "stages.0.precision: should be 'float32', 'bfloat16' or"),
        case("    epochs: 3", "    edits: [{remove: item}]", 14, "an edit says one of set, drop, add and grow"),
        case("    epochs: 3", "    edits: [{set: a, drop: b}]", 14, "an edit says one of set, drop, add and grow"),
        case("  - name: train", "  - name: Train", 7, "a name is lower-case letters"),
        case("  item: {", "  it.em: {", 4, "model.it.em: a name is lower-case letters"),
        case("  item: {", "  objective: {", 4, "no node can be called 'objective'"),
        case("width: 64}", "widht: 64}", 4, "no option or port 'widht'; did you mean 'width'?"),
        case("width: 64}", "width: 0}", 4, "model.item.width: should be greater than or equal to 1, not 0"),
        case("width: 64}", "width: wide}", 4, "model.item.width: should be a valid integer"),
        case("width: 64}", "optional: 3}", 4, "model.item.optional: should be a valid boolean, not 3"),
        case("width: 64}", "init: warm}", 4, "model.item.init: should be fresh, keep or artifact NAME, not 'warm'"),
        case("width: 64}", "budget: 0}", 4, "model.item.budget: should be greater than or equal to 1, not 0"),
        case("width: 64}", "budget: 9}", 4, "model.item.budget: is for nodes that are computed row by row"),
        case("width: 64}", "recompute: true}", 4, "model.item.recompute: is for nodes that are computed row by row"),
        case("width: 64}", "of: item}", 4, "item-id has no option or port 'of'"),
        case("{use: item-id, width: 64}", "{width: 64}", 4, "model.item.use: is missing"),
        case("{use: item-id, width: 64}", "[item-id]", 4, "model.item: should be a mapping"),
        case("use: transformer", "use: transfromer", 5, "unknown encoder 'transfromer': did you mean 'transformer'?"),
        case("use: transformer", "use: gaet", 5, "unknown fusion 'gaet': did you mean 'gate'?"),
        case("on: cloze}\n", "on: clozee}\n", 13, "stage 'train' has no draw 'clozee'; did you mean 'cloze'?"),
        case("on: cloze}\n", "on: cloze, wieght: 2}\n", 13, "did you mean 'weight'?"),
        case("- {use: masked-item, on: cloze}", "- {one_of: [masked-item], pre: step}", 13, "did you mean 'per'?"),
        case("- {use: masked-item, on: cloze}", "- {one_of: []}", 13, "one_of: List should have at least 1 item"),
        case("answer:", "evaluate: {candidates: {smaple: 9}}\nanswer:", 15, "did you mean 'sample'?"),
        case(
            "answer:",
            "evaluate: {candidates: few}\nanswer:",
            15,
            "evaluate.candidates: should be 'all' or 'cold', not 'few'",
        ),
        case("answer:", "evaluate: {metrics: [ndgc]}\nanswer:", 15, "unknown metric 'ndgc': did you mean 'ndcg'?"),
        case("answer:", "answr:", 15, "answr: unknown key; did you mean 'answer'?"),
        case("    strategy: pretrain\n", "", 7, "a stage with objectives needs a strategy"),
        case("task: next-item\n", "", 14, "an answer needs a task"),
    ],
)
def test_one_line_with_place_key_and_cure(ask: Ask, before: str, after: str, line: int, said: str) -> None:
    with pytest.raises(InputError) as caught:
        ask(before=before, after=after)
    message = str(caught.value)
    assert f"recipe.yaml:{line}: " in message
    assert said in message
    assert "\n" not in message


@pytest.mark.fault("I: wrong type with path: from --set")
def test_wrong_value_from_an_override_names_the_override(ask: Ask) -> None:
    with pytest.raises(InputError, match=r"^--set stages.0.epochs=x: stages.0.epochs: should be a valid integer"):
        ask("stages.0.epochs=x")


def test_nested_options_and_an_unknown_part(ask: Ask) -> None:
    found = ask("stages.0.objectives.0={use: index, indexer: {use: tree, width: 3}}")
    assert found.stages[0].each()[0].parts["indexer"].settings() == {"width": 3}
    with pytest.raises(InputError, match=r"objectives.0.indexer.use: unknown indexer 'tre': did you mean"):
        ask("stages.0.objectives.0={use: index, indexer: tre}")
    with pytest.raises(InputError, match=r"objectives.0.indexer.wdth: unknown key.* did you mean 'width'"):
        ask("stages.0.objectives.0={use: index, indexer: {use: tree, wdth: 1}}")
    several = ask("stages.0.objectives.0={use: index, indexer: [tree, {use: tree, width: 1}]}")
    assert [part.settings()["width"] for part in several.stages[0].each()[0].parts["indexer"]] == [64, 1]


@pytest.mark.fault("I: exit codes: missing plugin")
def test_a_missing_plugin_is_the_plugins_fault(ask: Ask) -> None:
    with pytest.raises(PluginError, match=r"recipe\.yaml:4: model.item.use: .*plugin 'vision' is not installed"):
        ask(before="use: item-id, width: 64", after="use: vision/clip")


@pytest.mark.fault("I: conflicting options: of a component")
def test_options_that_are_wrong_together_and_options_that_fail(ask: Ask) -> None:
    assert ask("task=faulty").task.settings() == {"mode": "fine"}
    with pytest.raises(InputError, match=r"^--set .*: refused}: task: mode and length exclude each other$"):
        ask("task={use: faulty, mode: refused}")
    with pytest.raises(PluginError, match=r"task: the options of lmrs/faulty failed: KeyError: .*a fault.*plugin'$"):
        ask("task={use: faulty, mode: broken}")


@pytest.mark.fault("I: two parts of one name")
def test_two_of_one_name(ask: Ask) -> None:
    objective = "{use: masked-item, on: cloze}"
    found = ask(before=objective, after=f"{objective}\n      - {objective}")
    assert [one.name for one in found.stages[0].each()] == ["masked-item", "masked-item-2"]
    with pytest.raises(InputError, match="two objectives of this stage are called 'a'"):
        ask("stages.0.objectives=[{use: masked-item, name: a}, {use: masked-item, name: a}]")
    with pytest.raises(InputError, match="two stages are called 'train'"):
        ask("stages=[{name: train}, {name: train}]", "answer=null")


keys = st.sampled_from(["name", "model", "stages", "answer", "use", "on", "of", "item", "edits", "draws", "bert", "x"])
values = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.floats(allow_nan=False, allow_infinity=False) | keys,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=12,
)


@pytest.mark.fault("I: any value under any key")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(path=st.lists(keys, min_size=1, max_size=4), value=values)
def test_no_recipe_raises_anything_but_errors_for_people(ask: Ask, path: list[str], value: object) -> None:
    override = f"{'.'.join(path)}={json.dumps(value)}"
    said = ""
    try:
        ask(override)
    except LmrsError as error:
        said = str(error)
    assert "\n" not in said
