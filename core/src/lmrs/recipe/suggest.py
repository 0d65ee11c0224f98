"""Near misses: what somebody may have meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def meant(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'layers'?` or, where nothing is near, `; there is a, b, c`; empty where nothing is known."""
    words = sorted({one for one in known if one})
    if not words:
        return ""
    near = difflib.get_close_matches(word, words, n=1, cutoff=0.6)
    if near:
        return f"; did you mean {near[0]!r}?"
    shown = ", ".join(words[:12])
    return f"; there is {shown}" + (", …" if len(words) > 12 else "")
