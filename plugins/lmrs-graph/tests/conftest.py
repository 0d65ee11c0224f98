"""Small graphs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from lmrs_plugins import Bundle, Vocabulary
from lmrs_plugins.bundle import Graph

Triples = Sequence[tuple[int, str, int]]


def events_of(pairs: Sequence[tuple[int, int]], users: int = 4, items: int = 5, entities: int = 6) -> Bundle:
    """These events, users ascending, and no graph."""
    columns = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    counts = {"user": users, "item": items, "entity": entities}
    vocabularies = {name: Vocabulary(name, [f"{name[0]}{row}" for row in range(n)]) for name, n in counts.items()}
    return Bundle("small", vocabularies, pa.table({"user": columns[0], "item": columns[1]}))


def graph_of(triples: Triples, head: str = "entity", tail: str = "entity") -> Graph:
    """These edges; relations are numbered as they come."""
    names = tuple(dict.fromkeys(name for _, name, _ in triples))
    source, target = (np.array([edge[side] for edge in triples], dtype=np.int64) for side in (0, 2))
    codes = np.array([names.index(name) for _, name, _ in triples], dtype=np.int64)
    return Graph(head, tail, source, target, codes, names)


@pytest.fixture
def bundle_of() -> Callable[..., Bundle]:
    """Events, named graphs and links as a bundle."""

    def make(
        pairs: Sequence[tuple[int, int]] = ((0, 0), (0, 1), (1, 1), (2, 2), (3, 0)),
        graphs: Mapping[str, Graph] | None = None,
        links: Sequence[int] | None = None,
    ) -> Bundle:
        links_of = {} if links is None else {"item": np.array(links)}
        return replace(events_of(pairs), graphs=dict(graphs or {}), links=links_of)

    return make


@pytest.fixture
def edges() -> Callable[..., Graph]:
    return graph_of
