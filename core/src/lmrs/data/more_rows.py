"""A subject of a bundle with more rows at its end."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa

from lmrs_plugins import Bundle, Vocabulary


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
