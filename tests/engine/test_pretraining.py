"""S3-Rec's recipe through the host: four objectives, then the same weights under another attention."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from lmrs.answer.listener import Listener
from lmrs.answer.pipeline import Pipeline
from lmrs.answer.run import run
from lmrs_plugins import InputError

SMALL = (
    "data.options={users: 24, items: 30}",
    "model.item.width=8",
    "model.attribute.width=8",
    "model.history.layers=1",
    "model.history.dropout=0",
    *(f"stages.{stage}.sampler.batch=8" for stage in (0, 1)),
    *(f"stages.{stage}.optimizer.rate=0.01" for stage in (0, 1)),
    "stages.0.epochs=12",
    "stages.1.epochs=4",
    "stages.1.stop=null",
)


class Epochs(Listener):
    """Terms of each epoch by stage, and how many passes a stage made through the encoder, by direction."""

    def __init__(self) -> None:
        self.stages: list[tuple[list[Mapping[str, float]], list[bool], int]] = []

    def stage_started(self, name: str, index: int, stages: int, steps: int, done: int) -> None:
        self.stages.append(([], [], steps))

    def epoch_ended(self, epoch: int, terms: Mapping[str, float], metrics: Mapping[str, float]) -> None:
        self.stages[-1][0].append(terms)


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> tuple[Epochs, Pipeline]:
    from lmrs_sequence.encoders.transformer import Transformer

    epochs, forward = Epochs(), Transformer.forward

    def spied(self, over, mask, special):
        if self.training:
            epochs.stages[-1][1].append(self._causal)
        return forward(self, over, mask, special)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Transformer, "forward", spied)
        out = tmp_path_factory.mktemp("pretraining") / "run"
        pipeline = run("s3-rec", overrides=SMALL, out=out, listener=epochs, device="cpu")
    return epochs, pipeline


def test_three_of_four_objectives_stand_on_one_pass(watched) -> None:
    """A masked pass for attributes shown and hidden and for items, and three of segments."""
    (terms, passes, steps), _ = watched[0].stages
    names = ("item-attribute", "masked-item-contrast", "masked-attribute", "segment")
    assert terms[0].keys() == {f"{name}.loss" for name in names}
    assert passes == [False] * 4 * steps
    learnt = names[:3]  # 24 people teach nothing of segments
    assert all(terms[-1][f"{name}.loss"] < terms[0][f"{name}.loss"] for name in learnt)


def test_attention_turns_causal_and_what_was_for_the_stage_alone_is_gone(watched) -> None:
    epochs, pipeline = watched
    _, (terms, passes, steps) = epochs.stages
    assert passes == [True] * steps
    assert terms[-1]["next-item.loss"] < terms[0]["next-item.loss"]
    assert {name.partition(".")[0] for name in pipeline.weights} == {"item", "history"}


def test_without_attributes_it_says_what_is_missing(tmp_path: Path) -> None:
    events = tmp_path / "events.csv"
    events.write_text("user,item,time\n" + "".join(f"u{n % 9},i{n % 7},{n}\n" for n in range(90)))
    with pytest.raises(InputError, match=r"attribute \(sequence/attribute-id\) needs item\.categories"):
        run("s3-rec", events, overrides=SMALL[1:], out=tmp_path / "run", device="cpu")
