"""Components of `own-family`."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import torch
from _demand_options import Popular as Options
from torch import nn

from lmrs_plugins import Encoding, Env, View


class Bucketer(Protocol):
    """What a member of the family does."""

    def groups(self, counts: np.ndarray) -> np.ndarray:
        """Group of each count, from 0."""
        ...


def check(case) -> None:
    groups = case.load()(None).groups(np.array([0, 1, 5, 9]))
    assert (np.diff(groups) >= 0).all(), "a higher count is in no lower group"


class Powers:
    def __init__(self, env: Env) -> None: ...

    def groups(self, counts: np.ndarray) -> np.ndarray:
        return np.log2(counts + 1).astype(np.int64)


class Halves:
    def __init__(self, env: Env) -> None: ...

    def groups(self, counts: np.ndarray) -> np.ndarray:
        return (counts > np.median(counts)).astype(np.int64)


class Groups:
    def __init__(self, groups: np.ndarray) -> None:
        self.groups = groups

    def rows(self, rows: np.ndarray, rng: np.random.Generator | None = None) -> View:
        return View(values={"group": self.groups[rows]})


class PopularGroup(nn.Module):
    def __init__(self, env: Env, options: Options) -> None:
        super().__init__()
        self.width = options.width
        self.table = nn.Embedding(int(env.binding.groups.max()) + 1, options.width)

    @staticmethod
    def bind(env: Env, options: Options) -> Groups:
        return Groups(env.parts["bucketer"].groups(np.bincount(env.bundle.items, minlength=env.count("item"))))

    def forward(self, group: torch.Tensor) -> Encoding:
        return Encoding(vectors=self.table(group))
