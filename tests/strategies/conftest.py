"""Runs of the recipes beside this file, watched at the borders of their stages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
import torch

from lmrs.answer.listener import Listener
from lmrs.answer.pipeline import Pipeline
from lmrs.answer.run import run
from lmrs.host.host import Host
from lmrs.runs.checkpoint import Checkpoints

HERE = Path(__file__).parent


class Borders(Listener):
    """What each stage starts with, by its name: the newest checkpoint then. An error ends it after a step of one."""

    def __init__(self, out: Path, stop: tuple[str, int] = ("", 0)) -> None:
        self.checkpoints = Checkpoints(out / "checkpoints")
        self.weights: dict[str, dict[str, torch.Tensor]] = {}
        self._stop, self._stage = stop, ""

    def stage_started(self, name: str, index: int, stages: int, steps: int, done: int) -> None:
        self._stage, newest = name, self.checkpoints.newest()
        if newest is not None:
            self.weights[name] = newest.model

    def stepped(self, step: int, terms: Mapping[str, float]) -> None:
        if (self._stage, step) == self._stop:
            raise ConnectionError("the power went")


@pytest.fixture(scope="session")
def host() -> Iterator[Host]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield Host(plugin_dir=HERE / "plugins", strict=True)
    torch.set_num_threads(threads)


Train = Callable[..., tuple[Pipeline, Borders]]


@pytest.fixture(scope="session")
def train(host: Host, tmp_path_factory: pytest.TempPathFactory) -> Train:
    """`train("gradual", "seed=7")`: the run, and what its stages began with."""

    def train(
        name: str, *overrides: str, out: Path | None = None, stop: tuple[str, int] = ("", 0)
    ) -> tuple[Pipeline, Borders]:
        out = out or tmp_path_factory.mktemp(name) / "run"
        borders = Borders(out, stop)
        recipe = HERE / "recipes" / f"{name}.yaml"
        return run(recipe, overrides=overrides, out=out, host=host, device="cpu", listener=borders), borders

    return train


def moved(before: Mapping[str, torch.Tensor], after: Mapping[str, torch.Tensor]) -> set[str]:
    """Names of what is not the same to the last bit; both have the same names."""
    assert before.keys() == after.keys()
    return {name for name in before if not torch.equal(before[name], after[name])}
