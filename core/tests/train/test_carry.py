"""What passes from one stage to the next."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from lmrs.train.carry import carry
from lmrs_plugins import Artifact, InputError


def stage(**changes):
    made = {"name": "next", "init": "keep", "added": (), "changed": (), "growths": (), "graph": {"item": None}}
    return SimpleNamespace(**{**made, **changes})


def node(kind: str, artifact: str = ""):
    return SimpleNamespace(init=SimpleNamespace(kind=kind, artifact=artifact))


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
    with pytest.raises(InputError, match=r"'item\.table' had shape \(3, 2\), now"):
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
