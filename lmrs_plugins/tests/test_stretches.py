"""Lists that are stretches of one long array."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lmrs_plugins import Ragged, Stretches

BASE = np.arange(100, 120)
cuts = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=6)


@given(cuts, st.booleans())
def test_they_are_what_slices_would_be(found: list[tuple[int, int]], positions: bool) -> None:
    starts, stops = (np.array([cut[side] for cut in found], dtype=np.int64) for side in (0, 1))
    lazy = Stretches(None if positions else BASE, starts, stops)
    values = np.arange(20) if positions else BASE
    eager = Ragged(values, np.array([0, 20])).slices(starts, stops)
    assert len(lazy) == len(eager)
    for one, other in ((lazy, eager), (lazy.last(3), eager.last(3)), (lazy.take(np.arange(len(found))), eager)):
        assert one.lengths.tolist() == other.lengths.tolist()
        assert one.values.tolist() == other.values.tolist()
        assert one.offsets.tolist() == other.offsets.tolist()
        assert one.owners().tolist() == other.owners().tolist()
        assert [one[row].tolist() for row in range(len(one))] == [other[row].tolist() for row in range(len(other))]
    assert lazy.padded(4)[0].tolist() == eager.padded(4)[0].tolist()
