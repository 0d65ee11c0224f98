"""One of each of the other families."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import torch
from torch import Tensor, nn

from lmrs_plugins import (
    Artifact,
    Bundle,
    Cases,
    Console,
    Env,
    Examples,
    Group,
    InputError,
    Making,
    Ragged,
    Told,
    Tune,
)
from lmrs_plugins.bundle import PARTS
from lmrs_plugins.dataset import Policy, Tables
from lmrs_plugins.metric import Ranked
from sample_plugin import options


class Added(nn.Module):
    """A layer with a low-rank addition."""

    def __init__(self, base: nn.Linear) -> None:
        super().__init__()
        self.base = base
        self.down, self.up = nn.Linear(base.in_features, 2, bias=False), nn.Linear(2, base.out_features, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.base(x) + self.up(self.down(x))


class LowRank:
    """Wraps what nodes publish as targets."""

    def __init__(self, env: Env) -> None: ...

    def apply(self, tune: Tune) -> None:
        for node in tune.nodes():
            names = {name for several in tune.targets(node).values() for name in several}
            tune.inject(node, lambda module, names=names: self._wrap(module, names))

    def _wrap(self, module: nn.Module, names: set[str]) -> None:
        for parent in list(module.modules()):
            for name, child in list(parent.named_children()):
                if name in names and isinstance(child, nn.Linear):
                    setattr(parent, name, Added(child))

    def groups(self, tune: Tune) -> list[Group]:
        return [Group([name for name in tune.names() if ".down." in name or ".up." in name], rate=2.0)]

    def release(self, tune: Tune) -> None:
        for node in tune.nodes():
            tune.inject(node, self._merge)

    def _merge(self, module: nn.Module) -> None:
        for parent in list(module.modules()):
            for name, child in list(parent.named_children()):
                if isinstance(child, Added):
                    with torch.no_grad():
                        child.base.weight += child.up.weight @ child.down.weight
                    setattr(parent, name, child.base)


class Norms:
    """Lengths, and which rows have one."""

    def __init__(self, env: Env) -> None: ...

    def make(self, making: Making) -> Artifact:
        vectors, mask = making.export("of")
        return Artifact({"norm": np.linalg.norm(vectors, axis=1), "mask": mask}, {"mean": float(vectors.mean())})


class Last:
    """A case for each user's last event of the part."""

    subject = "item"

    def __init__(self, env: Env) -> None: ...

    def cases(self, bundle: Bundle, part: str) -> Cases:
        assert bundle.part is not None
        events = np.flatnonzero(bundle.part == PARTS.index(part))
        users, all_events = bundle.users[events], bundle.histories
        items = Ragged(bundle.items, all_events.offsets).slices(all_events.offsets[users], events)
        right = Ragged(bundle.items[events], np.arange(len(events) + 1))
        return Cases(Examples(events, {"user": users, "item": items}), right, seen=items)

    def examples(self, bundle: Bundle, history: Ragged, users: list[int]) -> Examples:
        return Examples(np.arange(len(history)), {"user": np.asarray(users), "item": history})


class Hit:
    """Hit rate."""

    higher_is_better = True

    def __init__(self, options: options.Hit) -> None:
        self.at = options.at
        self.name = f"Hit@{self.at}"
        self.definition = f"1 where a right answer has a rank of at most {self.at}; cases without one do not count"

    def values(self, ranked: Ranked) -> npt.NDArray[np.float64]:
        counts = np.diff(ranked.offsets)
        hits = np.bincount(np.repeat(np.arange(len(counts)), counts), ranked.ranks <= self.at, len(counts))
        return np.where(counts > 0, (hits > 0).astype(np.float64), np.nan)


class Pairs:
    """Lines `user item`."""

    @staticmethod
    def recognises(path: Path) -> bool:
        return path.suffix == ".pairs" and path.is_file()

    def read(self, path: Path | None, policy: Policy) -> Tables:
        if path is None or not path.is_file():
            raise InputError(f"{path}: no such file: give a file of lines `user item`")
        lines = [line.split() for line in path.read_text().splitlines()]
        return Tables("pairs", pa.table({"user": [one[0] for one in lines], "item": [one[1] for one in lines]}))


class Busiest:
    """Name the users with the most events."""

    examples = ("lmrs sample busiest ml-100k", "lmrs sample busiest ml-100k --most 3 --out busiest.txt")

    def __init__(self, chosen: options.Busiest) -> None:
        self._options = chosen

    def run(self, console: Console) -> Told:
        bundle = console.data(self._options.source)
        order = np.argsort(-bundle.counts("user"), kind="stable")[: self._options.most]
        names = [bundle.vocabularies["user"].ids[row] for row in order]
        if self._options.out is not None:
            console.write(self._options.out, "\n".join(names).encode())
        return Told({"users": names}, names)
