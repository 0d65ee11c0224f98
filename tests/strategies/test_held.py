"""What a stage does not train is the same when it ends, or the run says what is not."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from strategies.conftest import Train

from lmrs.answer.run import resume
from lmrs.host.host import Host
from lmrs.train import loop
from lmrs_plugins import PluginError

COUNTED = (
    "model.mapped={use: tinker/restless, of: item}",
    "stages.1.objectives=[{use: sequence/next-item, history: head, item: mapped}]",
    "answer.item=mapped",
)
SAYS = r"stage 'extra': 'mapped\.calls' changed, although lmrs/finetune-extra does not train it: the module of 'mapped'"


@pytest.mark.fault("A: frozen node that writes to a buffer in evaluation mode: named at the stage's end")
@pytest.mark.parametrize("frozen", [(), ("stages.1.strategy={use: finetune-extra, train: [head, item]}",)])
def test_a_frozen_node_that_counts_is_found_out(train: Train, frozen: tuple[str, ...]) -> None:
    with pytest.raises(PluginError, match=SAYS):
        train("head", *COUNTED, *frozen)


def test_a_node_that_trains_may_count(train: Train) -> None:
    pipeline, borders = train("head", *COUNTED, "stages.1.strategy={use: finetune-extra, train: [head, mapped]}")
    assert pipeline.weights["mapped.calls"] > borders.weights["extra"]["mapped.calls"]


@pytest.mark.fault("A: frozen parameter that something writes to: named, after a resume in mid-stage too")
@pytest.mark.parametrize("resumed", [False, True])
def test_a_frozen_parameter_that_was_written_is_found_out(
    train: Train, host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, resumed: bool
) -> None:
    """It is written in the second step; a resumed run begins with what is wrong already."""
    plain, out = loop.Loop._step, tmp_path / "run"

    def step(self, batches, progress):
        history = self._stage.graph.nodes["history"].module
        if not history.positions.requires_grad and progress.step == 1:
            with torch.no_grad():
                history.positions[0] += 1e-7
        return plain(self, batches, progress)

    monkeypatch.setattr(loop.Loop, "_step", step)
    says = r"stage 'extra': 'history\.positions' changed, although lmrs/finetune-extra does not train it"
    if not resumed:
        with pytest.raises(PluginError, match=says):
            train("head")
        return
    with pytest.raises(ConnectionError):
        train("head", out=out, stop=("extra", 4))
    monkeypatch.setattr(loop.Loop, "_step", plain)
    with pytest.raises(PluginError, match=says):
        resume(out, host=host, device="cpu")
