"""Which share of users and items has which type of data."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lmrs.data.graphs import ENTITY
from lmrs_plugins.bundle import Bundle

SUBJECTS = ("item", "user")
TRAINED, NOTHING = "training", "nothing"

Mask = npt.NDArray[np.bool_]


def coverage(bundle: Bundle) -> dict[str, dict[str, float]]:
    """By subject and type of data the share of rows that have it.

    Types are columns, `image`, and `graph.NAME` for rows with an edge, of their own or of the entity that they are
    linked to, where the graph can have one. `training` are rows with a training event, `nothing` those with none of the
    other types.
    """
    found: dict[str, dict[str, float]] = {}
    trained = bundle.training()
    for subject in SUBJECTS:
        masks = dict(_types(bundle, subject))
        none = ~np.any(list(masks.values()), axis=0) if masks else np.ones(bundle.count(subject), dtype=bool)
        masks |= {TRAINED: trained.counts(subject) > 0, NOTHING: none}
        found[subject] = {name: float(mask.mean()) if len(mask) else 0.0 for name, mask in masks.items()}
    return found


def _types(bundle: Bundle, subject: str) -> Iterator[tuple[str, Mask]]:
    if subject in bundle.tables:
        for name in bundle.tables[subject].column_names:
            yield name, _said(bundle.tables[subject].column(name))
    if subject in bundle.images:
        yield "image", np.asarray(pc.binary_length(bundle.images[subject])) > 0
    for name, graph in bundle.graphs.items():
        if {graph.head_subject, graph.tail_subject} & {subject, ENTITY if subject in bundle.links else subject}:
            yield f"graph.{name}", _with_edge(bundle, name, subject)


def _said(column: pa.ChunkedArray) -> Mask:
    """Where something stands: neither null, nor NaN, nor a text or list without anything in it."""
    there = pc.invert(pc.is_null(column, nan_is_null=True))
    if pa.types.is_list(column.type):
        there = pc.and_(there, pc.fill_null(pc.greater(pc.list_value_length(column), 0), False))
    elif pa.types.is_string(column.type):
        there = pc.and_(there, pc.fill_null(pc.greater(pc.binary_length(column), 0), False))
    return np.asarray(there)


def _with_edge(bundle: Bundle, name: str, subject: str) -> Mask:
    graph, found = bundle.graphs[name], np.zeros(bundle.count(subject), dtype=bool)
    link = bundle.links.get(subject)
    for side, rows in ((graph.head_subject, graph.head), (graph.tail_subject, graph.tail)):
        if side == subject:
            found[rows] = True
        elif side == ENTITY and link is not None:
            touched = np.zeros(bundle.count(ENTITY) + 1, dtype=bool)  # the last one for those without an entity
            touched[rows] = True
            found |= touched[link]
    return found
