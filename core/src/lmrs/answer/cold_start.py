"""A trained pipeline that is told of items which came after its training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import torch

from lmrs.answer.setting import Setting
from lmrs.data.added import read_added
from lmrs.data.more_rows import with_added
from lmrs.evaluation.evaluator import Evaluator
from lmrs.model.build import Builder
from lmrs.recipe.resolved import ResolvedNode
from lmrs_plugins import Bundle, InputError


@dataclass
class WithAdded(Setting):
    """A setting whose items have grown by a block for each of `added`. Nothing is fitted or trained on them."""

    def bundle_at(self, stage: int) -> Bundle:
        bundle = super().bundle_at(stage)
        for one in self.added:
            bundle = with_added(bundle, one)
        return bundle

    def builder(self, stage: int) -> Builder:
        return replace(super().builder(stage), fitted=self._before(stage))

    def evaluator(self, part: str, stage: int | None = None) -> Evaluator:
        found = super().evaluator(part, stage)
        found.data = self.bundle_at(len(self.resolved.stages) - 1).fingerprint
        return found

    @cached_property
    def _known(self) -> dict[int, Bundle]:
        return {}

    def _before(self, stage: int) -> Bundle:
        if stage not in self._known:
            self._known[stage] = super().bundle_at(stage).training()
        return self._known[stage]


def with_items(setting: Setting, items: Any, images: str | Path | None = None, edges: Any = None) -> WithAdded:
    """The setting with these items too; see `read_added` for the parameters.

    Raises
    ------
    InputError
        They are no new items of these data, or nothing in the recipe reads what is known of an item.
    """
    last = len(setting.resolved.stages) - 1
    if not _readers(setting):
        raise InputError(
            f"recipe {setting.resolved.name!r} cannot rank items that it has not met in training: no node on the way "
            "to its answer reads anything of an item but its id; train one with a node over their texts, columns, "
            "pictures or graphs"
        )
    added = (*setting.added, read_added(items, setting.bundle_at(last), images, edges))
    same = {one.name: getattr(setting, one.name) for one in fields(Setting)}
    return WithAdded(**{**same, "added": added})


def spread(weights: Mapping[str, torch.Tensor], live: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Weights for a graph over more rows: blocks of new rows, and new rows of a tensor without blocks, as built."""
    found = dict(weights)
    for name, tensor in live.items():
        old = weights.get(name)
        if old is None:
            found[name] = tensor.detach().clone()
        elif old.ndim == tensor.ndim > 0 and len(old) < len(tensor) and old.shape[1:] == tensor.shape[1:]:
            found[name] = torch.cat([old, tensor.detach()[len(old) :].to(old.device)])
    return found


def _readers(setting: Setting) -> list[str]:
    """Nodes on the way to the answer that are computed from what the data say of an item."""
    graph, answer = setting.resolved.final_graph(), setting.resolved.answer
    reached = {wire.node for wires in answer.wires.values() for wire in wires} if answer is not None else set()
    for name in reversed(list(graph)):
        if name in reached:
            reached.update(graph[name].inputs())
    return [name for name in graph if name in reached and _reads_items(graph[name], setting)]


def _reads_items(node: ResolvedNode, setting: Setting) -> bool:
    of_items = any("item" in port.subject.split("*") for port in node.gives.values())
    by_rows = node.card.evaluation in ("rows", "table")
    needs = set(node.needs())
    events_alone = bool(needs) and needs <= {"interactions"}  # which a new item has none of
    return of_items and by_rows and not events_alone and hasattr(setting.host.registry.load(node.entry), "bind")
