"""Encoders and fusions that break one thing each."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from sample_plugin.encoders import ItemId, Title, Words
from sample_plugin.history import Attention, Mean
from torch import Tensor, nn

from lmrs_plugins import Encoding, View


class WrongWidth(ItemId):
    def __init__(self, env: Any, options: Any) -> None:
        super().__init__(env, options)
        self.width = options.width + 1


class NoWidth(ItemId):
    def __init__(self, env: Any, options: Any) -> None:
        super().__init__(env, options)
        self.width = None


class WrongMask(Title):
    def forward(self, words: Tensor) -> Encoding:
        return Encoding(vectors=super().forward(words).vectors, mask=words >= 0)


class FloatMask(Title):
    def forward(self, words: Tensor) -> Encoding:
        found = super().forward(words)
        return Encoding(vectors=found.vectors, mask=found.mask.float())


class NoEncoding(Title):
    def forward(self, words: Tensor) -> Any:
        return super().forward(words).vectors


class DividesByNothing(Title):
    def forward(self, words: Tensor) -> Encoding:
        there = (words >= 0).unsqueeze(-1)
        total = (self.words(words.clamp(min=0)) * there).sum(1)
        return Encoding(vectors=total / there.sum(1), mask=there.any(1).squeeze(-1))


class DeadParameter(Title):
    def __init__(self, env: Any, options: Any) -> None:
        super().__init__(env, options)
        self.forgotten = nn.Linear(2, 2)


class OneTable(ItemId):
    """Grows in place."""

    def __init__(self, env: Any, options: Any) -> None:
        super().__init__(env, options)
        self.blocks = nn.ParameterList([torch.randn(env.count("item"), self.width)])


class SavedSeen(ItemId):
    """Nothing is wrong with it: a buffer of rows may be saved, and gets longer."""

    def __init__(self, env: Any, options: Any) -> None:
        super().__init__(env, options)
        self.register_buffer("seen", self.seen, persistent=True)


class NumpySeed(ItemId):
    """Starts from numpy's own randomness."""

    def __init__(self, env: Any, options: Any) -> None:
        super().__init__(env, options)
        rng = np.random.default_rng()
        for block in self.blocks:
            nn.init.constant_(block, rng.random())


class UnsavedConstant(Title):
    """Keeps a random number that is neither parameter nor buffer."""

    def __init__(self, env: Any, options: Any) -> None:
        super().__init__(env, options)
        self.constant = torch.randn(())

    def forward(self, words: Tensor) -> Encoding:
        found = super().forward(words)
        return Encoding(vectors=found.main * self.constant, mask=found.mask)


class Centred(Title):
    """Subtracts the mean of its batch."""

    def forward(self, words: Tensor) -> Encoding:
        found = super().forward(words)
        return Encoding(vectors=found.main - found.main.mean(0), mask=found.mask)


class Noisy(Title):
    """Random in evaluation."""

    def __init__(self, env: Any, options: Any) -> None:
        super().__init__(env, options)
        self.calls = 0

    def forward(self, words: Tensor) -> Encoding:
        self.calls += 1
        found = super().forward(words)
        return Encoding(vectors=found.main * self.calls, mask=found.mask)


class TwiceInParts(Attention):
    def parts(self) -> dict[str, list[str]]:
        return {"embeddings": ["token", "place"], "layer": ["query", "value", "place"]}


class UnknownTarget(Attention):
    def targets(self) -> dict[str, list[str]]:
        return {"attention": ["key"]}


class LooksAtPadding(Attention):
    """Attends to every position, padding too."""

    def forward(self, over: Encoding, mask: Tensor, special: Tensor | None) -> Encoding:
        found = super().forward(over, torch.ones_like(mask), special)
        return Encoding(states=found.states, mask=mask)


class AttendsToNothing(Attention):
    """Gives NaN for a history in which nothing is."""

    def forward(self, over: Encoding, mask: Tensor, special: Tensor | None) -> Encoding:
        found = super().forward(over, mask, special)
        nothing = mask.sum(1) / mask.sum(1)
        return Encoding(states=found.main * nothing[:, None, None], mask=mask)


class IgnoresAbsence(Attention):
    """Uses the vectors of items that have none."""

    def forward(self, over: Encoding, mask: Tensor, special: Tensor | None) -> Encoding:
        return super().forward(Encoding(vectors=over.vectors), mask, special)


class AsksTheStep(Attention):
    """Nothing is wrong with it: it reads the mode and its own port once more."""

    def forward(self, over: Encoding, mask: Tensor, special: Tensor | None, step: Any) -> Encoding:  # type: ignore[override]
        assert step.training == self.training
        table = step.get("over")
        return Encoding(states=super().forward(over, mask, special).main + table.main[table.mask].mean(), mask=mask)


class LooksAround(Attention):
    """Reads a view of a draw."""

    def forward(self, over: Encoding, mask: Tensor, special: Tensor | None, step: Any) -> Encoding:  # type: ignore[override]
        return super().forward(step.get("over", "input"), mask, special)


class WrongPort(Attention):
    def forward(self, items: Encoding, mask: Tensor) -> Encoding:  # type: ignore[override]
        return super().forward(items, mask, None)


class TakesAnything(Attention):
    def forward(self, over: Encoding, **more: Any) -> Encoding:  # type: ignore[override]
        return super().forward(over, more["mask"], None)


class WantsTime(Attention):
    def forward(self, over: Encoding, mask: Tensor, time: Tensor) -> Encoding:  # type: ignore[override]
        return super().forward(over, mask, None)


class OpenFile(Words):
    def __init__(self, texts: list[str | None]) -> None:
        super().__init__(texts)
        self.function = lambda: texts


class CannotTravel(Title):
    @staticmethod
    def bind(env: Any, options: Any) -> OpenFile:
        return OpenFile(env.bundle.texts("item", options.field))


class Tensors(Words):
    def __init__(self, texts: list[str | None]) -> None:
        super().__init__(texts)
        self.again = torch.from_numpy(self.table)


class KeepsTensors(Title):
    @staticmethod
    def bind(env: Any, options: Any) -> Tensors:
        return Tensors(env.bundle.texts("item", options.field))


class Dropping(Words):
    """Random without a generator."""

    def rows(self, rows: npt.NDArray[np.int64], rng: np.random.Generator | None = None) -> View:
        words = self.table[rows].copy()
        words[np.random.default_rng().random(words.shape) < 0.5] = -1
        return View(values={"words": words})


class RandomBinding(Title):
    @staticmethod
    def bind(env: Any, options: Any) -> Dropping:
        return Dropping(env.bundle.texts("item", options.field))


class WholeKeyed(Words):
    def keys(self, rows: np.ndarray) -> np.ndarray:
        return self.table[rows].sum(1)


class WholeKeys(Title):
    @staticmethod
    def bind(env: Any, options: Any) -> WholeKeyed:
        return WholeKeyed(env.bundle.texts("item", options.field))


class Salted(Words):
    """Its keys are of where it lies in memory, as those of Python's own hash are of the process."""

    def keys(self, rows: np.ndarray) -> np.ndarray:
        return np.array([f"{id(self) % 2**30}-{row}".encode() for row in rows], dtype="S16")


class PythonsHash(Title):
    @staticmethod
    def bind(env: Any, options: Any) -> Salted:
        return Salted(env.bundle.texts("item", options.field))


class Placed(Words):
    def keys(self, rows: np.ndarray) -> np.ndarray:
        return np.array([f"{place}".encode() for place in range(len(rows))], dtype="S16")


class KeysByPlace(Title):
    @staticmethod
    def bind(env: Any, options: Any) -> Placed:
        return Placed(env.bundle.texts("item", options.field))


class Measured(Words):
    def keys(self, rows: np.ndarray) -> np.ndarray:
        return np.array([f"{length}".encode() for length in (self.table[rows] >= 0).sum(1)], dtype="S16")


class KeysOfLength(Title):
    @staticmethod
    def bind(env: Any, options: Any) -> Measured:
        return Measured(env.bundle.texts("item", options.field))


class Absent(Words):
    def keys(self, rows: np.ndarray) -> np.ndarray:
        return np.zeros(len(rows), dtype="S16")


class NothingIsMissing(Title):
    @staticmethod
    def bind(env: Any, options: Any) -> Absent:
        return Absent(env.bundle.texts("item", options.field))


class Refitted(Words):
    def on(self, bundle: Any) -> Refitted:
        texts = bundle.texts("item", self.field)
        found = Refitted(texts, self.field)
        found.table = found.table + (len(texts) > len(self.table))
        return found


class FitsAnew(Title):
    @staticmethod
    def bind(env: Any, options: Any) -> Refitted:
        return Refitted(env.bundle.texts("item", options.field))


class ForgetsMask(Mean):
    """Sums what is absent too, and says that all is there."""

    def forward(self, of: list[Encoding]) -> Encoding:
        return Encoding(vectors=torch.stack([one.main for one in of]).mean(0))


class AlwaysThere(Mean):
    def forward(self, of: list[Encoding]) -> Encoding:
        return Encoding(vectors=super().forward(of).vectors)


class FirstOnly(Mean):
    def forward(self, of: list[Encoding]) -> Encoding:
        return of[0]


class Crashes(Mean):
    def forward(self, of: list[Encoding]) -> Encoding:
        raise RuntimeError("out of\nluck")
