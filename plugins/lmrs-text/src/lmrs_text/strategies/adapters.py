"""Small modules in a frozen body: what LoRA and IA3 have in common."""

from __future__ import annotations

import lmrs_text.before_transformers  # noqa: F401

# isort: split
import warnings
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from zlib import crc32

import torch
from peft import PeftConfig, inject_adapter_in_model
from peft.tuners.tuners_utils import BaseTunerLayer
from torch import nn

from lmrs_plugins import Env, Group, InputError, Tune
from lmrs_text.strategies.options import Adapters as Options


class Adapters(ABC):
    """Puts adapters on what nodes publish as targets; they train, with objectives' heads and what `train` says.

    The body keeps its names and is frozen. A module around an adapter stays in training mode, so the body's dropout is
    on there. At the stage's end adapters are merged into the weights beneath them, or dropped.
    """

    def __init__(self, env: Env, options: Options) -> None:
        self._options, self._seed = options, env.seed
        self._inside: dict[str, list[str]] = {}

    @abstractmethod
    def config(self, modules: Mapping[str, Sequence[str]]) -> PeftConfig:
        """peft's, for these modules by kind."""

    def apply(self, tune: Tune) -> None:
        before = set(tune.names())
        for node, modules in self._targets(tune).items():
            config = self.config(modules)
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(crc32(f"{self._seed} {node}".encode()))
                tune.inject(node, lambda module, one=config: _inject(one, module))
            self._inside[node] = [name for name in tune.names(node) if name not in before]

    def groups(self, tune: Tune) -> list[Group]:
        adapters = [name for names in self._inside.values() for name in names]
        groups, taken = [Group(adapters, self._options.rate)], set(adapters)
        for entry in [*self._options.train, "objective.*"]:
            names = [name for name in tune.find(entry) if name not in taken]
            taken.update(names)
            if names:
                groups.append(Group(names))
        return groups

    def release(self, tune: Tune) -> None:
        for node in self._inside:
            tune.inject(node, lambda module: _take_out(module, self._options.merge))
        self._inside = {}

    def _targets(self, tune: Tune) -> dict[str, dict[str, list[str]]]:
        """Modules by node and kind."""
        options = self._options
        named = [node for node in options.nodes if node not in tune.absent()]
        if options.nodes and not named:
            return {}
        unknown = [node for node in named if node not in tune.nodes()]
        if unknown:
            raise InputError(f"there is no node {unknown[0]!r}; nodes are {', '.join(tune.nodes())}")
        found: dict[str, dict[str, list[str]]] = {}
        # A node that shares another's module has no parameters of its own.
        for node in named or [node for node in tune.nodes() if tune.names(node)]:
            published = {kind: names for kind, names in tune.targets(node).items() if kind in options.kinds}
            chosen = {kind: [name for name in names if self._wanted(name)] for kind, names in published.items()}
            chosen = {kind: names for kind, names in chosen.items() if names}
            if chosen:
                found[node] = chosen
            elif named:
                there = ", ".join(f"{kind}: {names[0]}, …" for kind, names in tune.targets(node).items()) or "nothing"
                raise InputError(f"node {node!r} publishes no such target; it publishes {there}")
        if not found:
            raise InputError(
                f"no node publishes a target of {', '.join(options.kinds)}"
                f"{' called ' + ', '.join(options.modules) if options.modules else ''}; "
                f"nodes are {', '.join(tune.nodes())}"
            )
        return found

    def _wanted(self, name: str) -> bool:
        endings = self._options.modules
        return not endings or any(f".{name}".endswith(f".{one}") for one in endings)


def _inject(config: PeftConfig, module: nn.Module) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what it sets itself, as for GPT-2's transposed maps
        inject_adapter_in_model(config, module)


def _take_out(module: nn.Module, merge: bool) -> None:
    """Every adapter of a module is gone, merged into what it stood on or dropped; that is where it was before."""
    for name, layer in list(module.named_modules()):
        if isinstance(layer, BaseTunerLayer):
            if merge:
                layer.merge()
            parent, _, own = name.rpartition(".")
            setattr(module.get_submodule(parent), own, layer.get_base_layer())
    for trace in ("peft_config", "_hf_peft_config_loaded"):
        if trace in vars(module):
            delattr(module, trace)
