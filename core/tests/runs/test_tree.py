from __future__ import annotations

import json
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lmrs.runs import tree
from lmrs_plugins.errors import LmrsError

plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
keys = st.text(max_size=5) | st.integers() | st.tuples(st.integers(), st.booleans()) | st.just("$tuple")
trees = st.recursive(
    plain | st.lists(st.floats(-9, 9), max_size=3).map(torch.tensor),
    lambda inner: st.lists(inner, max_size=3) | st.tuples(inner, inner) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=10,
)


def same(a: Any, b: Any) -> bool:
    if type(a) is not type(b):
        return False
    if isinstance(a, torch.Tensor):
        return torch.equal(a, b)
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    return bool(a == b)


@given(trees)
@settings(deadline=None)
def test_a_state_comes_back_through_json(state: object) -> None:
    facts, tensors = tree.split(state)
    assert same(tree.join(json.loads(json.dumps(facts)), tensors), state)


def test_tensors_are_named_by_their_path() -> None:
    _, tensors = tree.split({"state": {"item.weight": {"step": torch.tensor(1.0)}}, "groups": [torch.tensor(2.0)]})
    assert list(tensors) == ["state/item.weight/step", "groups/0"]


def test_two_paths_that_read_alike_stay_apart() -> None:
    state = {"a/b": torch.tensor(1), "a": {"b": torch.tensor(2)}}
    facts, tensors = tree.split(state)
    assert same(tree.join(facts, tensors), state)


@pytest.mark.fault("D: state that is no plain data: {id}")
@pytest.mark.parametrize("odd", [object(), {1, 2}, b"bytes", len], ids=["object", "set", "bytes", "function"])
def test_what_cannot_be_kept_is_named_with_its_place(odd: object) -> None:
    with pytest.raises(LmrsError, match=f"position/0: {type(odd).__name__}"):
        tree.split({"position": [odd]})
