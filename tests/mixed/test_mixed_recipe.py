"""`mixed` with whatever there is: any subset of plugins and of data, and what it says of the rest."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain, combinations
from pathlib import Path

import pytest
import torch

from lmrs.answer.data import load_data, section
from lmrs.answer.prepared import prepare
from lmrs.answer.run import run
from lmrs.host.host import Host
from lmrs.recipe.check import prepared
from lmrs.recipe.resolved import ResolvedNode
from lmrs_plugins import InputError

PARTS = ("id", "words", "kg", "looks")
ALWAYS = ["id", "item", "event", "history"]
OF_PLUGIN = {
    "text": ["text", "words"],
    "graph": ["entity", "facts", "kg", "person", "tastes", "friends"],
    "multimodal": ["image", "looks"],
}
NEEDS = {
    "item.title": ["text", "words"],
    "graph.knowledge": ["entity", "facts", "kg"],
    "link.item": ["kg"],
    "image.item": ["image", "looks"],
    "graph.social": ["person", "tastes", "friends"],
}
SMALL = ("data.options={users: 60, items: 40}", "stages.0.epochs=1", "stages.0.stop=null")


def parts_of(graph: Mapping[str, ResolvedNode]) -> list[str]:
    """What an item is made of: itself, and what `about` is made of."""
    of = {name: [wire.node for wire in graph[name].wires["of"]] for name in ("item", "about") if name in graph}
    return [part for one in of["item"] for part in of.get(one, [one])]


SUBSETS = list(chain.from_iterable(combinations(OF_PLUGIN, size) for size in range(len(OF_PLUGIN) + 1)))


@pytest.mark.parametrize("missing", SUBSETS, ids=lambda names: "-".join(names) or "all")
def test_any_subset_of_plugins_gives_a_model_of_what_is_there(missing: tuple[str, ...]) -> None:
    found = prepared("mixed", Host(disable=missing).registry)
    gone = [node for plugin in missing for node in OF_PLUGIN[plugin]]
    there = [*ALWAYS, *(node for plugin, nodes in OF_PLUGIN.items() if plugin not in missing for node in nodes)]
    there += ["about"] if len(missing) < len(OF_PLUGIN) else []
    assert sorted(found.stages[0].graph) == sorted(there)
    for node in gone:
        (line,) = [note for note in found.notes if note.startswith(f"node {node!r} is left out: ")]
        assert "is not available: plugin" in line or " takes " in line, "why, or what it stood on"
    assert parts_of(found.stages[0].graph) == [node for node in PARTS if node in there]


@pytest.mark.parametrize("lacking", NEEDS)
def test_data_without_a_type_give_a_model_of_the_rest(lacking: str) -> None:
    settings = section("synthetic", ["options={users: 60, items: 40}", f"drop=[{lacking}]"])
    found = prepare("mixed", Host(), None, [f"data.drop=[{lacking}]", SMALL[0]], None)
    assert not load_data(settings, Host()).bundle.has(lacking)
    gone = set(NEEDS[lacking])
    assert not gone & set(found.resolved.stages[0].graph)
    for node in gone:
        assert any(note.startswith(f"node {node!r} is left out: ") for note in found.notes), node


def test_what_is_not_optional_is_not_left_out() -> None:
    with pytest.raises(InputError, match=r"item\.plot"):
        prepare("mixed", Host(), None, [SMALL[0], "model.text={fields: [plot], optional: false}"], None)


@pytest.mark.parametrize("part", PARTS)
def test_a_part_is_taken_away_by_one_word(part: str) -> None:
    found = prepared("mixed", Host().registry, [f"model.{part}=null"])
    assert parts_of(found.stages[0].graph) == [one for one in PARTS if one != part]


def test_what_is_frozen_stays_and_what_is_not_there_need_not_be_named_anew(tmp_path: Path) -> None:
    """`frozen` names texts and pictures; without texts the pictures' tower stays as it is all the same."""
    pipelines = [
        run("mixed", overrides=[*SMALL, "model.text=null", f"stages.0.epochs={epochs}"], seed=1, out=tmp_path / name)
        for epochs, name in ((0, "before"), (2, "after"))
    ]
    before, after = (pipeline.weights for pipeline in pipelines)
    moved = {name.partition(".")[0] for name in before if not torch.equal(before[name], after[name])}
    assert moved == {"id", "entity", "facts", "looks", "about", "item", "friends", "event", "history"}


def test_a_name_that_the_recipe_does_not_have_is_no_node_that_was_left_out(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing is called 'txet'; nodes and parts are"):
        run(
            "mixed",
            overrides=[*SMALL, "model.text=null", "stages.0.strategy.frozen=[txet]"],
            out=tmp_path / "run",
        )


def test_friends_count_and_somebody_new_has_none(tmp_path: Path) -> None:
    pipeline = run("mixed", overrides=[*SMALL, "model.text=null", "model.image=null"], seed=1, out=tmp_path / "run")
    history = pipeline.recommend(user="u01", top=3)
    assert len(history) == 3
    items = [one.id for one in history]
    known = {one.id: one.score for one in pipeline.recommend(user="u01", top=40)}
    new = {one.id: one.score for one in pipeline.recommend(history=[items[0], items[1]], top=40)}
    same = {one.id: one.score for one in pipeline.recommend(history=[items[0], items[1]], user="u01", top=40)}
    assert known
    assert any(abs(new[item] - same[item]) > 1e-6 for item in new if item in same), "the same history, with friends"
