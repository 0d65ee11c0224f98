"""The distinct texts of the rows that a batch of examples names."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lmrs_plugins import Examples, Ragged
from lmrs_text.texts import Texts


def rows_with_text(examples: Examples, subject: str, texts: Texts) -> npt.NDArray[np.int64]:
    """Rows of a column, of arrays or lists, ascending and each once, that have a text; one without, where none has."""
    column = examples.columns[subject]
    rows = np.unique(column.values if isinstance(column, Ragged) else column)
    rows = rows[rows >= 0]
    found: npt.NDArray[np.int64] = rows[texts.lengths(rows) > 0]
    return found if len(found) else np.zeros(1, dtype=np.int64)
