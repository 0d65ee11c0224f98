"""What is shown while a run trains."""

from __future__ import annotations

import io
import re

import pytest

from lmrs.cli.progress import Bar, Lines, clock, watching
from lmrs.cli.shell import Shell


def tell(listener):
    """A run of two epochs."""
    listener.note("a thing to know")
    listener.stage_started("train", 0, 1, 20, 0)
    for epoch, step in enumerate((10, 20)):
        listener.stepped(step, {"masked.loss": 1.0})
        valid = {"Recall@10": 0.5, "NDCG@10": 0.25} if epoch else {}
        listener.epoch_ended(epoch, {"masked.loss": 2.0 - epoch}, valid)
    listener.stage_ended("train")
    listener.evaluating("test", 60)


@pytest.mark.fault("I: no TTY: a line an epoch")
def test_a_line_an_epoch(capsys):
    tell(Lines("first"))
    lines = [re.sub(r", \d+:\d\d left", ", 0:07 left", line) for line in capsys.readouterr().err.splitlines()]
    assert lines == [
        "first: note: a thing to know",
        "first: stage train: 20 steps",
        "first: stage train: epoch 1, step 10 of 20, masked 2.0000, 0:07 left at most",
        "first: stage train: epoch 2, step 20 of 20, masked 1.0000, valid NDCG@10 0.2500",
        "first: stage train: done",
        "first: evaluating 60 cases of test",
    ]


def test_a_resumed_stage_says_what_is_done(capsys):
    Lines().stage_started("tune", 1, 2, 20, 15)
    assert capsys.readouterr().err == "stage tune (2 of 2): 20 steps, 15 of them done\n"


def test_a_bar_a_stage_with_loss_and_metric():
    from rich.console import Console
    from rich.progress import Progress, TextColumn

    screen = io.StringIO()
    columns = (TextColumn("{task.description} {task.completed} of {task.total} {task.fields[said]}"),)
    progress = Progress(*columns, console=Console(file=screen, width=120))
    bar = Bar(progress, "first")
    tell(bar)
    assert not progress.finished, "it evaluates"
    bar.finished()
    assert progress.finished
    progress.console.print(progress)
    shown = screen.getvalue()
    assert "note: a thing to know" in shown
    assert "first train 20 of 20 epoch 2, masked 1.0000, valid NDCG@10 0.2500" in shown
    assert "evaluating 60 cases" in shown


def test_a_stage_that_stops_early_leaves_a_full_bar():
    from rich.console import Console
    from rich.progress import Progress

    progress = Progress(console=Console(file=io.StringIO()))
    bar = Bar(progress)
    bar.stage_started("train", 0, 1, 20, 0)
    bar.stepped(4, {})
    bar.stage_ended("train")
    assert progress.tasks[0].finished


@pytest.mark.fault("I: no TTY: nothing beside JSON")
def test_nothing_is_shown_beside_json(capsys):
    with watching(Shell(as_json=True)) as listener:
        tell(listener)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(("seconds", "said"), [(0.4, "0:00"), (65, "1:05"), (7209, "2:00:09")])
def test_clock(seconds, said):
    assert clock(seconds) == said
