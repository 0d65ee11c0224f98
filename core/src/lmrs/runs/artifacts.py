"""Artifacts on disk: `artifacts/NAME/` with the arrays, the facts and the digest."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from lmrs.runs import tensors
from lmrs.runs.atomic import verify, write_folder
from lmrs.runs.errors import CorruptError, MismatchError
from lmrs_plugins.artifact import Artifact
from lmrs_plugins.errors import InputError, PluginError
from lmrs_plugins.vocabulary import Vocabulary

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
# Kinds of numpy types whose bytes are the whole value: booleans, numbers, fixed-width text and bytes, times.
_PLAIN = frozenset("biufcUSMm")


def save_artifact(
    folder: Path, name: str, artifact: Artifact, vocabularies: Mapping[str, Vocabulary] | None = None
) -> Artifact:
    """Write `folder/NAME/`, replacing an earlier one; the artifact as `load_artifact` will give it back.

    Parameters
    ----------
    vocabularies
        Of the subjects that the rows of its arrays stand for: `aligned` and `blocks` are filled in from them.

    Raises
    ------
    InputError
        The name is not fit for a folder, or the disk refuses.
    PluginError
        An array holds Python objects, or a fact is not JSON.
    """
    target = _folder(folder, name)
    for array_name, array in artifact.arrays.items():
        if array.dtype.kind not in _PLAIN:
            raise PluginError(f"artifact {name}: {array_name} is {array.dtype}; use numbers or fixed-width text")
    try:
        facts = json.loads(json.dumps(dict(artifact.facts)))
    except (TypeError, ValueError) as error:
        raise PluginError(f"artifact {name}: its facts are no JSON ({error})") from error
    vocabularies = vocabularies or {}
    done = replace(
        artifact,
        facts=facts,
        aligned={**artifact.aligned, **{subject: v.digest for subject, v in vocabularies.items()}},
        blocks={**artifact.blocks, **{subject: tuple(v.blocks) for subject, v in vocabularies.items()}},
    )
    write_folder(target, partial(_write, done))
    return done


def load_artifact(folder: Path, name: str) -> Artifact:
    """Read `folder/NAME/`.

    Raises
    ------
    InputError
        There is no such artifact.
    CorruptError
        It is damaged, or its digest is not that of its contents.
    """
    target = _folder(folder, name)
    if not target.is_dir():
        raise InputError(f"no artifact {name} in {folder}; the stage that makes it has not ended")
    verify(target)
    stored, types = tensors.load(target / "arrays.safetensors")
    path = target / "artifact.json"
    try:
        body = json.loads(path.read_bytes())
        artifact = Artifact(
            arrays={key: _array(tensor, str(types[key])) for key, tensor in stored.items()},
            facts=dict(body["facts"]),
            aligned={str(subject): str(digest) for subject, digest in body["aligned"].items()},
            blocks={str(subject): tuple(int(size) for size in sizes) for subject, sizes in body["blocks"].items()},
        )
        digest = body["digest"]
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise CorruptError(f"{path}: not the description of an artifact") from error
    if artifact.digest != digest:
        raise CorruptError(f"{target}: digest {artifact.digest[:12]} where {str(digest)[:12]} was written")
    return artifact


def check_aligned(artifact: Artifact, vocabularies: Mapping[str, Vocabulary], name: str = "") -> None:
    """Refuse an artifact whose rows no longer stand for the same ids.

    A vocabulary may have grown by whole blocks since; then the artifact covers its first rows.

    Raises
    ------
    MismatchError
        Names the artifact and the subject.
    """
    for subject, digest in artifact.aligned.items():
        where = f"artifact {name or artifact.digest[:12]}"
        if subject not in vocabularies:
            raise MismatchError(f"{where}: its rows are {subject}s, which this data set does not have")
        now = vocabularies[subject]
        blocks = tuple(artifact.blocks.get(subject, ()))
        was = Vocabulary(subject, now.ids[: sum(blocks)], blocks) if blocks == now.blocks[: len(blocks)] else now
        if digest not in (now.digest, was.digest):
            raise MismatchError(
                f"{where}: made for another set of {subject}s; run again the stage that makes it, with this data"
            )


def _folder(folder: Path, name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise InputError(f"artifact name {name!r}: use letters, digits, '_', '-' and '.', with no '.' or '-' in front")
    return folder / name


def _write(artifact: Artifact, folder: Path) -> None:
    arrays = {key: np.ascontiguousarray(array).reshape(array.shape) for key, array in artifact.arrays.items()}
    stored = {key: _tensor(array) for key, array in arrays.items()}
    types = {key: array.dtype.str for key, array in arrays.items()}
    tensors.save(folder / "arrays.safetensors", stored, types)
    body = {
        "format": 1,
        "digest": artifact.digest,
        "facts": artifact.facts,
        "aligned": artifact.aligned,
        "blocks": artifact.blocks,
    }
    (folder / "artifact.json").write_text(json.dumps(body, indent=1), encoding="utf-8")


def _tensor(array: npt.NDArray[Any]) -> torch.Tensor:
    """The array's bytes, (*shape, bytes of one value): one rule for every type, also those that torch lacks."""
    raw = np.frombuffer(bytearray(array.tobytes()), dtype=np.uint8)
    return torch.from_numpy(raw).reshape(*array.shape, array.dtype.itemsize)


def _array(tensor: torch.Tensor, kind: str) -> npt.NDArray[Any]:
    dtype = np.dtype(kind)
    if dtype.kind not in _PLAIN:
        raise ValueError(f"type {kind}")
    return np.frombuffer(bytearray(tensor.numpy().tobytes()), dtype=dtype).reshape(tensor.shape[:-1])
