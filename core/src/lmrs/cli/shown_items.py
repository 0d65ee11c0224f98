"""Items as a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lmrs.cli.table import table


def items(rows: Sequence[Mapping[str, Any]], ranked: bool) -> Iterator[str]:
    """Rows with `id` and, where they are `ranked`, `rank` and `score`; with titles where the data have them."""
    known = [name for name in ("title", "categories") if any(row.get(name) for row in rows)]
    head = [*(["rank", "score"] if ranked else []), "id", *known]
    cells = []
    for row in rows:
        placed = [str(row["rank"]), f"{row['score']:.4f}"] if ranked else []
        cells.append([*placed, row["id"], *(_text(row.get(name)) for name in known)])
    yield from table(head, cells, right=(0, 1) if ranked else ())
    if not rows:
        yield "nothing to recommend: every candidate has been seen"


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value or "")
