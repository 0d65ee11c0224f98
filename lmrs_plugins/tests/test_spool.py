"""Tables that are made piece by piece."""

from __future__ import annotations

import errno
import io
import os
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from lmrs_plugins import InputError
from lmrs_plugins.spool import Spool

TABLE = pa.table(
    {
        "item": pa.array([3, 1, 2, 0], pa.int64()),
        "rating": pa.array([1.5, None, 0.0, None], pa.float64()),
        "word": pa.array(["a", None, "", "längere"]),
        "tags": pa.array([["x"], [], None, ["y", "z"]]),
        "good": pa.array([True, None, False, True]),
    }
)


def spooled(small: int) -> pa.Table:
    """The table in pieces of unequal length."""
    spool = Spool(TABLE.schema, small)
    for start, length in ((0, 1), (1, 0), (1, 2), (3, 1)):
        spool.add(TABLE.slice(start, length))
    return spool.table()


@pytest.mark.parametrize("small", [0, 60, 1 << 20])
def test_what_goes_in_comes_out(small: int) -> None:
    assert spooled(small).equals(TABLE)
    assert Spool(TABLE.schema, small).table().equals(TABLE.slice(0, 0))


def test_numbers_on_disk_are_one_stretch_outside_memory() -> None:
    before = pa.total_allocated_bytes()
    spool = Spool(pa.schema([("item", pa.int64())]), 0)
    for start in range(0, 80_000, 1000):
        spool.add(pa.table({"item": np.arange(start, start + 1000)}))
    column = spool.table().column("item")
    assert column.num_chunks == 1
    assert column.to_numpy().tolist() == list(range(80_000))
    assert pa.total_allocated_bytes() - before < 80_000


class Full:
    """A file on a full disk."""

    def __init__(self, when: str) -> None:
        self._when, self._file = when, io.BytesIO()

    def __getattr__(self, name: str) -> Any:
        return self._refuse if name == self._when else getattr(self._file, name)

    def _refuse(self, *_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def __enter__(self) -> Full:
        return self

    def __exit__(self, *_: object) -> None: ...


@pytest.mark.fault("F: no room for temporary files")
@pytest.mark.parametrize("when", ["write", "flush"])
def test_no_room_for_temporary_files_says_where(when: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.TemporaryFile", lambda **_: Full(when))
    with pytest.raises(InputError, match=r"No space left on device.*TMPDIR"):
        spooled(0)
