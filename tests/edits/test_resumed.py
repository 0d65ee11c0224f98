"""A run that left nodes out means the same when it is resumed, though its strategy still names them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import torch

from lmrs.answer.listener import Listener
from lmrs.answer.pipeline import Pipeline
from lmrs.answer.run import resume, run
from lmrs.host.host import Host

SMALL = (
    "data.options={users: 40, items: 30}",
    "stages.0.epochs=1",
    "stages.0.stop=null",
    "stages.0.sampler.batch=16",
    "stages.0.checkpoint_every=1",
    "stages.0.strategy={use: pretrain, frozen: [text, image]}",
)


class PowerCut(Listener):
    def stepped(self, step: int, terms: Mapping[str, float]) -> None:
        if step == 2:
            raise ConnectionError("the power went")


@pytest.mark.fault("L: without plugins, and killed: the run is resumed")
def test_what_was_left_out_is_left_out_again(tmp_path: Path) -> None:
    host = Host(disable=("text", "multimodal"))
    whole = run("mixed", overrides=SMALL, out=tmp_path / "whole", host=host, device="cpu")
    with pytest.raises(ConnectionError):
        run("mixed", overrides=SMALL, out=tmp_path / "cut", host=host, device="cpu", listener=PowerCut())
    kept = (tmp_path / "cut" / "recipe.yaml").read_text()
    assert "absent:" in kept
    assert "frozen: [text, image]" in kept
    # With the plugins back it is still the model that it was.
    again = resume(tmp_path / "cut", host=Host(), device="cpu")
    assert again.weights.keys() == whole.weights.keys()
    assert all(torch.equal(again.weights[name], whole.weights[name]) for name in whole.weights)
    assert Pipeline.load(tmp_path / "cut", Host(), "cpu").recommend(user="u01", top=3)
