"""Stages that repeat, written out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import Field

from lmrs.recipe.json_schema import json_schema
from lmrs.recipe.resolved import Resolved
from lmrs.recipe.rounds import MOST
from lmrs.recipe.show import as_text
from lmrs.recipe.source import parse
from lmrs_plugins import InputError, Options

Ask = Callable[..., Resolved]
ROUNDS = """\
  - repeat: 2
    stages:
      - name: first
        window: round
        strategy: pretrain
        sampler: windows
        draws: {cloze: cloze}
        objectives: [masked-item]
      - name: second
        repeat: 3
        window: round
        strategy: pretrain
        sampler: windows
        draws: {cloze: cloze}
        objectives: [masked-item]
"""


class Unfreezing(Options):
    depth: dict[str, int | str] = Field(default={})
    train: list[str] = Field(default=[])
    say: int | str = ""


def several(ask: Ask, text: str, *overrides: str) -> Resolved:
    return ask(*overrides, before="stages:\n", after=f"stages:\n{text}")


def test_a_stage_is_gone_through_as_often_as_it_says(ask: Ask) -> None:
    found = ask("stages.0.repeat=3", "stages.0.window=round", "stages.train.epochs=7")
    assert [stage.name for stage in found.stages] == ["train-1", "train-2", "train-3"]
    assert [stage.window for stage in found.stages] == [1, 2, 3]
    assert [stage.index for stage in found.stages] == [0, 1, 2]
    assert {stage.epochs for stage in found.stages} == {7}


def test_a_stage_that_says_nothing_stays_as_it_is(ask: Ask) -> None:
    (stage,) = ask().stages
    assert (stage.name, stage.window) == ("train", None)
    (once,) = ask("stages.0.repeat=1").stages
    assert once.name == "train-1"


def test_a_list_of_stages_alternates_and_rounds_stand_in_rounds(ask: Ask) -> None:
    found = several(ask, ROUNDS)
    inner = [f"second-{number}" for number in (1, 2, 3)]
    rounds = [[f"{name}-{number}" for name in ("first", *inner)] for number in (1, 2)]
    assert [stage.name for stage in found.stages] == [*rounds[0], *rounds[1], "train"]
    assert [stage.window for stage in found.stages] == [1, 1, 2, 3, 2, 1, 2, 3, None], "the innermost round counts"


def test_an_override_reaches_into_a_round(ask: Ask) -> None:
    found = several(ask, ROUNDS, "stages.0.stages.second.epochs=4", "stages.0.repeat=1")
    assert [stage.epochs for stage in found.stages] == [1, 4, 4, 4, 3]


def test_a_strategy_may_speak_of_the_round_that_its_stage_is_in(ask: Ask, catalogue: Any) -> None:
    catalogue._models["strategy", "partial"] = Unfreezing
    deep = "stages.0.strategy={use: partial, depth: {history: round, text: 2}, train: [round], say: round}"
    found = ask("stages.0.repeat=2", deep)
    assert [stage.strategy.settings() for stage in found.stages] == [
        {"depth": {"history": number, "text": 2}, "train": ["round"], "say": number} for number in (1, 2)
    ]
    assert found.provenance["stages.1.strategy.depth.history"] == f"--set {deep}"
    with pytest.raises(InputError, match=r"stages\.0\.strategy\.depth\.history: the stage is in no round: say repeat"):
        ask(deep)


def test_what_is_written_beside_a_run_has_every_stage_and_where_it_came_from(ask: Ask) -> None:
    found = ask("stages.0.repeat=2")
    assert [stage["name"] for stage in parse(as_text(found).encode(), "r.yaml").plain()["stages"]] == [
        "train-1",
        "train-2",
    ]
    assert found.provenance["stages.1.epochs"] == found.provenance["stages.0.epochs"]
    assert found.provenance["stages.1.epochs"].endswith("recipe.yaml:14")


@pytest.mark.parametrize(
    ("overrides", "says"),
    [
        (("stages.0.repeat=0",), r"stages\.0\.repeat: should be a number of rounds from 1 to 1000, not 0"),
        (("stages.0.repeat=true",), "not True"),
        (("stages.0.repeat=twice",), "not 'twice'"),
        ((f"stages.0.repeat={MOST + 1}",), f"not {MOST + 1}"),
        (("stages.0.window=round",), r"stages\.0\.window: the stage is in no round: say repeat: N"),
        (("stages.0.window=-1",), "greater than or equal to 1, not -1"),
        (("stages.0.repeat=2", "stages.0.epochs=-1"), r"stages\.0\.epochs: .*not -1"),
        (("stages.0.repeat=2", "stages.0.stages=[]"), r"a round of several stages takes no 'draws'"),
    ],
)
def test_refused_in_one_line(ask: Ask, overrides: tuple[str, ...], says: str) -> None:
    with pytest.raises(InputError, match=says) as error:
        ask(*overrides)
    assert "\n" not in str(error.value)


def test_rounds_of_rounds_are_bounded(ask: Ask) -> None:
    with pytest.raises(InputError, match="3001 stages, with all repeats; 1000 can be handled"):
        several(ask, ROUNDS, "stages.0.repeat=1000", "stages.0.stages.1.repeat=2")


def test_an_empty_round_is_refused(ask: Ask) -> None:
    with pytest.raises(InputError, match=r"recipe\.yaml:\d+: .*a round of several stages wants a list of stages"):
        several(ask, "  - {repeat: 2, stages: []}\n")


def test_editors_are_told_of_rounds(catalogue: object) -> None:
    schema = json_schema(catalogue, [])  # type: ignore[arg-type]
    kinds = [one["$ref"] for one in schema["properties"]["stages"]["items"]["anyOf"]]
    assert kinds == ["#/$defs/Stage", "#/$defs/Repeat"]
    assert schema["$defs"]["Repeat"]["required"] == ["repeat", "stages"]
    assert {"repeat", "window"} <= set(schema["$defs"]["Stage"]["properties"])
