"""Vocabularies that grow between stages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pyarrow as pa

from lmrs.recipe.resolved import Growth
from lmrs_plugins import Bundle, InputError, Vocabulary


def grown(bundle: Bundle, growths: Iterable[Growth]) -> Bundle:
    """The bundle with each growth as one more block at the end of its vocabulary; of new rows nothing is known.

    `by` a number appends ids `SUBJECT+0`, …; `by` a subject appends that subject's ids as `OTHER:id`. A subject that
    the data do not know starts with an empty first block (a language model's tokens are counted by its own node).
    """
    vocabularies, tables = dict(bundle.vocabularies), dict(bundle.tables)
    links, images = dict(bundle.links), dict(bundle.images)
    for growth in growths:
        old = vocabularies.get(growth.subject, Vocabulary(growth.subject, (), (0,)))
        if isinstance(growth.by, int):
            first = len(old) - old.blocks[0]
            ids = [f"{growth.subject}+{number}" for number in range(first, first + growth.by)]
        elif growth.by in vocabularies:
            ids = [f"{growth.by}:{id_}" for id_ in vocabularies[growth.by].ids]
        else:
            there = ", ".join(vocabularies)
            raise InputError(
                f"grow {growth.subject} by {growth.by!r}: the data know no such subject; they have {there}"
            )
        vocabularies[growth.subject] = old.grown(ids)
        if growth.subject in tables:
            table = tables[growth.subject]
            nulls = pa.table({name: pa.nulls(len(ids), table.schema.field(name).type) for name in table.column_names})
            tables[growth.subject] = pa.concat_tables([table, nulls])
        if growth.subject in links:
            links[growth.subject] = np.concatenate([links[growth.subject], np.full(len(ids), -1)])
        if growth.subject in images:
            known = images[growth.subject]
            images[growth.subject] = pa.concat_arrays([known, pa.array([b""] * len(ids), type=known.type)])
    return replace(bundle, vocabularies=vocabularies, tables=tables, links=links, images=images)
