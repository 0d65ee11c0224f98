"""The model of a recipe, stage by stage: nodes as they are said, and the edits that change them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lmrs.recipe.bench import Bench, Said
from lmrs.recipe.graph import Absent, graph_of
from lmrs.recipe.resolved import Growth, Init, ResolvedNode
from lmrs.recipe.schema import AddEdit, DropEdit, Edit, GrowEdit, NodeSpec, SetEdit
from lmrs.recipe.suggest import meant
from lmrs.recipe.tree import Path
from lmrs_plugins.errors import PluginError

RESERVED = ("use", "optional", "share", "init", "budget", "recompute")


@dataclass(frozen=True)
class Edited:
    """What the edits of one stage come to. `edits` has names resolved; those of absent nodes are left out."""

    graph: Mapping[str, ResolvedNode]
    edits: tuple[Mapping[str, Any], ...] = ()
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    growths: tuple[Growth, ...] = ()


@dataclass
class Model:
    """The nodes as they stand, and why others do not.

    `artifacts` are the names that stages so far have left, `lost` those that they would have, were nothing left out.
    """

    bench: Bench
    absent: Absent = field(default_factory=dict)
    artifacts: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)
    _said: dict[str, Said] = field(default_factory=dict)
    _nodes: dict[str, ResolvedNode] = field(default_factory=dict)

    def add(self, name: str, spec: NodeSpec, path: Path) -> None:
        """Put a node in; an optional one whose plugin is missing is absent."""
        try:
            entry = self.bench.lookup(spec.families, spec.use, path)
        except PluginError as error:
            if not spec.optional:
                raise
            self._leave_out(name, str(error))
            return
        artifact = (spec.init or "").removeprefix("artifact ").strip()
        if spec.optional and artifact in self.lost:
            self._leave_out(name, f"it starts from artifact {artifact!r}, which is left out")
            return
        reserved = ("of", "add", *RESERVED)
        self._said[name] = self.bench.say(entry, self.bench.given(spec.keys, path), path, reserved)
        node = self._node(name, self._said[name])
        init = self._init(spec.init, (*path, "init"))
        self._nodes[name] = replace(
            node, optional=spec.optional, share=spec.share or "", init=init, **self._chunked(spec, node, path)
        )
        self.absent.pop(name, None)

    def left_out(self) -> tuple[str, ...]:
        """Names of nodes that are absent, and not because a stage drops them."""
        return tuple(name for name, why in self.absent.items() if not why.endswith("drops it"))

    def graph(self) -> dict[str, ResolvedNode]:
        """The graph as it stands."""
        before = set(self.absent)
        graph = graph_of(self._nodes, self.absent)
        for name in [name for name in self.absent if name not in before]:
            self._leave_out(name, self.absent[name])
        return graph

    def edit(self, edits: list[Edit], path: Path, stage: str) -> Edited:
        """Apply the edits of a stage, all of them before the graph is looked at."""
        added: list[str] = []
        changed: list[str] = []
        dropped: list[str] = []
        growths: list[Growth] = []
        for number, edit in enumerate(edits):
            here = (*path, number)
            if isinstance(edit, GrowEdit):
                growths.append(self._growth(edit, here))
            elif isinstance(edit, AddEdit):
                if edit.add in self._nodes:
                    raise self.bench.fail(
                        (*here, "add"), f"the model has {edit.add!r} already; drop it first, or set it"
                    )
                self.add(edit.add, edit, here)
                added.append(edit.add)
            elif isinstance(edit, DropEdit) and self._there(edit.drop, (*here, "drop")):
                del self._nodes[edit.drop]
                self.absent[edit.drop] = f"stage {stage!r} drops it"
                dropped.append(edit.drop)
            elif isinstance(edit, SetEdit) and self._there(edit.set, (*here, "set")):
                self._set(edit, here)
                changed.append(edit.set)
        graph = self.graph()
        return Edited(
            graph,
            tuple(plain for edit in edits if (plain := _plain(edit, graph, dropped))),
            tuple(name for name in added if name in graph),
            tuple(name for name in changed if name in graph),
            tuple(dropped),
            tuple(growths),
        )

    def _set(self, edit: SetEdit, path: Path) -> None:
        old = self._nodes[edit.set]
        for key in RESERVED:
            if key in edit.keys:
                raise self.bench.fail((*path, key), f"`set` changes options and wires; for another {key}, drop and add")
        said = self._said[edit.set]
        self._said[edit.set] = said.over(self.bench.say(said.entry, self.bench.given(edit.keys, path), path))
        node = self._node(edit.set, self._said[edit.set])
        self._nodes[edit.set] = replace(
            node,
            optional=old.optional,
            share=old.share,
            init=old.init,
            budget=old.budget,
            recompute=old.recompute,
        )

    def _node(self, name: str, said: Said) -> ResolvedNode:
        options, parts = self.bench.options(said)
        return ResolvedNode(
            name=name,
            entry=said.entry,
            options=options,
            parts=parts,
            path=said.path,
            where=self.bench.tree.where(said.path),
            wires={port: said.wires.get(port, ()) for port in said.entry.card.takes},
            takes=said.entry.card.takes,
            gives=said.entry.card.gives,
        )

    def _chunked(self, spec: NodeSpec, node: ResolvedNode, path: Path) -> dict[str, Any]:
        """`budget` and `recompute`, for a node that has chunks, and none that remembers what it computed."""
        said: dict[str, Any] = {"budget": spec.budget, "recompute": spec.recompute}
        lazy = [port for port, takes in node.takes.items() if takes.lazy]
        for key in [key for key, value in said.items() if value]:
            why = ""
            if node.card.evaluation != "rows":
                why = f"is for nodes that are computed row by row, and {node.card.name} is a {node.card.evaluation}"
            elif key == "recompute" and lazy:
                why = f"is not for {node.card.name}, which says itself what it computes (port {lazy[0]!r})"
            tree = self.bench.tree.at((*path, key))
            if why and (tree is None or not tree.loose):
                raise self.bench.fail((*path, key), f"{why}; take it out")
            if why and tree is not None:
                self.bench.notes.append(f"{tree.mark}: {key!r} is left out: it {why}")
                said[key] = None if key == "budget" else False
        return said

    def _leave_out(self, name: str, why: str) -> None:
        self.absent[name] = why
        self.bench.notes.append(f"node {name!r} is left out: {why}")

    def _there(self, name: str, path: Path) -> bool:
        if name not in self._nodes and name not in self.absent:
            raise self.bench.fail(path, f"the model has no node {name!r} at this stage{meant(name, self._nodes)}")
        if name not in self._nodes and self.absent[name].endswith("drops it"):
            raise self.bench.fail(path, f"node {name!r} is gone: {self.absent[name]}")
        return name in self._nodes

    def _init(self, text: str | None, path: Path) -> Init:
        if text is None:
            return Init()
        kind, _, artifact = text.partition(" ")
        if kind == "artifact" and artifact.strip():
            name = artifact.strip()
            if name not in self.artifacts:
                hint = meant(name, self.artifacts) or "; no stage before this one leaves any"
                hint = ": it is left out" if name in self.lost else hint
                raise self.bench.fail(path, f"no earlier stage leaves an artifact {name!r}{hint}")
            return Init("artifact", name)
        if kind == "fresh" and not artifact:
            return Init("fresh")
        if kind == "keep" and not artifact:
            return Init("keep")
        raise self.bench.fail(path, f"should be fresh, keep or artifact NAME, not {text!r}")

    def _growth(self, edit: GrowEdit, path: Path) -> Growth:
        if edit.by == "" or (isinstance(edit.by, int) and edit.by < 1):
            raise self.bench.fail((*path, "by"), f"a vocabulary grows by at least one row, not {edit.by!r}")
        return Growth(edit.grow, edit.by)


def _plain(edit: Edit, graph: Mapping[str, ResolvedNode], dropped: list[str]) -> dict[str, Any]:
    """An edit as plain data; empty where it is about a node that is not there."""
    if isinstance(edit, AddEdit):
        return {"add": edit.add, **graph[edit.add].to_dict()} if edit.add in graph else {}
    if isinstance(edit, DropEdit):
        return {"drop": edit.drop} if edit.drop in dropped else {}
    if isinstance(edit, SetEdit):
        return {"set": edit.set, **edit.keys} if edit.set in graph else {}
    return {"grow": edit.grow, "by": edit.by}
