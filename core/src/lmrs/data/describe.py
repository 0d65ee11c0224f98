"""What a loaded data set is like, in numbers."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import pyarrow.compute as pc

from lmrs.data.coverage import coverage
from lmrs.data.impressions import LISTS
from lmrs.data.load import Loaded
from lmrs.data.report import total
from lmrs_plugins.bundle import IMPRESSION, PARTS, Bundle
from lmrs_plugins.spool import PIECE

SHOWN = 20
"""Problems that are listed one by one."""


def describe(loaded: Loaded) -> dict[str, Any]:
    """Counts, sparsity, lengths of histories, which types of data there are and for how many items; JSON-able."""
    bundle = loaded.bundle
    users, items, events = bundle.count("user"), bundle.count("item"), bundle.count("event")
    lengths = bundle.histories.lengths
    quantiles = np.quantile(lengths, [0, 0.25, 0.5, 0.75, 1]).tolist()
    part = bundle.part if bundle.part is not None else np.zeros(events, dtype=np.int8)
    return {
        "name": bundle.name,
        "fingerprint": bundle.fingerprint,
        "before": asdict(loaded.before),
        "counts": {"users": users, "items": items, "events": events},
        "domains": {name: asdict(counts) for name, counts in loaded.domains.items()},
        "sparsity": 1 - _pairs(bundle) / (users * items),
        "history": {
            **dict(zip(("min", "q25", "median", "q75", "max"), quantiles, strict=True)),
            "mean": events / users,
        },
        "parts": {name: int(np.count_nonzero(part == code)) for code, name in enumerate(PARTS)},
        "time": _times(bundle),
        "data": _kinds(bundle),
        "coverage": coverage(bundle),
        "impressions": _impressions(bundle),
        "problems": {"total": total(loaded.problems), "first": [asdict(one) for one in loaded.problems[:SHOWN]]},
        "notes": list(loaded.notes),
    }


def _pairs(bundle: Bundle) -> int:
    """How many different pairs of user and item there are, counted some users at a time."""
    found, start, items = 0, 0, bundle.count("item")
    while start < len(bundle.users):
        stop = int(np.searchsorted(bundle.users, bundle.users[min(start + PIECE, len(bundle.users)) - 1], side="right"))
        pairs = bundle.users[start:stop] * items + bundle.items[start:stop]
        pairs.sort()
        found += 1 + int(np.count_nonzero(np.diff(pairs)))
        start = stop
    return found


def _times(bundle: Bundle) -> dict[str, float] | None:
    """First and last timestamp, in seconds."""
    if not bundle.has("interaction.timestamp"):
        return None
    span = pc.min_max(bundle.interactions.column("timestamp")).as_py()
    return None if span["min"] is None else {"first": span["min"], "last": span["max"]}


def _kinds(bundle: Bundle) -> dict[str, float]:
    """Each type of data, in the words of `needs`, with the share of rows that have it; graphs with their edges."""
    kinds: dict[str, float] = {}
    for name in bundle.interactions.column_names:
        kinds[f"interaction.{name}"] = _share(bundle.interactions.column(name))
    for subject, table in bundle.tables.items():
        if subject == IMPRESSION:
            continue
        for name in table.column_names:
            kinds[f"{subject}.{name}"] = _share(table.column(name))
    for subject, images in bundle.images.items():
        kinds[f"image.{subject}"] = float(np.mean(np.asarray(pc.binary_length(images)) > 0))
    for subject, link in bundle.links.items():
        kinds[f"link.{subject}"] = float(np.mean(link >= 0))
    for name, graph in bundle.graphs.items():
        kinds[f"graph.{name}"] = len(graph)
    return kinds


def _impressions(bundle: Bundle) -> dict[str, Any] | None:
    """How many there are, of each part too, and the mean lengths of their lists."""
    if IMPRESSION not in bundle.tables:
        return None
    part = np.asarray(bundle.values(IMPRESSION, "part"))
    return {
        "count": len(part),
        "parts": {name: int(np.count_nonzero(part == code)) for code, name in enumerate(PARTS)},
        **{name: float(np.mean(bundle.lists(IMPRESSION, name).lengths)) for name in LISTS},
    }


def _share(column: Any) -> float:
    return 1 - (pc.sum(pc.is_null(column, nan_is_null=True)).as_py() or 0) / max(1, len(column))
