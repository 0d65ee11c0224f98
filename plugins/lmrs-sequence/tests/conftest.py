"""A small data set, and a step without a host."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import torch

from lmrs_plugins import Bundle, Encoding, Env, Examples, Ragged, View, Vocabulary


class FakeStep:
    """What an objective or scorer asks of a step: modules on the ports `item` and `history`, views by name."""

    index, training = 0, True

    def __init__(self, views: Mapping[str, View], candidates: torch.Tensor | None = None, **nodes: Any) -> None:
        self._views, self._nodes, self._candidates = tensors(views), nodes, candidates

    def view(self, name: str) -> View:
        return self._views[name]

    def has(self, name: str) -> bool:
        return name in self._views

    def candidates(self) -> torch.Tensor | None:
        return self._candidates

    def get(self, port: str, name: str = "") -> Encoding:
        view = self._views.get(name)
        if port == "item":
            found: Encoding = self._nodes["item"](None if view is None else view["item"])
            return found
        assert view is not None
        states: Encoding = self._nodes["history"](self._nodes["item"](view["item"]), view.mask, view.special)
        return states


def tensors(views: Mapping[str, View]) -> dict[str, View]:
    """Views of arrays as views of tensors."""
    return {name: view.map(lambda array: torch.as_tensor(array).clone()) for name, view in views.items()}


def make_bundle(histories: Sequence[Sequence[int]], items: int) -> Bundle:
    """A bundle of these histories, one a user, over so many items; training events only."""
    lists = Ragged.of(histories)
    table = pa.table({"user": lists.owners().astype(np.int64), "item": lists.values})
    ids = {"user": len(histories), "item": items}
    vocabularies = {subject: Vocabulary(subject, [f"{subject}{row}" for row in range(n)]) for subject, n in ids.items()}
    return Bundle("small", vocabularies, table)


def make_examples(lists: Sequence[Sequence[int]], keys: Sequence[int] | None = None) -> Examples:
    """Examples of these lists of items."""
    chosen = np.arange(len(lists)) if keys is None else np.asarray(keys)
    return Examples(chosen, {"item": Ragged.of(lists)})


@pytest.fixture
def bundle_of() -> Callable[..., Bundle]:
    return make_bundle


@pytest.fixture
def examples_of() -> Callable[..., Examples]:
    return make_examples


@pytest.fixture
def step_of() -> type[FakeStep]:
    return FakeStep


@pytest.fixture
def many() -> tuple[Env, Examples]:
    """60 users with 1 to 40 of 500 items each, no item twice in a history; and examples of their whole histories."""
    random = np.random.default_rng(7)
    lists = [random.permutation(500)[: 1 + user % 40].tolist() for user in range(60)]
    return Env(make_bundle(lists, 500)), make_examples(lists)
