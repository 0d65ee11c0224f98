"""What a run shows while it trains: a bar on a terminal, a line an epoch elsewhere, nothing beside JSON."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from lmrs.answer.listener import Listener
from lmrs.cli.shell import Shell

SHOWN = "NDCG@10"
"""The validation metric that is shown, where it is measured; else the first."""


@contextmanager
def watching(shell: Shell, label: str = "") -> Iterator[Listener]:
    """A listener for the time of a run; a bar is gone before anything else is printed."""
    if shell.as_json:
        yield Listener()
    elif sys.stderr.isatty():
        with _bar() as progress:
            bar = Bar(progress, label)
            yield bar
            bar.finished()
    else:
        yield Lines(label)


class Lines(Listener):
    """One line of standard error for each thing that happens."""

    def __init__(self, label: str = "") -> None:
        self._label = f"{label}: " if label else ""
        self._stage, self._steps, self._done, self._step, self._start = "", 0, 0, 0, 0.0

    def note(self, line: str) -> None:
        self._say(f"note: {line}")

    def stage_started(self, name: str, index: int, stages: int, steps: int, done: int) -> None:
        self._stage = f"stage {name}" if stages == 1 else f"stage {name} ({index + 1} of {stages})"
        self._steps, self._done, self._step, self._start = steps, done, done, time.monotonic()
        self._say(f"{self._stage}: {steps} steps" + (f", {done} of them done" if done else ""))

    def stepped(self, step: int, terms: Mapping[str, float]) -> None:
        self._step = step

    def epoch_ended(self, epoch: int, terms: Mapping[str, float], metrics: Mapping[str, float]) -> None:
        said = [f"epoch {epoch + 1}", f"step {self._step} of {self._steps}", *_numbers(terms, metrics)]
        self._say(f"{self._stage}: {', '.join(said)}{self._left()}")

    def stage_ended(self, name: str) -> None:
        self._say(f"{self._stage or f'stage {name}'}: done")
        self._stage = ""

    def evaluating(self, part: str, cases: int) -> None:
        self._say(f"evaluating {cases} cases of {part}")

    def _left(self) -> str:
        made = self._step - self._done
        if made <= 0 or self._step >= self._steps:
            return ""
        seconds = (time.monotonic() - self._start) / made * (self._steps - self._step)
        return f", {clock(seconds)} left at most"

    def _say(self, line: str) -> None:
        print(f"{self._label}{line}", file=sys.stderr, flush=True)


class Bar(Listener):
    """A bar a stage, over `rich.progress.Progress`."""

    def __init__(self, progress: Any, label: str = "") -> None:
        self._progress, self._label = progress, f"{label} " if label else ""
        self._task: Any = None
        self._loss, self._valid = "", ""

    def note(self, line: str) -> None:
        self._progress.console.print(f"note: {line}", markup=False, highlight=False)

    def stage_started(self, name: str, index: int, stages: int, steps: int, done: int) -> None:
        title = f"{self._label}{name}" if stages == 1 else f"{self._label}{name} {index + 1}/{stages}"
        self._loss, self._valid = "", ""
        self._task = self._progress.add_task(title, total=steps, completed=done, said="")

    def stepped(self, step: int, terms: Mapping[str, float]) -> None:
        self._progress.update(self._task, completed=step)

    def epoch_ended(self, epoch: int, terms: Mapping[str, float], metrics: Mapping[str, float]) -> None:
        self._loss = ", ".join(_numbers(terms, {}))
        self._valid = ", ".join(_numbers({}, metrics)) or self._valid
        said = ", ".join(filter(None, (f"epoch {epoch + 1}", self._loss, self._valid)))
        self._progress.update(self._task, said=said)

    def stage_ended(self, name: str) -> None:
        if self._task is not None:  # stopped early, it has nothing left to do either
            task = self._progress.tasks[self._progress.task_ids.index(self._task)]
            self._progress.update(self._task, total=max(task.completed, 1), completed=max(task.completed, 1))
        self._task = None

    def evaluating(self, part: str, cases: int) -> None:
        self._task = self._progress.add_task(f"{self._label}{part}", total=None, said=f"evaluating {cases} cases")

    def finished(self) -> None:
        """The run has ended well."""
        if self._task is not None:
            self._progress.update(self._task, total=1, completed=1)


def clock(seconds: float) -> str:
    """`1:05`, or `2:00:09`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _numbers(terms: Mapping[str, float], metrics: Mapping[str, float]) -> list[str]:
    """The losses of an epoch, and one metric."""
    said = [f"{name.removesuffix('.loss')} {value:.4f}" for name, value in terms.items()]
    chosen = SHOWN if SHOWN in metrics else next(iter(metrics), "")
    return [*said, f"valid {chosen} {metrics[chosen]:.4f}"] if chosen else said


def _bar() -> Any:
    # Late: only a terminal needs rich.
    from rich import progress
    from rich.console import Console

    return progress.Progress(
        progress.TextColumn("{task.description}", markup=False),
        progress.BarColumn(bar_width=20),
        progress.MofNCompleteColumn(),
        progress.TimeElapsedColumn(),
        progress.TimeRemainingColumn(),
        progress.TextColumn("{task.fields[said]}", markup=False),
        console=Console(stderr=True),
    )
