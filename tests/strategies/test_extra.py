"""Only what is new trains: the node that an edit adds, or what is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from strategies.conftest import Train, moved

from lmrs.answer.run import resume
from lmrs.host.host import Host
from lmrs.train.stage import build_stage
from lmrs_plugins import InputError


def test_the_added_head_trains_on_a_body_that_stays(train: Train) -> None:
    pipeline, borders = train("head")
    before, after = borders.weights["extra"], dict(pipeline.weights)
    head = {name: after.pop(name) for name in list(after) if name.startswith("head.")}
    assert not moved(before, after)
    setting = pipeline.setting
    stage = build_stage(setting.resolved.stages[1], setting.builder(1), before)
    assert stage.hands.added() == ["head"]
    fresh = {name: tensor for name, tensor in stage.live.tensors().items() if name.startswith("head.")}
    assert moved(fresh, head) == set(head)
    assert {name for group in stage.choose() for name in group.names} == set(head)


def test_what_is_named_trains_in_its_place(train: Train) -> None:
    pipeline, borders = train("head", "stages.1.strategy={use: finetune-extra, train: [history.layer.0]}")
    before, after = borders.weights["extra"], dict(pipeline.weights)
    for name in [name for name in after if name.startswith("head.")]:
        del after[name]
    changed = moved(before, after)
    assert changed
    assert all(name.startswith("history.layers.0.") for name in changed)


def test_of_an_earlier_run_what_says_fresh_is_new_after_a_resume_too(train: Train, host: Host, tmp_path: Path) -> None:
    first, out = train("head")[0], tmp_path / "run"
    changes = (
        f"stages.0.init=run {first.setting.folder.path}",
        "stages.0.strategy=finetune-extra",
        "stages.0.objectives.0.history=head",
        "stages.0.checkpoint_every=2",
        "model.head={use: sequence/prediction-head, over: history, init: fresh}",
        "stages.1.edits=[]",
        "stages.1.epochs=0",
        "stages.1.strategy={use: finetune-extra, train: [head]}",
    )
    with pytest.raises(ConnectionError):
        train("head", *changes, out=out, stop=("teach", 3))
    after = resume(out, host=host, device="cpu").weights
    changed = moved(first.weights, after)
    assert changed == {name for name in after if name.startswith("head.")}


@pytest.mark.fault("I: strategy {id}: refused with where and what to do")
@pytest.mark.parametrize(
    ("changes", "says"),
    [
        pytest.param(
            [
                "stages.1.edits=[]",
                "stages.1.objectives=[{use: sequence/next-item, item: item}]",
                "answer.history=history",
            ],
            "stage 'extra', lmrs/finetune-extra: nothing would train: the stage adds no node",
            id="with nothing to train",
        ),
        pytest.param(
            ["stages.1.strategy={use: finetune-extra, train: [heat]}"],
            "nothing is called 'heat'; nodes and parts are item, history, head, item.block.0",
            id="that names what is not there",
        ),
        pytest.param(
            ["stages.1.strategy={use: finetune-partial, depth: {histroy: 2}}"],
            "finetune-partial: depth: there is no node 'histroy'; nodes are item, history, head",
            id="that goes deep where nothing is",
        ),
        pytest.param(
            ["stages.1.strategy={use: finetune-partial, rates: {head: 2.0}, train: [history]}"],
            "a rate or warm-up for 'head', which is no entry of `train` or `depth`",
            id="with a rate for nothing",
        ),
        pytest.param(
            ["stages.1.strategy={use: finetune-partial}"],
            "says nothing that trains: give `train`, `depth` or both",
            id="that says nothing",
        ),
        pytest.param(
            ["stages.1.strategy={use: finetune-partial, depth: {history: round}}"],
            r"stages\.1\.strategy\.depth\.history: the stage is in no round: say repeat: N",
            id="by rounds in a stage without any",
        ),
    ],
)
def test_refused(train: Train, changes: list[str], says: str) -> None:
    with pytest.raises(InputError, match=says) as error:
        train("head", "stages.0.epochs=0", *changes)
    assert "\n" not in str(error.value)
