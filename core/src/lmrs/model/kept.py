"""Rows of nodes that do not change, kept between runs by their content."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from lmrs.model import shards
from lmrs.model.graph import Node
from lmrs.model.identity import digest_of
from lmrs.model.shards import Keys, Shard
from lmrs_plugins import Encoding, InputError, PluginError

log = logging.getLogger("lmrs")


def keys_of(name: str, binding: Any, rows: npt.NDArray[np.int64]) -> Keys:
    """(n,) digests of what the rows of a node are computed from, as its binding says; `b""` where one is missing."""
    keys = np.asarray(binding.keys(rows))
    if keys.shape != rows.shape or keys.dtype != "S16":
        raise PluginError(
            f"node {name!r}: keys() of its binding gives {keys.dtype} of shape {keys.shape}: one of type S16 a row"
        )
    return keys


@dataclass
class KeptRows:
    """The kept rows of one node. What cannot be written is held in memory, and said once."""

    name: str
    folder: Path
    about: Mapping[str, Any]
    width: int
    writes: bool = True
    _shards: list[Shard] = field(default_factory=list)
    _known: set[Path] = field(default_factory=set)
    _added: list[tuple[npt.NDArray[np.int64], Shard]] = field(default_factory=list)

    @staticmethod
    def of(node: Node, root: Path, about: Mapping[str, Any], device: torch.device) -> KeptRows | None:
        """Those of a node; None where nothing is kept of it, or may be.

        Rows are kept of a node that takes no other and whose binding has keys. A node that may train founds no folder:
        what was kept of it while it was frozen is read, and gone on with.
        """
        width = node.module.width
        if node.plan.inputs() or not hasattr(node.plan.binding, "keys") or not isinstance(width, int):
            return None
        folder = root / digest_of(node.module, about, device)
        if any(parameter.requires_grad for parameter in node.module.parameters()) and not os.path.isdir(folder):
            return None
        kept = KeptRows(node.plan.name, folder, about, width)
        kept.refresh()
        return kept

    def refresh(self) -> None:
        """Read the shards that other processes have left since."""
        for path in shards.names(self.folder):
            if path not in self._known:
                self._known.add(path)
                shard = shards.read(path)
                if shard is not None and shard.vectors.shape[1] == self.width:
                    self._shards.append(shard)

    def lacking(self, keys: Keys) -> npt.NDArray[np.int64]:
        """The first place of each key that is not kept, ascending."""
        if self._alike(keys) is not None:
            return np.empty(0, dtype=np.int64)
        number, _ = self._places(keys)
        lacks = np.flatnonzero((number < 0) & (keys != b""))
        return np.sort(lacks[np.unique(keys[lacks], return_index=True)[1]])

    def add(self, places: npt.NDArray[np.int64], keys: Keys, found: Encoding) -> None:
        """Keep computed rows, which stand at `places` of the whole; they are written once there are many."""
        vectors = found.main.detach().cpu().numpy()
        there = np.ones(len(keys), dtype=bool) if found.mask is None else found.mask.cpu().numpy()
        self._added.append((places, Shard(keys, there, vectors)))
        if sum(shard.vectors.nbytes for _, shard in self._added) >= shards.MOST:
            self.flush()

    def flush(self) -> None:
        """Write what was added, in the order of places, without what another process has kept meanwhile."""
        if not self._added:
            return
        order = np.argsort(np.concatenate([places for places, _ in self._added]))
        shard = Shard.joined([shard for _, shard in self._added]).at(order)
        self._added = []
        if self.writes:
            self.refresh()
            shard = shard.at(self.lacking(shard.keys))
            if not len(shard.keys):
                return
            try:
                path = shards.write(self.folder, shard, self.about)
                self._known.add(path)
                shard = shards.read(path) or shard
            except InputError as error:
                self.writes = False
                log.warning("rows of node %r are not kept: %s; LMRS_CACHE=off keeps none", self.name, error)
        self._shards.append(shard)

    def table(self, keys: Keys) -> Encoding:
        """The encoding of all rows. A shard that holds just these, in this order, is handed over as it lies on disk."""
        alike = self._alike(keys)
        if alike is not None:
            return _encoding(alike.vectors, alike.there)
        number, place = self._places(keys)
        vectors, there = np.zeros((len(keys), self.width), dtype=np.float32), np.zeros(len(keys), dtype=bool)
        for which, shard in enumerate(self._shards):
            mine = np.flatnonzero(number == which)
            vectors[mine], there[mine] = shard.vectors[place[mine]], shard.there[place[mine]]
        return _encoding(vectors, there)

    def _alike(self, keys: Keys) -> Shard | None:
        return next((shard for shard in self._shards if np.array_equal(shard.keys, keys)), None)

    def _places(self, keys: Keys) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """(n,) number of the shard and (n,) place in it of each key; the number is -1 where it is not kept."""
        number, place = np.full(len(keys), -1, dtype=np.int64), np.zeros(len(keys), dtype=np.int64)
        for which, shard in enumerate(self._shards):
            at = np.searchsorted(shard.keys, keys, sorter=shard.order).clip(max=len(shard.keys) - 1)
            hit = (shard.keys[shard.order[at]] == keys) & (number < 0) & (keys != b"")
            number[hit], place[hit] = which, shard.order[at[hit]]
        return number, place


def keepable(found: Any) -> bool:
    """Whether an encoding is what shards hold: vectors (n, d) of float32 and nothing else."""
    if not isinstance(found, Encoding) or found.vectors is None or found.vectors.dtype != torch.float32:
        return False
    return found.vectors.ndim == 2 and found.states is None and found.logits is None and not found.extra


def _encoding(vectors: npt.NDArray[np.float32], there: npt.NDArray[np.bool_]) -> Encoding:
    mask = None if there.all() else torch.from_numpy(np.array(there))
    return Encoding(vectors=torch.from_numpy(np.asarray(vectors)), mask=mask)
