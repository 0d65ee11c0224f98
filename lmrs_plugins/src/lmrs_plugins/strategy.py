"""What trains in a stage."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Protocol

from lmrs_plugins.errors import InputError

if TYPE_CHECKING:
    from torch import nn

    from lmrs_plugins.env import Env
    from lmrs_plugins.options import Options


@dataclass(frozen=True)
class Group:
    """Parameters that train together.

    `names` are canonical (`history.layers.0.norm.weight`); `rate` multiplies the stage's learning rate; `decay` is the
    group's weight decay and `warmup` its optimiser steps of linear warm-up, None for the stage's.
    """

    names: Sequence[str]
    rate: float = 1.0
    decay: float | None = None
    warmup: int | None = None


class Tune(Protocol):
    """A strategy's hands on the model.

    The host keeps the map from live parameters to canonical names: a wrapper may rename what it wraps, and a name that
    goes missing is an error. What is injected is an extra, saved apart from the body, and gone at the stage's end.
    """

    def names(self, node: str = "") -> list[str]:
        """Canonical names of all parameters, or of one node's; objectives are `objective.NAME…`."""
        ...

    def parts(self, node: str) -> Mapping[str, list[str]]:
        """Canonical names by part, from the input upwards, as the node publishes them."""
        ...

    def targets(self, node: str) -> Mapping[str, list[str]]:
        """Modules that adapters may be put on by kind, as the node publishes them: names inside the node's module."""
        ...

    def nodes(self) -> list[str]:
        """The nodes of the model graph, inputs first."""
        ...

    def added(self) -> list[str]:
        """The nodes that are new in this stage, inputs first.

        Those are what its edits add, but for `init: keep`, and, where it starts from an earlier run, what says
        `init: fresh`.
        """
        ...

    def absent(self) -> list[str]:
        """Nodes of the recipe that this run does without: optional ones that were left out, or what --set took away.

        A strategy that names one of them goes on with the rest.
        """
        return []

    def find(self, entry: str) -> list[str]:
        """Canonical names of what a person calls `entry`: a node (`history`), a published part (`history.layer.1`), or
        a pattern over canonical names (`history.*.bias`). An `absent` node has no names.

        Raises
        ------
        InputError
            Nothing is called so; the message lists what there is. `objective.*` may match nothing.
        """
        node, _, part = entry.partition(".")
        if node in self.nodes():
            if not part:
                return self.names(node)
            if part in self.parts(node):
                return list(self.parts(node)[part])
        elif node in self.absent():
            return []
        found = [name for name in self.names() if fnmatchcase(name, entry)]
        if not found and entry != "objective.*":
            parts = [f"{name}.{own}" for name in self.nodes() for own in self.parts(name)]
            there = ", ".join([*self.nodes(), *parts])
            raise InputError(f"nothing is called {entry!r}; nodes and parts are {there}")
        return found

    def inject(self, node: str, function: Callable[[nn.Module], Any]) -> None:
        """Let `function` put extras into a node's module, in place."""
        ...


class Strategy(Protocol):
    """Says which parameters train and at what rate, and which extra ones exist."""

    def __init__(self, env: Env, options: Options) -> None: ...

    def apply(self, tune: Tune) -> None:
        """Inject extras: LoRA, a soft prompt, a head. Called once the weights of the stage before are in place."""
        ...

    def groups(self, tune: Tune) -> Sequence[Group]:
        """What trains. Everything else is frozen: no gradient, evaluation mode, buffers included."""
        ...

    def release(self, tune: Tune) -> None:
        """The stage has ended: merge or drop what was injected."""
        ...
