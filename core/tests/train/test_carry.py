"""What passes from one stage to the next."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from lmrs.recipe.stage_init import StageInit
from lmrs.train.carry import Origin, carry
from lmrs_plugins import Artifact, InputError, Vocabulary


def node(kind: str = "stage", artifact: str = "", evaluation: str = "lookup", name: str = "item", share: str = ""):
    return SimpleNamespace(
        name=name,
        share=share,
        init=SimpleNamespace(kind=kind, artifact=artifact),
        card=SimpleNamespace(evaluation=evaluation),
        gives={"": SimpleNamespace(subject="item")},
    )


def stage(**changes):
    made = {"name": "next", "init": StageInit(), "added": (), "changed": (), "growths": (), "graph": {"item": node()}}
    return SimpleNamespace(**{**made, **changes})


def nothing(name: str) -> Artifact:
    raise AssertionError(f"nobody asked for {name}")


def test_rows_that_grow_keep_what_they_were() -> None:
    now = {"item.known": torch.tensor([False, False, False, True]), "item.table": torch.ones(4, 2)}
    before = {"item.known": torch.tensor([True, False, True]), "item.table": torch.zeros(3, 2)}
    notes = carry(now, before, stage(growths=("item by 1",)), nothing)
    assert now["item.known"].tolist() == [True, False, True, True]
    assert now["item.table"][:, 0].tolist() == [0, 0, 0, 1]
    assert notes[0] == "stage 'next': item.known grows from 3 to 4 rows"


@pytest.mark.parametrize(("rows", "growths"), [(4, ()), (2, ("item by 1",))])
def test_rows_that_change_otherwise_are_refused(rows: int, growths: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match=r"'item\.table' had shape \(3, 2\) in the stage before, now"):
        carry({"item.table": torch.ones(rows, 2)}, {"item.table": torch.zeros(3, 2)}, stage(growths=growths), nothing)


def test_vectors_of_an_artifact_fill_the_blocks_that_there_were() -> None:
    now = {"item.blocks.0": torch.zeros(3, 2), "item.blocks.1": torch.zeros(1, 2), "item.map": torch.zeros(2, 2)}
    vectors = np.arange(6, dtype=np.float32).reshape(3, 2)
    adds = stage(added=("item",), graph={"item": node("artifact", "made")})
    carry(now, {"other.x": torch.zeros(1)}, adds, lambda name: Artifact({"vectors": vectors, "mask": np.ones(3)}))
    assert now["item.blocks.0"].tolist() == vectors.tolist()
    assert now["item.blocks.1"].tolist() == [[0, 0]]
    assert now["item.map"].tolist() == [[0, 0], [0, 0]]


def test_arrays_go_to_the_tensors_of_their_names() -> None:
    now = {"item.a.weight": torch.zeros(2), "item.b": torch.zeros(1)}
    adds = stage(added=("item",), graph={"item": node("artifact", "made")})
    carry(now, {"other.x": torch.zeros(1)}, adds, lambda name: Artifact({"a.weight": np.ones(2, dtype=np.float32)}))
    assert now["item.a.weight"].tolist() == [1, 1]
    assert now["item.b"].tolist() == [0]


def test_two_tables_that_would_do_are_one_too_many() -> None:
    now = {"item.a": torch.zeros(3, 2), "item.b": torch.zeros(3, 2)}
    adds = stage(added=("item",), graph={"item": node("artifact", "made")})
    with pytest.raises(InputError, match="nothing fits"):
        carry(now, {"other.x": torch.zeros(1)}, adds, lambda name: Artifact({"vectors": np.ones((3, 2))}))


def test_keep_without_anything_to_keep_is_refused() -> None:
    adds = stage(added=("item",), graph={"item": node("keep")})
    with pytest.raises(InputError, match="no weights from the stage before"):
        carry({"item.a": torch.zeros(2)}, {"other.x": torch.zeros(1)}, adds, nothing)


def ids(*names: str) -> dict[str, Vocabulary]:
    return {"item": Vocabulary("item", names)}


ELSEWHERE = Origin("", ids("a", "b"), ids("c", "d"))
"""As many rows, of other ids."""
RUN = Origin("runs/first", ids("a", "b"), ids("a", "b"))


@pytest.mark.fault("I: stages on other data: a table of other ids")
@pytest.mark.parametrize(("evaluation", "rows"), [("lookup", 2), ("lookup", 5), ("rows", 2), ("table", 2)])
def test_rows_of_other_ids_are_refused(evaluation: str, rows: int) -> None:
    """Even where there are as many; a table that a node computes has one of the length of its ids."""
    graph = {"item": node(evaluation=evaluation)}
    with pytest.raises(InputError, match="the rows of node 'item' are items, and those of the stage before are others"):
        carry({"item.x": torch.ones(rows, 2)}, {"item.x": torch.zeros(rows, 2)}, stage(graph=graph), nothing, ELSEWHERE)


def test_what_has_no_row_an_id_goes_over_to_other_data() -> None:
    now = {"item.tower.weight": torch.ones(3, 2)}
    graph = {"item": node(evaluation="rows")}
    carry(now, {"item.tower.weight": torch.zeros(3, 2)}, stage(graph=graph), nothing, ELSEWHERE)
    assert now["item.tower.weight"].sum() == 0


def test_a_node_that_says_so_starts_fresh_on_other_data_only() -> None:
    graph = {"item": node("fresh")}
    now = {"item.x": torch.ones(2)}
    assert carry(now, {"item.x": torch.zeros(2)}, stage(graph=graph), nothing, ELSEWHERE) == [
        "stage 'next': node 'item' starts fresh, as it says"
    ]
    assert now["item.x"].tolist() == [1, 1]
    carry(now, {"item.x": torch.zeros(2)}, stage(graph=graph), nothing)
    assert now["item.x"].tolist() == [0, 0]


def test_a_vocabulary_that_has_grown_keeps_its_rows_across_data() -> None:
    had = ids("a", "b")
    has = {"item": had["item"].grown(["c"])}
    now = {"item.blocks.0": torch.ones(2), "item.blocks.1": torch.ones(1)}
    carry(now, {"item.blocks.0": torch.zeros(2)}, stage(growths=("item by 1",)), nothing, Origin("", had, has))
    assert now["item.blocks.0"].tolist() == [0, 0]


def test_of_a_run_every_node_of_that_name_takes_its_weights_and_the_rest_is_told() -> None:
    graph = {"item": node(), "other": node(name="other"), "new": node(name="new"), "mine": node("fresh", name="mine")}
    now = {f"{name}.x": torch.ones(2) for name in graph} | {"objective.loss.x": torch.ones(2)}
    before = {f"{name}.x": torch.zeros(2) for name in ("item", "other", "mine", "old")}
    notes = carry(now, before, stage(graph=graph, added=("other",)), nothing, RUN)
    assert {name: int(tensor.sum()) for name, tensor in now.items()} == {
        "item.x": 0,
        "other.x": 0,
        "new.x": 2,
        "mine.x": 2,
        "objective.loss.x": 2,
    }
    assert notes == [
        "stage 'next': node 'mine' starts fresh, as it says",
        "stage 'next': node 'new' starts fresh: run runs/first has none",
        "stage 'next': node 'old' of run runs/first is left: there is none here",
    ]


ARCHITECTURES = {
    "parameter missing": ({"item.x": (2,), "item.y": (2,)}, {"item.x": (2,)}, "'item.y' has no weights from run"),
    "parameter too many": (
        {"item.x": (2,)},
        {"item.x": (2,), "item.y": (2,)},
        "weights of 'item.y' in run .* no place",
    ),
    "another shape": ({"item.x": (2,)}, {"item.x": (3,)}, r"'item.x' had shape \(3,\) in run .*init: fresh on 'item'"),
    "no node in common": ({"item.x": (2,)}, {"text.x": (2,)}, "no node in common with run .*weights of text.*of item"),
}


@pytest.mark.fault("I: init from a run of another architecture: {id}")
@pytest.mark.parametrize(("here", "there", "says"), ARCHITECTURES.values(), ids=ARCHITECTURES)
def test_a_run_of_another_architecture_is_refused(here: dict, there: dict, says: str) -> None:
    now = {name: torch.ones(shape) for name, shape in here.items()}
    with pytest.raises(InputError, match=says) as error:
        carry(now, {name: torch.zeros(shape) for name, shape in there.items()}, stage(), nothing, RUN)
    assert "\n" not in str(error.value)
