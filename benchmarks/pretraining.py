"""S3-Rec's question: does pre-training pay? Each seed pre-trained once, tuned from there and from nothing.

    ./dev bench pretraining ../shared/data/s3rec/Beauty.txt.gz runs/pretraining

Each run lies in a folder of its own and is not made again where it has finished; further words are handed on as --set.
Prints, among all items and among 99 sampled ones, each seed, mean and standard deviation over seeds, and paired tests
with Holm's correction over the metrics of a seed.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import lmrs
from lmrs.answer.measured import evaluate
from lmrs.evaluation.statistics import compare_results

SEEDS = (1, 2, 42)
ARMS = ("none", "pretrained")
PRE = ("stages.0.epochs=24", "stages.1.epochs=0", "stages.1.stop=null")
TUNE = ("stages.0.epochs=0", "stages.1.epochs=24", "stages.1.stop={metric: NDCG@10, patience: 3, every: 3}")
ALWAYS = ("stages.0.sampler.bucket=true", "stages.1.sampler.bucket=true", "evaluate.at=[10]")
ASKED = {"all items": (), "99 sampled": ("evaluate.candidates={sample: 99}",)}
METRICS = ["NDCG@10", "Recall@10", "MRR"]


def run(data: str, folder: Path, seed: int, changes: Sequence[str], init: Path | None = None) -> None:
    """A run, unless it has finished."""
    if (folder / "results" / "test.json").exists() and (folder / "model").exists():
        return
    started = time.perf_counter()
    changes = [*ALWAYS, *changes]
    lmrs.run("s3-rec", data, overrides=changes, seed=seed, out=folder, init=init, overwrite=True, device="cpu")
    print(f"{folder.name}: {time.perf_counter() - started:.0f} s", file=sys.stderr, flush=True)


def main(data: str, out: str, *changes: str) -> None:
    """Run what is missing, then print the tables."""
    for seed in SEEDS:
        before = Path(out) / f"before-{seed}"
        run(data, before, seed, [*PRE, *changes])
        run(data, Path(out) / f"pretrained-{seed}", seed, [*TUNE, *changes], init=before)
        run(data, Path(out) / f"none-{seed}", seed, [*TUNE, *changes])
    for asked, how in ASKED.items():
        found = {
            (arm, seed): evaluate(Path(out) / f"{arm}-{seed}", overrides=how, device="cpu")
            for seed in SEEDS
            for arm in ARMS
        }
        print(f"\namong {asked}: {found[ARMS[0], SEEDS[0]].setting.candidates}")
        for metric in METRICS:
            for arm in ARMS:
                each = [found[arm, seed][metric] for seed in SEEDS]
                line = ", ".join(f"{value:.4f}" for value in each)
                print(f"{metric:<11}{arm:<12}{statistics.mean(each):.4f} ± {statistics.stdev(each):.4f} ({line})")
        for seed in SEEDS:
            for row in compare_results({arm: found[arm, seed] for arm in ARMS}, metrics=METRICS):
                print(
                    f"{row.metric:<11}seed {seed:<7}{row.difference:+.4f} [{row.low:+.4f}, {row.high:+.4f}], "
                    f"p {row.p:.5f}, Holm {row.p_holm:.5f}"
                )


if __name__ == "__main__":
    main(*sys.argv[1:])
