"""Makers at the end of a stage."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from lmrs.answer.listener import Listener
from lmrs.answer.setting import Setting
from lmrs.model.build import plan_wires
from lmrs.model.plan import Collator, Need, Plan, Wire
from lmrs.model.step import GraphStep
from lmrs.model.tables import whole_tables
from lmrs.runs.artifacts import save_artifact
from lmrs.train.engine import Engine
from lmrs.train.stage import Stage
from lmrs_plugins import Artifact, Examples, InputError, Making, PluginError, Ragged, last

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
        subjects = {_rows(stage, wire) for each in wires.values() for wire in each}
        vocabularies = stage.builder.bundle.vocabularies
        if setting.writes:
            aligned = {subject: vocabularies[subject] for subject in subjects if subject in vocabularies}
            artifact = save_artifact(setting.folder.artifacts, name, artifact, aligned)
        digests[name] = artifact.digest
        listener.note(f"stage {stage.resolved.name!r} leaves artifact {name!r}")
    return digests


def _rows(stage: Stage, wire: Wire) -> str:
    """The subject that rows of an export stand for: a node in context is exported by user."""
    plan = stage.graph.nodes[wire.node].plan
    return "user" if plan.evaluation == "view" else plan.subject(wire.output)


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
    bundle, graph = stage.builder.bundle, stage.graph
    tables = whole_tables(graph, [wire.node], engine.device)
    plan = Plan(graph.plans(), [Need(wire, "draw/input")], frozenset(tables))
    collator = Collator(plan, {"draw": _draw(stage, setting)})
    graph.eval()
    pieces = []
    for start in range(0, bundle.count("user"), _CHUNK):
        users = np.arange(start, min(start + _CHUNK, bundle.count("user")))
        events = bundle.histories.take(users)
        items = Ragged(bundle.items[events.values], events.offsets)
        batch = collator.examples(Examples(users, {"user": users, "item": items, "event": events})).to(engine.device)
        with torch.no_grad():
            encoding = GraphStep(graph, batch, tables).encode(wire, batch.views["draw/input"])
        vectors = encoding.vectors if encoding.vectors is not None else last(encoding)
        pieces.append(vectors.float().cpu())
    table = torch.cat(pieces).numpy()
    return table, np.asarray(bundle.histories.lengths > 0)


def _draw(stage: Stage, setting: Setting) -> Any:
    """What shows histories to a node: the stage's first draw that makes an `input`, or what the answer stands on."""
    for name, resolved in stage.resolved.draws.items():
        if "input" in resolved.card.emits:
            return stage.draws[name]
    answer = setting.resolved.answer
    if answer is None or answer.draw is None:
        raise InputError(
            f"stage {stage.resolved.name!r}: a node in context is exported through a draw that makes `input`; "
            "give the stage one"
        )
    return stage.builder.component(answer.draw)
