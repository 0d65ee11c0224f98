"""The demands' recipes, run once each, undisturbed and killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import ModuleType

import numpy as np
import torch

from lmrs.answer.listener import Listener
from lmrs.answer.pipeline import Pipeline
from lmrs.answer.run import resume, run
from lmrs.host.host import Host
from lmrs.runs.checkpoint import Checkpoints

HERE = Path(__file__).parent
PLUGINS, RECIPES = HERE / "plugins", HERE / "recipes"


class Borders(Listener):
    """Keeps what each stage hands on to the next: the newest checkpoint when that one starts."""

    def __init__(self, folder: Path) -> None:
        self.weights: dict[int, dict[str, torch.Tensor]] = {}
        self._checkpoints = Checkpoints(folder / "checkpoints")

    def stage_started(self, name: str, index: int, stages: int, steps: int, done: int) -> None:
        newest = self._checkpoints.newest()
        if newest is not None:
            self.weights[index - 1] = newest.model


@dataclass
class Trials:
    """Runs by the name of their recipe; nothing is run twice."""

    folder: Path
    host: Host
    borders: dict[str, Borders] = field(default_factory=dict)
    _made: dict[str, Pipeline] = field(default_factory=dict)
    _killer: subprocess.Popen[str] | None = None

    def pipeline(self, name: str) -> Pipeline:
        """An undisturbed run."""
        if name not in self._made:
            out = self.folder / name
            self.borders[name] = Borders(out)
            recipe = RECIPES / f"{name}.yaml"
            self._made[name] = run(recipe, out=out, host=self.host, device="cpu", listener=self.borders[name])
        return self._made[name]

    def handed_on(self, name: str, stage: int = 0) -> dict[str, torch.Tensor]:
        """Weights that a stage of an undisturbed run left to the next."""
        self.pipeline(name)
        return self.borders[name].weights[stage]

    def killed(self, name: str, after: int) -> Path:
        """The folder of a run that was killed after so many steps."""
        if self._killer is None:
            self._killer = subprocess.Popen(
                [sys.executable, "-m", "demands.killed"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                cwd=HERE.parent,
                env={**os.environ, "OMP_NUM_THREADS": "1"},
            )
        out = self.folder / f"{name}-killed-{after}"
        assert self._killer.stdin is not None
        assert self._killer.stdout is not None
        print(json.dumps({"recipe": name, "out": str(out), "after": after}), file=self._killer.stdin, flush=True)
        assert json.loads(self._killer.stdout.readline()) == -signal.SIGKILL
        return out

    def resumed(self, folder: Path) -> Pipeline:
        """A run that goes on."""
        return resume(folder, host=self.host, device="cpu")

    def loaded(self, name: str) -> Pipeline:
        """An undisturbed run, read from its folder."""
        return Pipeline.load(self.pipeline(name).setting.folder.path, self.host, device="cpu")

    @staticmethod
    def module(name: str) -> ModuleType:
        """A module of the plugins' folder; the host has put that on the path."""
        return import_module(name)

    def close(self) -> None:
        """Let the killer end."""
        if self._killer is not None:
            self._killer.communicate()


def log(pipeline: Pipeline) -> list[dict]:
    """The log of a run: an event an epoch."""
    return pipeline.setting.folder.events.read()


def same(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> bool:
    """Whether two sets of weights are equal to the last bit."""
    return a.keys() == b.keys() and all(np.array_equal(a[name].numpy(), b[name].numpy()) for name in a)
