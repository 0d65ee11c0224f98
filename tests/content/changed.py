"""Data with another title."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa

from lmrs_plugins import Bundle


def with_title(bundle: Bundle, row: int, title: str | None) -> Bundle:
    """The bundle with one title changed."""
    table = bundle.tables["item"]
    titles = table.column("title").to_pylist()
    titles[row] = title
    column = pa.array(titles, table.schema.field("title").type)
    place = table.column_names.index("title")
    return replace(bundle, tables={**bundle.tables, "item": table.set_column(place, "title", column)})
