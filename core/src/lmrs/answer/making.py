"""Makers at the end of a stage."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from lmrs.answer.listener import Listener
from lmrs.answer.setting import Setting
from lmrs.model.build import plan_wires
from lmrs.model.plan import Wire
from lmrs.model.tables import whole_tables
from lmrs.runs.artifacts import save_artifact
from lmrs.train.engine import Engine
from lmrs.train.stage import Stage
from lmrs_plugins import Artifact, Examples, Making, PluginError, Ragged, last

_CHUNK = 256


def make(stage: Stage, setting: Setting, engine: Engine, listener: Listener) -> dict[str, str]:
    """Run every maker of a stage and store what it leaves; sha256 by name."""
    digests = {}
    for name, resolved in stage.resolved.makers.items():
        maker: Any = stage.builder.wired(f"maker.{name}", resolved, stage.graph)
        wires = plan_wires(resolved)

        def export(port: str, wires: Any = wires) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
            return _export(stage, setting, engine, wires[port][0])

        def module(port: str, wires: Any = wires) -> Any:
            return stage.graph.nodes[wires[port][0].node].module.eval()

        artifact = maker.make(Making(stage.builder.env(resolved), export, module))
        if not isinstance(artifact, Artifact):
            raise PluginError(f"maker {resolved.use} gave {type(artifact).__name__}, not an Artifact")
        subjects = {stage.graph.nodes[wire.node].plan.subject(wire.output) for each in wires.values() for wire in each}
        vocabularies = stage.builder.bundle.vocabularies
        if setting.writes:
            aligned = {subject: vocabularies[subject] for subject in subjects if subject in vocabularies}
            artifact = save_artifact(setting.folder.artifacts, name, artifact, aligned)
        digests[name] = artifact.digest
        listener.note(f"stage {stage.resolved.name!r} leaves artifact {name!r}")
    return digests


def _export(
    stage: Stage, setting: Setting, engine: Engine, wire: Wire
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
    """The whole table on a wire; for a node in context, one vector a user out of its training history."""
    node = stage.graph.nodes[wire.node]
    if node.plan.evaluation == "view":
        return _histories(stage, setting, engine, wire)
    found = whole_tables(stage.graph, [wire.node], engine.device)[wire.node]
    encoding = found[wire.output or next(iter(found))] if isinstance(found, dict) else found
    vectors = encoding.main.detach().float().cpu().numpy()
    mask = np.ones(len(vectors), bool) if encoding.mask is None else encoding.mask.cpu().numpy()
    return vectors, mask


def _histories(
    stage: Stage, setting: Setting, engine: Engine, wire: Wire
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
    bundle = stage.builder.bundle
    answering = setting.answering(stage.graph, stage.resolved.index, engine.device)
    pieces = []
    for start in range(0, bundle.count("user"), _CHUNK):
        users = np.arange(start, min(start + _CHUNK, bundle.count("user")))
        events = bundle.histories.take(users)
        items = Ragged(bundle.items[events.values], events.offsets)
        encoding = answering.encode(Examples(users, {"user": users, "item": items, "event": events}), wire, "input")
        vectors = encoding.vectors if encoding.vectors is not None else last(encoding)
        pieces.append(vectors.float().cpu())
    table = torch.cat(pieces).numpy()
    return table, np.asarray(bundle.histories.lengths > 0)
