"""A command line with a plugin of its own: one scorer that counts, one transform, and recipes over generated data."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from lmrs.cli.main import main

CARDS = """
from lmrs_plugins import Card, Port, Pull, ViewType, hookimpl
from lmrs_plugins.recipe import RecipeCard

@hookimpl
def lmrs_transforms():
    return [Card(family="transform", name="whole", summary="the history as it is", load="toy_parts:Whole",
                 columns=("item",), emits={"input": ViewType(rows={"item": "item"})})]

@hookimpl
def lmrs_scorers():
    return [Card(family="scorer", name="count", summary="training events", load="toy_parts:Count",
                 options="toy_options:Count", reads=("input.item",), needs=("interactions",))]

@hookimpl
def lmrs_recipes():
    return [RecipeCard(name="most", summary="what most people chose", package="toy_recipes", path="most.yaml"),
            RecipeCard(name="least", summary="what fewest chose", package="toy_recipes", path="least.yaml")]
"""
OPTIONS = """
from lmrs_plugins import Options

class Count(Options):
    sign: float = 1.0
"""
PARTS = """
import numpy as np
import torch
from torch import nn
from lmrs_plugins import View

class Whole:
    def __init__(self, env):
        pass

    def views(self, examples, rng):
        lists = examples.lists("item")
        rows, mask = lists.padded(max(1, int(lists.lengths.max(initial=0))))
        return {"input": View.of(item=rows, mask=mask)}

class Count(nn.Module):
    def __init__(self, env, options):
        super().__init__()
        counts = np.bincount(env.bundle.items, minlength=env.count("item")) * options.sign
        self.register_buffer("events", torch.from_numpy(counts.astype(np.float32)))

    def score(self, step):
        wanted = step.candidates()
        return self.events.repeat(len(step.view("input")["item"]), 1) if wanted is None else self.events[wanted]
"""
MOST = """
name: most
summary: what most people chose
data:
  source: synthetic
  options: {users: 60, items: 40}
task: {use: next-item}
answer: {use: toy/count, on: {use: toy/whole}}
"""
LEAST = """
name: least
extends: most
answer: {sign: -1.0}
"""


@dataclass(frozen=True)
class Said:
    """What a command line printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, which has to be JSON."""
        assert self.code == 0, self.err
        return json.loads(self.out)

    @property
    def error(self) -> str:
        """The one line of standard error that an error is; notes on the data may stand before it."""
        lines = [line for line in self.err.splitlines() if not line.startswith("note: ")]
        assert len(lines) == 1, self.err
        assert lines[0].startswith("error: ")
        return lines[0].removeprefix("error: ")


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the caller's environment says does not matter."""
    for name in ("LMRS_TRACEBACK", "LMRS_PLUGINS", "LMRS_DISABLE_PLUGINS", "LMRS_PLUGIN_LOCK"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def toy(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The plugin, installed on a path of the test's own."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "toy_plugin.py").write_text(dedent(CARDS))
    (folder / "toy_options.py").write_text(OPTIONS)
    (folder / "toy_parts.py").write_text(PARTS)
    (folder / "toy_recipes").mkdir()
    (folder / "toy_recipes" / "__init__.py").write_text("")
    (folder / "toy_recipes" / "most.yaml").write_text(MOST)
    (folder / "toy_recipes" / "least.yaml").write_text(LEAST)
    info = folder / "lmrs_toy-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: lmrs-toy\nVersion: 1.0\nRequires-Dist: lmrs-plugins\n")
    (info / "entry_points.txt").write_text("[lmrs]\ntoy = toy_plugin\n")
    monkeypatch.syspath_prepend(str(folder))
    importlib.invalidate_caches()
    yield
    for name in [name for name in sys.modules if name.partition(".")[0].startswith("toy_")]:
        del sys.modules[name]


@pytest.fixture
def lmrs(capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Run a command line in this process, with the toy plugin alone."""

    def call(*words: object) -> Said:
        capsys.readouterr()
        code = main(["--plugins", "toy", *map(str, words)])
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return call


@pytest.fixture
def trained(lmrs: Callable[..., Said], tmp_path: Path) -> Path:
    """A finished run."""
    assert lmrs("run", "most", "--out", tmp_path / "most").code == 0
    return tmp_path / "most"
