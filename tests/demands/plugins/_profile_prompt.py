"""Components of `profile-prompt`."""

from __future__ import annotations

import numpy as np
import torch
from _demand_options import ProfilePrompt as PromptOptions
from _demand_options import Slots as SlotsOptions
from torch import nn

from lmrs_plugins import Encoding, Env, ExampleRandom, Examples, InputError, View


class Profiles:
    """Columns of users as codes."""

    def __init__(self, columns: list[list[str | None]]) -> None:
        self._codes = np.stack(
            [np.unique(np.array(column, dtype=str), return_inverse=True)[1] for column in columns], 1
        )
        self.kinds = int(self._codes.max()) + 1

    def rows(self, rows: np.ndarray, rng: np.random.Generator | None = None) -> View:
        return View(values={"profile": self._codes[rows]})


class ProfilePrompt(nn.Module):
    """(users, slots, d) out of (users, fields) codes."""

    width = 8

    def __init__(self, env: Env, options: PromptOptions) -> None:
        super().__init__()
        self.values = nn.Embedding(env.binding.kinds, 8)
        self.make = nn.Linear(8 * len(options.fields), options.slots * self.width)

    @staticmethod
    def bind(env: Env, options: PromptOptions) -> Profiles:
        return Profiles([env.bundle.texts("user", field) for field in options.fields])

    def forward(self, profile: torch.Tensor) -> Encoding:
        return Encoding(vectors=self.make(self.values(profile).flatten(1)).unflatten(1, (-1, self.width)))


class Splice(nn.Module):
    def __init__(self, env: Env) -> None:
        super().__init__()
        self.width = env.widths["over"]

    def forward(self, prompt: Encoding, over: Encoding, slot: torch.Tensor) -> Encoding:
        length = slot.shape[1] - prompt.main.shape[1]
        filled = nn.functional.pad(prompt.main, (0, 0, 0, length))
        there = slot > 0
        mask = None if over.mask is None else over.mask | there
        return Encoding(vectors=torch.where(there[..., None], filled, over.main), mask=mask)


class Normed(nn.Module):
    def __init__(self, env: Env) -> None:
        super().__init__()
        self.width = env.widths["of"]
        self.norm = nn.BatchNorm1d(self.width)

    def forward(self, of: Encoding) -> Encoding:
        return Encoding(vectors=self.norm(of.main), mask=of.mask)


class Slots:
    """The slots stand in front; places in the flattened view move along."""

    def __init__(self, env: Env, options: SlotsOptions) -> None:
        self._slots, self._inner = options.slots, env.parts["inner"]

    def views(self, examples: Examples, rng: ExampleRandom | None) -> dict[str, View]:
        made, slots, user = self._inner.views(examples, rng), self._slots, examples.array("user")
        if (user < 0).any():
            raise InputError("a prompt is made of a profile: ask for a user of the data")
        view = made["input"]
        length = view["item"].shape[1]
        item, mask = (
            np.pad(array, ((0, 0), (slots, 0)), constant_values=fill)
            for array, fill in ((view["item"], 0), (view.mask, True))
        )
        slot = np.where(np.arange(item.shape[1]) < slots, np.arange(item.shape[1]) + 1, 0)
        made["input"] = View.of(
            item=item, user=user, mask=mask, values={"slot": np.broadcast_to(slot, item.shape).copy()}
        )
        if "target" in made:
            row, place = np.divmod(made["target"]["at"], length)
            made["target"] = made["target"].replace(at=row * (length + slots) + place + slots)
        return made
