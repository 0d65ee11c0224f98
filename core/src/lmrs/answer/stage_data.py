"""The data of a run in its folder: those that are asked about, and those of stages that train on others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lmrs.data import store
from lmrs.runs.folder import RunFolder
from lmrs_plugins import Bundle, InputError


def keep(folder: RunFolder, bundle: Bundle, others: Mapping[int, Bundle]) -> None:
    """Store each data set once: `bundle`, which is asked about, and `others` by the index of the stage."""
    store.save(bundle, folder.data)
    for fingerprint, other in {one.fingerprint: one for one in others.values()}.items():
        store.save(other, folder.data_of(fingerprint))


def kept(folder: RunFolder) -> tuple[Bundle, StageData]:
    """What `keep` stored; all of it is read and compared with what the run began with.

    Raises
    ------
    InputError
        They are not there, damaged or others.
    """
    others = StageData(folder)
    if not all(place.exists() for place in (folder.data, *map(folder.data_of, folder.stage_data.values()))):
        raise InputError(f"{folder.path}: this run was stopped before its data were stored; start it anew")
    bundle = store.load(folder.data)
    folder.check_fingerprint(bundle.fingerprint)
    for stage, other in others.items():
        folder.check_fingerprint(other.fingerprint, stage)
    return bundle, others


class StageData(Mapping[int, Bundle]):
    """Data by the index of the stage that has others than are asked about; read where they are looked at, each once."""

    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder
        self._read: dict[str, Bundle] = {}

    def __getitem__(self, stage: int) -> Bundle:
        fingerprint = self._folder.stage_data[stage]
        if fingerprint not in self._read:
            self._read[fingerprint] = store.load(self._folder.data_of(fingerprint))
        return self._read[fingerprint]

    def __iter__(self) -> Iterator[int]:
        return iter(self._folder.stage_data)

    def __len__(self) -> int:
        return len(self._folder.stage_data)
