"""Strategies, makers, tasks, metrics and datasets that break one thing each."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from pydantic import Field
from sample_plugin import options
from sample_plugin.rest import Busiest, Hit, Last, LowRank, Norms, Pairs
from torch import nn

from lmrs_plugins import Artifact, Group, Told


class NeverReleases(LowRank):
    def release(self, tune: Any) -> None: ...


class Replaces(LowRank):
    def apply(self, tune: Any) -> None:
        tune.inject("history", lambda module: setattr(module.layers[0], "query", nn.Linear(8, 8)))


class Twice(LowRank):
    def groups(self, tune: Any) -> list[Group]:
        return [Group(tune.names("item")), Group(tune.names())]


class UnknownNames(LowRank):
    def groups(self, tune: Any) -> list[Group]:
        return [Group(["item.table"])]


class TrainsNothing(LowRank):
    def groups(self, tune: Any) -> list[Group]:
        return []


class DropsAbsent(Norms):
    def make(self, making: Any) -> Artifact:
        vectors, mask = making.export("of")
        return Artifact({"vectors": vectors[mask]})


class OtherPort(Norms):
    def make(self, making: Any) -> Artifact:
        return Artifact({"vectors": making.export("item")[0]})


class Texts(Norms):
    def make(self, making: Any) -> Artifact:
        return Artifact({"names": np.array(["a", "b"])})


class RandomArtifact(Norms):
    def make(self, making: Any) -> Artifact:
        return Artifact({"noise": np.random.default_rng().random(3)})


class Leaks(Last):
    """The answer is the end of the history."""

    def cases(self, bundle: Any, part: str) -> Any:
        found = super().cases(bundle, part)
        items = found.examples.columns["item"]
        items = type(items)(bundle.items, bundle.histories.offsets).slices(
            bundle.histories.offsets[found.examples.columns["user"]], found.examples.keys + 1
        )
        found.examples.columns["item"] = items
        return found


class SeesTest(Last):
    """What was seen includes what comes later."""

    def cases(self, bundle: Any, part: str) -> Any:
        found = super().cases(bundle, part)
        users = found.examples.columns["user"]
        later = type(found.seen)(bundle.items, bundle.histories.offsets).take(users)
        return type(found)(found.examples, found.positives, later)


class NoAnswers(Last):
    def cases(self, bundle: Any, part: str) -> Any:
        found = super().cases(bundle, part)
        return type(found)(found.examples, found.positives.last(0), found.seen)


class CountsPadding(Hit):
    def values(self, ranked: Any) -> Any:
        return super().values(ranked) * (ranked.top >= 0).mean(1)


class Relative(Hit):
    def values(self, ranked: Any) -> Any:
        values = super().values(ranked)
        return values / np.nansum(values).clip(1)


class WrongWay(Hit):
    higher_is_better = False


class Summed(Hit):
    def values(self, ranked: Any) -> Any:
        return super().values(ranked)[:2]


class Infinite(Hit):
    def values(self, ranked: Any) -> Any:
        return np.where(np.isnan(super().values(ranked)), np.inf, super().values(ranked))


class NeedsEvents(Hit):
    def values(self, ranked: Any) -> Any:
        return super().values(ranked) * ranked.popularity.sum()


class RecognisesAll(Pairs):
    @staticmethod
    def recognises(path: Path) -> bool:
        return True


class PythonError(Pairs):
    def read(self, path: Any, policy: Any) -> Any:
        return [line.split() for line in path.read_text().splitlines()]


class NoExamples(Busiest):
    """Says nothing of how it is typed."""

    examples = ()


class OthersExample(Busiest):
    """Shows another command."""

    examples = ("lmrs run bert4rec",)


class SaysOnce(Busiest):
    """Counts its answers."""

    answers: ClassVar[list[int]] = []

    def run(self, console: Any) -> Told:
        self.answers.append(len(self.answers))
        return Told({"answers": len(self.answers)}, [])


class OneText(Busiest):
    """All in one text."""

    def run(self, console: Any) -> Told:
        told = super().run(console)
        return Told(told.plain, ["\n".join(told.lines)])


class Table(options.Busiest):
    names: dict[str, str] = Field(default_factory=dict, description="names of names")


class Own(options.Busiest):
    plugins: bool = Field(default=False, description="of plugins")


class SameCode:
    """An indexer of a family that another plugin declares."""

    def __init__(self, env: Any) -> None: ...

    def codes(self, row: int) -> list[int]:
        return [row % 7]
