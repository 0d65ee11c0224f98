"""Vectors by the digest of what they were computed from, in folders of arrays that are written once.

A shard is `rows-NAME/` with `keys.npy` (n,) S16, `there.npy` (n,) bool, `vectors.npy` (n, d) float32, and `seal.json`
with their sha256. It gets its name by a rename, when all of it is on disk: processes that fill one folder at once each
leave shards of their own, and none overwrites another's. What does not match its seal is taken away and computed again.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import time
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from lmrs.data.safe_folder import whole_folder

Keys = npt.NDArray[np.bytes_]
FORM = 1
MOST = 1 << 28
"""Bytes of vectors in a shard: what a run that is killed while it computes loses at most."""
_SEAL = "seal.json"
_NAMES = ("keys", "there", "vectors")
_DRAFT = 86400.0
"""Seconds after which the draft of a shard is taken to be one of a process that was killed."""
log = logging.getLogger("lmrs")


@dataclass(frozen=True)
class Shard:
    """`keys` (n,), `there` (n,) whether a row has a vector, `vectors` (n, d): memory-mapped where they are on disk."""

    keys: Keys
    there: npt.NDArray[np.bool_]
    vectors: npt.NDArray[np.float32]

    @cached_property
    def order(self) -> npt.NDArray[np.int64]:
        """(n,) places in order of keys."""
        return np.argsort(self.keys, kind="stable")

    def at(self, places: npt.NDArray[np.int64]) -> Shard:
        """Some of its rows."""
        return Shard(self.keys[places], self.there[places], self.vectors[places])

    @staticmethod
    def joined(several: Sequence[Shard]) -> Shard:
        """The rows of all, one after the other."""
        return Shard(*(np.concatenate([getattr(one, name) for one in several]) for name in _NAMES))


def names(folder: Path) -> list[Path]:
    """Every shard of a folder, oldest name first."""
    return sorted(folder.glob("rows-*")) if os.path.isdir(folder) else []


def read(path: Path) -> Shard | None:
    """A shard; None where it is damaged, which takes it away, or gone."""
    try:
        seal = about(path)
        arrays = {name: np.load(path / f"{name}.npy", mmap_mode="c", allow_pickle=False) for name in _NAMES}
        for name, array in arrays.items():
            if _sha256(path / f"{name}.npy") != seal["sha256"][name]:
                raise ValueError(f"{name}.npy is not what was written")
            if len(array) != seal["rows"]:
                raise ValueError(f"{name}.npy has {len(array)} rows of {seal['rows']}")
        shard = Shard(np.asarray(arrays["keys"]), np.asarray(arrays["there"]), arrays["vectors"])
        if shard.keys.dtype != "S16" or shard.vectors.dtype != np.float32 or shard.vectors.ndim != 2:
            raise ValueError("its arrays are of other types")
    except (OSError, EOFError, ValueError, LookupError, TypeError, AttributeError) as error:
        if os.path.exists(path):  # otherwise somebody has cleared the cache meanwhile
            log.warning("kept rows in %s are damaged (%s): they are computed again", path, _line(error))
            _remove(path)
        return None
    return shard


def about(path: Path) -> dict[str, Any]:
    """What the seal of a shard says: `rows`, `width`, `of` (what computed them) and the digests."""
    seal = json.loads((path / _SEAL).read_bytes())
    if seal["form"] != FORM:
        raise ValueError(f"form {seal['form']}, and this version reads {FORM}")
    return dict(seal)


def write(folder: Path, shard: Shard, of: Mapping[str, Any]) -> Path:
    """Put a shard into a folder, whole or not at all.

    Raises
    ------
    InputError
        The folder cannot be written, or the disk is full.
    """
    sweep(folder)
    path = folder / f"rows-{uuid.uuid4().hex}"
    with whole_folder(path) as draft:
        for name in _NAMES:
            np.save(draft / f"{name}.npy", getattr(shard, name), allow_pickle=False)
        seal = {
            "form": FORM,
            "rows": len(shard.keys),
            "width": int(shard.vectors.shape[1]),
            "of": dict(of),
            "sha256": {name: _sha256(draft / f"{name}.npy") for name in _NAMES},
        }
        (draft / _SEAL).write_text(json.dumps(seal, indent=1), encoding="utf-8")
    return path


def sweep(folder: Path) -> None:
    """Remove the drafts of processes that were killed."""
    for draft in folder.glob(".rows-*"):
        with suppress(OSError):
            if time.time() - draft.stat().st_mtime > _DRAFT:
                shutil.rmtree(draft, ignore_errors=True)


def _remove(path: Path) -> None:
    """Renamed first, so that nobody finds half of it. Where that is forbidden, it stays, and is passed over."""
    doomed = path.with_name(f".{path.name}.damaged")
    with suppress(OSError):
        path.rename(doomed)
        shutil.rmtree(doomed, ignore_errors=True)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
