"""What is optional is left out where what it needs is missing, with all that stands on it, and a line on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lmrs.recipe.check import prepared
from lmrs.recipe.check_data import Known, check_data
from lmrs.recipe.overrides import plain
from lmrs_plugins import InputError, PluginError

Ask = Callable[..., Any]
NODES = """\
  id: item-id
  image: {use: vision/clip, optional: true}
  item: {use: gate, of: [id, image]}
"""
TEXTS = NODES.replace("vision/clip", "text")
FIRST = """\
stages:
  - name: look
    strategy: {use: partial, train: [image, item]}
    sampler: {use: SAMPLER}
    draws: {pictures: {use: DRAW}}
    objectives:
      - {use: OBJECTIVE, item: image, on: pictures, optional: true}
    makers: {seen: {use: export, of: image, optional: true}}
"""


def asked(ask: Ask, *overrides: str, nodes: str = NODES, first: str = "", **parts: str) -> Any:
    """`bert` with these nodes in place of its item, and with a stage before its own."""
    stage = first
    for name, use in {"SAMPLER": "windows", "DRAW": "next", "OBJECTIVE": "teach", **parts}.items():
        stage = stage.replace(name, use)
    swap = {"before": "  item: {use: item-id, width: 64}\n", "after": nodes}
    return ask(*overrides, **swap, **({"before1": "stages:\n", "after1": stage} if first else {}))


def without_titles(found: Any) -> Any:
    """Fitted to data that have none."""
    there = ["interactions", "item"]
    return check_data(found, Known("tiny", there.__contains__, tuple(there)))


def test_a_fusion_goes_on_with_the_one_part_that_is_left(ask: Ask) -> None:
    for found in (asked(ask), without_titles(asked(ask, nodes=TEXTS))):
        assert [str(wire) for wire in found.model["item"].wires["of"]] == ["id"]
        assert list(found.absent) == ["image"]
        assert found.stages[0].absent == ("image",)


@pytest.mark.fault("I: optional: a fusion of which no part is left")
def test_a_fusion_without_any_part_is_refused_and_says_why(ask: Ask) -> None:
    with pytest.raises(
        InputError, match=r"model.item .lmrs/gate. takes image on port 'of', and .*'vision' is not inst"
    ):
        asked(ask, "model.item.of=[image]")
    with pytest.raises(InputError, match=r"takes image on port 'of', and data set 'tiny' has no item.title"):
        without_titles(asked(ask, "model.item.of=[image]", nodes=TEXTS))


@pytest.mark.fault("I: optional: an objective over a node that is left out")
def test_an_objective_over_an_absent_node_is_refused_unless_it_is_optional(ask: Ask) -> None:
    more = "stages.0.objectives=[masked-item, {use: teach, item: image}]"
    with pytest.raises(InputError, match=r"objectives.1 .seq/teach. takes image .* or say optional: true"):
        asked(ask, more)
    with pytest.raises(InputError, match=r"objectives.1 .seq/teach. takes image .* has no item.title"):
        without_titles(asked(ask, more, nodes=TEXTS))
    optional = more.replace("item: image", "item: image, optional: true")
    for found in (asked(ask, optional), without_titles(asked(ask, optional, nodes=TEXTS))):
        assert [one.name for one in found.stages[0].each()] == ["masked-item"]
        assert [note for note in found.notes if note.startswith("left out: stages.0.objectives.1 (seq/teach)")]
        assert found.stages[0].strategy is not None


def test_of_objectives_that_are_drawn_from_the_others_stay(ask: Ask) -> None:
    drawn = "stages.0.objectives=[{one_of: [masked-item, {use: teach, item: image, optional: true}]}]"
    for found in (asked(ask, drawn), without_titles(asked(ask, drawn, nodes=TEXTS))):
        (choice,) = found.stages[0].objectives
        assert [one.name for one in choice.objectives] == ["masked-item"]


def test_an_optional_port_stays_open(ask: Ask) -> None:
    taught = "stages.0.objectives=[masked-item, {use: teach, item: id, teachers: [image]}]"
    for found in (asked(ask, taught), without_titles(asked(ask, taught, nodes=TEXTS))):
        assert found.stages[0].each()[1].wires["teachers"] == ()


@pytest.mark.fault("I: optional: a stage in which nothing is left to train")
@pytest.mark.parametrize("nodes", [NODES, TEXTS], ids=["plugin", "data"])
def test_a_stage_with_nothing_left_trains_nothing(ask: Ask, nodes: str) -> None:
    found = asked(ask, nodes=nodes, first=FIRST)
    found = without_titles(found) if nodes is TEXTS else found
    first, last = found.stages
    assert (first.objectives, first.strategy, first.sampler, dict(first.draws), dict(first.makers)) == (
        (),
        None,
        None,
        {},
        {},
    )
    assert "stage 'look' trains nothing: all its objectives are left out" in found.notes
    assert last.each()
    assert found.answer.on == "cloze"


@pytest.mark.fault("L: optional: sampler, transform and objective of a plugin that is missing")
def test_its_parts_may_all_be_of_a_missing_plugin(ask: Ask) -> None:
    found = asked(ask, first=FIRST, SAMPLER="vision/s", DRAW="vision/d", OBJECTIVE="vision/o")
    assert found.stages[0].objectives == ()
    assert any("'vision' is not installed" in note and "objectives.0" in note for note in found.notes)
    with pytest.raises(PluginError, match=r"objectives\.0\.use: .*'vision' is not installed"):
        asked(ask, "stages.0.objectives.0.optional=false", first=FIRST, SAMPLER="vision/s", OBJECTIVE="vision/o")
    with pytest.raises(PluginError, match="sampler"):
        asked(ask, "stages.0.objectives.0={use: teach, item: id}", first=FIRST, SAMPLER="vision/s")


def test_a_draw_that_the_answer_asks_stays(ask: Ask) -> None:
    last = "stages.0.objectives=[{use: teach, item: image, on: cloze, optional: true}]"
    for found in (asked(ask, last), without_titles(asked(ask, last, nodes=TEXTS))):
        assert list(found.stages[0].draws) == ["cloze"]
        assert found.answer.draw is not None


@pytest.mark.fault("I: optional: a node that starts from an artifact which is left out")
@pytest.mark.parametrize("nodes", [NODES, TEXTS], ids=["plugin", "data"])
def test_what_starts_from_an_artifact_that_is_left_out(ask: Ask, nodes: str) -> None:
    table = "stages.train.edits=[{add: table, use: item-id, init: artifact seen%s}, {set: item, of: [id, table]}]"
    fit = without_titles if nodes is TEXTS else (lambda found: found)
    found = fit(asked(ask, table % ", optional: true", nodes=nodes, first=FIRST))
    assert [str(wire) for wire in found.final_graph()["item"].wires["of"]] == ["id"]
    assert set(found.absent) == {"image", "table"}
    with pytest.raises(InputError, match=r"artifact 'seen'.* is left out"):
        fit(asked(ask, table % "", nodes=nodes, first=FIRST))


@pytest.mark.parametrize("nodes", [NODES, TEXTS], ids=["plugin", "data"])
def test_what_a_run_has_written_reads_back_as_the_same(ask: Ask, catalogue: Any, nodes: str) -> None:
    found = asked(ask, nodes=nodes, first=FIRST)
    found = without_titles(found) if nodes is TEXTS else found
    kept = found.to_dict()
    again = prepared(plain(kept, "run/recipe.yaml"), catalogue)
    assert again.to_dict() == kept
    assert [stage.absent for stage in again.stages] == [("image",), ("image",)]
    assert again.notes == (), "nothing is left out anew"
    back = prepared(plain({**kept, "model": {**kept["model"], "image": "text"}}, "r.yaml"), catalogue)
    assert not back.absent


def test_nothing_is_said_of_a_recipe_that_is_whole(ask: Ask) -> None:
    found = asked(ask, nodes=TEXTS, first=FIRST)
    whole = check_data(found, Known("all", lambda need: True, ()))
    assert whole is found
    assert not found.notes
    assert "absent" not in found.to_dict()
