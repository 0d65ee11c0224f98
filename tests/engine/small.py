"""A small run, as a program that a test can kill: `python small.py FOLDER [killed-at] [KEY=VALUE ...]`."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

OVERRIDES = (
    "data.options={users: 60, items: 40, seed: 3}",
    "model.item.width=16",
    "stages.0.sampler.batch=16",
    "stages.0.epochs=3",
    "stages.0.checkpoint_every=2",
)


def main(folder: str, killed_at: str, *overrides: str) -> None:
    """Run or resume; `killed_at` is a step of the whole run, `evaluation`, or `process 1` of two, in its third step."""
    import torch

    from lmrs.answer.listener import Listener
    from lmrs.answer.run import resume, run
    from lmrs.model.batch import Batch
    from lmrs.train.loop import Loop, Progress

    torch.set_num_threads(1)
    if killed_at == f"process {os.environ.get('RANK', '0')}":
        plain = Loop._step  # who follows tells no listener

        def step(self: Loop, batches: list[Batch], progress: Progress) -> dict[str, float]:
            if progress.step == 2:
                os.kill(os.getpid(), signal.SIGKILL)
            return plain(self, batches, progress)

        Loop._step = step  # type: ignore[method-assign]

    class Killer(Listener):
        steps = 0

        def stepped(self, step: int, terms: Mapping[str, float]) -> None:
            self.steps += 1
            if str(self.steps) == killed_at:
                os.kill(os.getpid(), signal.SIGKILL)

        def evaluating(self, part: str, cases: int) -> None:
            if killed_at == "evaluation":
                os.kill(os.getpid(), signal.SIGKILL)

    if Path(folder, "run.json").exists() and "RANK" not in os.environ:
        resume(folder, listener=Killer(), device="cpu")
    else:
        run("sasrec", overrides=[*OVERRIDES, *overrides], out=folder, listener=Killer(), device="cpu")


if __name__ == "__main__":
    main(*sys.argv[1:])
