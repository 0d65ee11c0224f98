"""A strategy's hands on the model, and the map from live parameters to canonical names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from torch import nn

from lmrs.model.graph import Graph
from lmrs_plugins import PluginError, Tune


class LiveNames:
    """Canonical names of a graph's parameters and buffers, kept by identity: wrappers may rename what they wrap.

    A parameter is known by itself; a buffer, which any module may set anew, by the module that holds it. What appears
    after the map was made is an extra, named as it is found.
    """

    def __init__(self, graph: Graph, objectives: Mapping[str, nn.Module]) -> None:
        self._graph, self._objectives = graph, objectives
        self._canonical: dict[int, str] = {}
        self._owners: dict[tuple[int, str], str] = {}
        # Kept, so that nothing new can have the identity of what was dropped.
        self._kept: list[Any] = []
        for name, tensor, owner in self._found():
            # A shared module is named after the node that it came with.
            self._canonical.setdefault(id(tensor), name)
            self._kept.append(tensor)
            if not isinstance(tensor, nn.Parameter):
                self._owners.setdefault((id(owner), name.rpartition(".")[2]), self._canonical[id(tensor)])
                self._kept.append(owner)
        self._body = list(dict.fromkeys(self._canonical.values()))

    def _found(self) -> list[tuple[str, Any, nn.Module]]:
        """Names as they are found, tensors, and the modules that hold them."""
        roots = [(name, node.module) for name, node in self._graph.nodes.items()]
        roots += [(f"objective.{name}", module) for name, module in self._objectives.items()]
        found = []
        for root, module in roots:
            named = [*module.named_parameters(remove_duplicate=False), *_buffers(module)]
            found += [(f"{root}.{name}", one, module.get_submodule(name.rpartition(".")[0])) for name, one in named]
        return found

    def tensors(self) -> dict[str, Any]:
        """Every parameter and persistent buffer by canonical name, extras included.

        Raises
        ------
        PluginError
            One of the body is gone, or another stands in its place.
        """
        named: dict[str, Any] = {}
        for name, tensor, owner in self._found():
            known = self._canonical.get(id(tensor))
            if not isinstance(tensor, nn.Parameter):
                known = known or self._owners.get((id(owner), name.rpartition(".")[2]))
            elif known is None and name in self._body:
                raise PluginError(f"parameter {name!r} is another than it was: a strategy replaced what it should wrap")
            named.setdefault(known or name, tensor)
        lost = [name for name in self._body if name not in named]
        if lost:
            raise PluginError(f"parameter {lost[0]!r} went missing: a strategy replaced what it should have wrapped")
        return named

    def parameters(self) -> dict[str, nn.Parameter]:
        """Parameters only."""
        return {name: tensor for name, tensor in self.tensors().items() if isinstance(tensor, nn.Parameter)}

    def extras(self) -> set[str]:
        """Names of what was injected."""
        return set(self.tensors()) - set(self._body)


def _buffers(module: nn.Module) -> list[tuple[str, Any]]:
    saved = set(module.state_dict(keep_vars=True))
    return [(name, tensor) for name, tensor in module.named_buffers(remove_duplicate=False) if name in saved]


class Hands(Tune):
    """`lmrs_plugins.Tune` over a graph; `added` are the nodes that are new in this stage, `absent` those left out."""

    def __init__(
        self, graph: Graph, live: LiveNames, added: Collection[str] = (), absent: Collection[str] = ()
    ) -> None:
        self._graph, self._live, self._absent = graph, live, tuple(absent)
        self._added = [name for name in graph.nodes if name in added]
        self._parts = {name: _published(node.module, "parts") for name, node in graph.nodes.items()}
        self._targets = {name: _published(node.module, "targets") for name, node in graph.nodes.items()}

    def nodes(self) -> list[str]:
        """Nodes, inputs first."""
        return list(self._graph.nodes)

    def added(self) -> list[str]:
        """Nodes that are new in this stage, inputs first."""
        return list(self._added)

    def absent(self) -> list[str]:
        """Nodes that were left out or taken away."""
        return list(self._absent)

    def names(self, node: str = "") -> list[str]:
        """Canonical parameter names."""
        return [name for name in self._live.parameters() if not node or name.startswith(f"{node}.")]

    def parts(self, node: str) -> dict[str, list[str]]:
        """Canonical parameter names by published part."""
        own = self.names(node)
        published = self._parts[node] or {"all": [""]}
        return {
            part: [name for name in own if any(_within(name, f"{node}.{prefix}") for prefix in prefixes)]
            for part, prefixes in published.items()
        }

    def targets(self, node: str) -> dict[str, list[str]]:
        """Modules that adapters may be put on."""
        return self._targets[node]

    def inject(self, node: str, function: Callable[[nn.Module], Any]) -> None:
        """Let `function` put extras into a module, in place."""
        function(self._graph.nodes[node].module)


def _within(name: str, prefix: str) -> bool:
    return (prefix.endswith(".") and name.startswith(prefix)) or name == prefix or name.startswith(f"{prefix}.")


def _published(module: nn.Module, what: str) -> dict[str, list[str]]:
    return dict(getattr(module, what)()) if callable(getattr(module, what, None)) else {}
