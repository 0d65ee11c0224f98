"""The part of each event as the data themselves say it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lmrs.data.settings import Column
from lmrs.data.splits import TEST, TRAIN, Part
from lmrs_plugins.bundle import PARTS, Bundle
from lmrs_plugins.errors import InputError


def given(bundle: Bundle, settings: Column) -> tuple[Bundle, Part]:
    """The bundle without the column, and what it says, (events,) int8.

    Raises
    ------
    InputError
        There is no such column, a value of it names no part, or nothing is trained on or tested.
    """
    names, wanted = bundle.interactions.column_names, settings.column
    if wanted not in names:
        others = ", ".join(name for name in names if name not in ("user", "item")) or "none"
        raise InputError(f"data.split.column: the events have no column {wanted!r}; beside user and item: {others}")
    said = pc.cast(bundle.interactions.column(wanted), pa.string())
    part: Part = np.asarray(pc.fill_null(pc.index_in(said, value_set=pa.array(PARTS)), -1).to_numpy()).astype(np.int8)
    strange = np.flatnonzero(part < 0)
    if len(strange):
        value = said[int(strange[0])].as_py()
        raise InputError(
            f"data.split.column: {wanted} is {'empty' if not value else repr(value)} in {len(strange)} of {len(part)} "
            f"events; it says {', '.join(PARTS)}"
        )
    for code in (TRAIN, TEST):
        if not (part == code).any():
            raise InputError(f"data.split.column: {wanted} says {PARTS[code]!r} of no event")
    return replace(bundle, interactions=bundle.interactions.drop_columns([wanted])), part
