"""A subject of a bundle with more rows at its end."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from lmrs.data.graphs import ENTITY
from lmrs_plugins import Bundle, Vocabulary

if TYPE_CHECKING:
    from lmrs.data.added import Added


def with_rows(bundle: Bundle, vocabulary: Vocabulary, table: pa.Table | None = None) -> Bundle:
    """The bundle with a grown vocabulary and everything that stands beside it.

    `table` has the columns of the subject's table for the new rows; where it is None, nothing is known of them.
    """
    subject, count = vocabulary.subject, vocabulary.blocks[-1]
    tables, links, images = dict(bundle.tables), dict(bundle.links), dict(bundle.images)
    if subject in tables:
        old = tables[subject]
        nulls = pa.table({name: pa.nulls(count, old.schema.field(name).type) for name in old.column_names})
        tables[subject] = pa.concat_tables([old, nulls if table is None else table.select(old.column_names)])
    if subject in links:
        links[subject] = np.concatenate([links[subject], np.full(count, -1)])
    if subject in images:
        known = images[subject]
        images[subject] = pa.concat_arrays([known, pa.array([b""] * count, type=known.type)])
    vocabularies = {**bundle.vocabularies, subject: vocabulary}
    return replace(bundle, vocabularies=vocabularies, tables=tables, links=links, images=images)


def with_added(bundle: Bundle, added: Added) -> Bundle:
    """The bundle with items that came after all training, and what is known of them at the end of everything."""
    edges, first = added.edges, len(bundle.vocabularies["item"])
    if edges.entities:
        bundle = with_rows(bundle, bundle.vocabularies[ENTITY].grown(edges.entities, late=True))
    bundle = with_rows(bundle, bundle.vocabularies["item"].grown(added.ids, late=True), added.table)
    links, images, graphs = dict(bundle.links), dict(bundle.images), dict(bundle.graphs)
    if edges.links is not None:
        links["item"] = np.concatenate([links["item"][:first], edges.links])
    if added.images is not None:
        known = images["item"].slice(0, first)
        # Where all pictures together are larger than small offsets can say, the new ones have large ones.
        images["item"] = pa.concat_arrays([known.cast(added.images.type), added.images])
    for name, (head, relation, tail) in edges.graphs.items():
        old = graphs[name]
        graphs[name] = replace(
            old,
            head=np.concatenate([old.head, head]),
            tail=np.concatenate([old.tail, tail]),
            relation=np.concatenate([old.relation, relation]),
        )
    return replace(bundle, links=links, images=images, graphs=graphs)
