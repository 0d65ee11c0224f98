"""The states from which a run can go on; the newest that is whole wins."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from lmrs.runs import tensors, tree
from lmrs.runs.atomic import explained, remove_folder, sweep, verify, write_folder
from lmrs.runs.errors import CorruptError
from lmrs.runs.manifest import sha256
from lmrs_plugins.errors import InputError, LmrsError

_FOLDER = re.compile(r"(\d{6,})-step-(\d+)")
_BEST = "best.safetensors"
_EXTRAS = "extras.safetensors"


@dataclass
class Checkpoint:
    """All that a run needs to go on as if nothing had happened.

    Parameters
    ----------
    model
        Weights and buffers of the body by canonical name.
    optimizer, optimizer_facts
        What `optimizer.pack_optimizer` gives.
    random
        What `randomness.capture_random` gives.
    position
        Plain values: stage, epoch, batch, best metric, patience, schedule.
    best
        Weights of the best epoch so far, what was injected among them; None before the first evaluation.
    step
        Optimiser steps done; set when it is saved or loaded.
    extras
        What the running stage's strategy has injected (adapters), by name; a file apart.
    """

    model: dict[str, Tensor]
    optimizer: dict[str, Tensor] = field(default_factory=dict)
    optimizer_facts: dict[str, Any] = field(default_factory=dict)
    random: dict[str, Any] = field(default_factory=dict)
    position: dict[str, Any] = field(default_factory=dict)
    best: dict[str, Tensor] | None = None
    step: int = 0
    extras: dict[str, Tensor] = field(default_factory=dict)


class Checkpoints:
    """The checkpoints of one run, a folder each, numbered in the order in which they were saved.

    The number and not the step orders them: a run that fell back to an older one may save the same step again.

    Parameters
    ----------
    keep
        How many to keep; two at least, if one is to be left when the newest is damaged.
    finite
        Which tensors of the model must be free of NaN and infinity, by name; all, if not said.
    warnings
        Lines about damaged checkpoints that `newest` passed over.
    """

    def __init__(self, folder: Path, keep: int = 2, finite: Callable[[str], bool] = lambda name: True) -> None:
        if keep < 1:
            raise ValueError(f"keep is {keep}; at least one checkpoint has to stay")
        self.folder = folder
        self.keep = keep
        self.finite = finite
        self.warnings: list[str] = []
        self._bad: set[Path] = set()
        self._best: dict[Path, tuple[str, str]] = {}

    def save(self, step: int, state: Checkpoint) -> Path:
        """Write a checkpoint, then remove those that are one too many. The folder of the new one.

        Raises
        ------
        InputError
            The disk is full or may not be written, or the weights are no longer finite: then nothing has changed.
        """
        tensors.check_finite(
            {name: t for name, t in {**state.model, **state.extras}.items() if self.finite(name)},
            f"training diverged at step {step}; lower the optimizer's rate or its clip",
            InputError,
        )
        with explained(self.folder):
            sweep(self.folder)
            old = self._folders()
            number = self._number(old[-1]) + 1 if old else 1
            target = self.folder / f"{number:06d}-step-{step}"
            leaving = self._leaving(old)
            write_folder(target, partial(self._write, target, step, state, leaving))
            for path in leaving:
                remove_folder(path)
                self._best.pop(path, None)
        self._bad -= set(leaving)
        state.step = step
        return target

    def newest(self) -> Checkpoint | None:
        """The newest checkpoint that is whole, None where there is none at all.

        A damaged one is passed over with a line in `warnings`; the next `save` removes it.

        Raises
        ------
        CorruptError
            There are checkpoints, and all are damaged.
        """
        first = ""
        for path in reversed(self._folders()):
            try:
                return self._load(path)
            except CorruptError as error:
                self._bad.add(path)
                self.warnings.append(f"checkpoint {path.name} is damaged and passed over: {error}")
                first = first or str(error)
        if first:
            raise CorruptError(f"{self.folder}: every checkpoint is damaged; start the run anew. The newest: {first}")
        return None

    def _folders(self) -> list[Path]:
        """Checkpoints, whole or not, oldest first."""
        if not self.folder.is_dir():
            return []
        try:
            found = [path for path in self.folder.iterdir() if _FOLDER.fullmatch(path.name) and path.is_dir()]
        except OSError as error:
            raise InputError(f"{self.folder}: cannot be read ({error.strerror})") from error
        return sorted(found, key=self._number)

    @staticmethod
    def _number(path: Path) -> int:
        return int(path.name.split("-")[0])

    def _leaving(self, old: list[Path]) -> list[Path]:
        """Those that the next save makes superfluous: the damaged ones and all but the newest of the others."""
        good = [path for path in old if path not in self._bad]
        stay = good[len(good) - (self.keep - 1) :] if self.keep - 1 < len(good) else good
        return [path for path in old if path not in stay]

    def _write(self, target: Path, step: int, state: Checkpoint, leaving: list[Path], folder: Path) -> None:
        random, random_tensors = tree.split(state.random)
        tensors.save(folder / "model.safetensors", state.model)
        tensors.save(folder / "optimizer.safetensors", state.optimizer)
        tensors.save(folder / "random.safetensors", random_tensors)
        if state.extras:
            tensors.save(folder / _EXTRAS, state.extras)
        if state.best is not None:
            self._write_best(target, state.best, leaving, folder / _BEST)
        facts, stray = tree.split({"optimizer": state.optimizer_facts, "position": state.position})
        if stray:
            raise LmrsError(f"cannot save {min(stray)}: tensors belong to model, optimizer or random")
        body = {"format": 1, "step": step, "random": random, **facts}
        (folder / "state.json").write_text(json.dumps(body, indent=1), encoding="utf-8")

    def _write_best(self, target: Path, best: dict[str, Tensor], leaving: list[Path], path: Path) -> None:
        """Take the file from a checkpoint that is about to go, where it holds the same: no two that stay share one."""
        digest = _digest(best)
        for source in leaving:
            if self._best.get(source, ("", ""))[0] == digest and _linked(source / _BEST, path, self._best[source][1]):
                break
        else:
            tensors.save(path, best)
        self._best[target] = (digest, sha256(path))

    def _load(self, path: Path) -> Checkpoint:
        verify(path)
        model, _ = tensors.load(path / "model.safetensors", finite=self.finite)
        optimizer, _ = tensors.load(path / "optimizer.safetensors")
        random, _ = tensors.load(path / "random.safetensors")
        best = tensors.load(path / _BEST, finite=self.finite)[0] if (path / _BEST).exists() else None
        extras = tensors.load(path / _EXTRAS, finite=self.finite)[0] if (path / _EXTRAS).exists() else {}
        try:
            body = json.loads((path / "state.json").read_bytes())
            if body["format"] != 1:
                raise CorruptError(f"{path / 'state.json'}: format {body['format']}, this version reads 1; update lmrs")
            return Checkpoint(
                model=model,
                optimizer=optimizer,
                optimizer_facts=tree.join(body["optimizer"], {}),
                random=tree.join(body["random"], random),
                position=tree.join(body["position"], {}),
                best=best,
                step=body["step"],
                extras=extras,
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise CorruptError(f"{path / 'state.json'}: not the state of a checkpoint") from error


def _linked(source: Path, path: Path, digest: str) -> bool:
    """Whether `path` now is the file `source`, which still has this sha256."""
    try:
        os.link(source, path)
        if sha256(path) == digest:
            return True
        path.unlink()
    except OSError:
        # Gone, or a file system without links: written anew.
        path.unlink(missing_ok=True)
    return False


def _digest(named: Mapping[str, Tensor]) -> str:
    digest = hashlib.sha256()
    for name in sorted(named):
        tensor = named[name].detach().cpu().contiguous()
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        digest.update(tensor.reshape(-1).view(torch.uint8).numpy().data if tensor.numel() else b"")
    return digest.hexdigest()
