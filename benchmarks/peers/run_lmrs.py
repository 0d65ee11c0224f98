"""Our `sasrec`: `lmrs run` with all that it does, from the files as they are to the run folder and the test part."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from clock import Clock

SETTINGS = (
    "stages.0.sampler.batch=32",
    "stages.0.optimizer.rate=0.003",
    "stages.0.epochs=3",
    "model.history.mimetic=true",
)
"""Chosen on the validation part for time to quality; everything else is the recipe's own."""


def main() -> None:
    clock = Clock()
    source, seed = sys.argv[4], int(sys.argv[5])
    from lmrs.answer.listener import Listener
    from lmrs.answer.measured import evaluate
    from lmrs.answer.run import run

    clock.mark("import")

    class Watch(Listener):
        """Epochs end after their validation, so both are one phase."""

        def stage_started(self, name: str, index: int, stages: int, steps: int, done: int) -> None:
            clock.mark("data")

        def epoch_ended(self, epoch: int, terms: Mapping[str, float], metrics: Mapping[str, float]) -> None:
            clock.mark("training")
            clock.point(epoch + 1, metrics.get("NDCG@10"))

        def stage_ended(self, name: str) -> None:
            clock.mark("training")

    run("sasrec", data=source, out=clock.out / "run", overrides=SETTINGS, seed=seed, device="cpu", listener=Watch())
    clock.mark("test and writing")
    ended = clock.now()
    measured = {
        seen: evaluate(clock.out / "run", part="valid", overrides=[f"evaluate.seen={seen}"]).numbers()["NDCG@10"]
        for seen in ("exclude", "include")
    }
    clock.write(seconds=ended, settings=SETTINGS, measured=measured)


if __name__ == "__main__":
    main()
