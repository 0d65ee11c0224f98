"""Checks of strategies, on a model of two nodes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import nn

from lmrs_plugins.strategy import Group, Tune
from lmrs_plugins.testing.case import Case
from lmrs_plugins.testing.surroundings import seeded

WIDTH = 8


def check(case: Case) -> None:
    """Its groups name what there is, each once; what it injects is gone, or merged, at the stage's end."""
    with case.check("build"):
        strategy = case.build(case.env())
    with seeded(0):
        tune = FakeTune()
    before = tune.body()
    with case.check("apply"), seeded(1):
        strategy.apply(tune)
        now = tune.body()
        lost = sorted(name for name, tensor in before.items() if now.get(name) is not tensor)
        case.require(not lost, f"after apply() {lost[:1]} is gone: wrap a module, do not replace its parameters")
    with case.check("groups"):
        groups = list(strategy.groups(tune))
        names = [name for group in groups for name in group.names]
        case.require(all(isinstance(group, Group) for group in groups), "groups() gives a list of Group")
        case.require(names, "nothing trains: groups() names no parameter")
        unknown = sorted(set(names) - set(tune.names()))
        case.require(
            not unknown,
            f"it groups {unknown[:1]}, which is no parameter: take names from tune.names() and tune.parts()",
        )
        twice = sorted({name for name in names if names.count(name) > 1})
        case.require(not twice, f"{twice[:1]} is in two groups: name each once")
        case.require(
            all(group.rate > 0 for group in groups), "a group has a rate that is not above 0: leave out what is frozen"
        )
        case.require(
            all(group.warmup is None or group.warmup >= 0 for group in groups),
            "a group has a warm-up below 0: it is a number of steps, or None for the stage's",
        )
    with case.check("release"):
        strategy.release(tune)
        after = tune.body()
        case.require(
            set(tune.names()) == set(before),
            f"after release() parameters are {sorted(set(tune.names()) ^ set(before))[:2]} more or fewer than before "
            f"apply(): "
            "merge or drop what was injected",
        )
        shaped = all(after[name].shape == tensor.shape for name, tensor in before.items())
        case.require(shaped, "after release() a parameter has another shape than before apply()")


class _History(nn.Module):
    width = WIDTH

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(_Layer() for _ in range(2))

    def parts(self) -> dict[str, list[str]]:
        """Two layers."""
        return {"layer.0": ["layers.0"], "layer.1": ["layers.1"]}

    def targets(self) -> dict[str, list[str]]:
        """What adapters may be put on."""
        return {"attention": ["query", "value"]}


class _Layer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.query, self.value = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)


class FakeTune(Tune):
    """`lmrs_plugins.strategy.Tune` over the nodes `item` and `history`, which is new, and an objective's head.

    Canonical names are kept by identity, as in the host: a wrapper may rename what it wraps.
    """

    def __init__(self) -> None:
        self._modules: dict[str, nn.Module] = {"item": nn.Embedding(5, WIDTH), "history": _History()}
        self._heads = {"objective.loss": nn.Linear(WIDTH, 1)}
        self._canonical: dict[int, str] = {id(tensor): name for name, tensor in self._found()}

    def _found(self) -> list[tuple[str, torch.Tensor]]:
        roots = {**self._modules, **self._heads}
        return [(f"{root}.{name}", one) for root, module in roots.items() for name, one in module.named_parameters()]

    def body(self) -> dict[str, torch.Tensor]:
        """Parameters by canonical name."""
        return {self._canonical.get(id(tensor), name): tensor for name, tensor in self._found()}

    def nodes(self) -> list[str]:
        """Inputs first."""
        return list(self._modules)

    def added(self) -> list[str]:
        """What is new."""
        return ["history"]

    def names(self, node: str = "") -> list[str]:
        """Canonical names."""
        return [name for name in self.body() if not node or name.startswith(f"{node}.")]

    def parts(self, node: str) -> Mapping[str, list[str]]:
        """Canonical names by part."""
        module: Any = self._modules[node]
        published = module.parts() if hasattr(module, "parts") else {"all": [""]}
        return {
            part: [name for name in self.names(node) if any(name.startswith(f"{node}.{one}") for one in prefixes)]
            for part, prefixes in published.items()
        }

    def targets(self, node: str) -> Mapping[str, list[str]]:
        """Modules that adapters may be put on."""
        module: Any = self._modules[node]
        return dict(module.targets()) if hasattr(module, "targets") else {}

    def inject(self, node: str, function: Callable[[nn.Module], Any]) -> None:
        """Let a function put extras into a module."""
        function(self._modules[node])
