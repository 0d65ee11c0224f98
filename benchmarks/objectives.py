"""Transformers4Rec's question: does the objective matter, and do side features? Every cell over several seeds.

    ./dev bench objectives ../shared/data/ml-100k runs/objectives

Each run lies in a folder of its own and is not made again where it has finished. Prints, for each objective with and
without features, the mean over seeds of the mean over time windows, and the standard deviation over seeds.
"""

from __future__ import annotations

import statistics
import sys
import time
from itertools import product
from pathlib import Path

import lmrs
from lmrs.evaluation.stored import load

SEEDS = (1, 2, 3)
METRICS = ("NDCG@20 by window", "Recall@20 by window")
ALWAYS = ("evaluate={metrics: [ndcg, recall], at: [20]}", "model.year.field=release_year")
OBJECTIVES = {
    "masked": (),
    "next": (
        "stages.0.draws.shown.use=sequence/next",
        "stages.0.objectives.0.use=sequence/next-item",
        "model.encoder.causal=true",
    ),
    "permuted": (
        "stages.0.draws.shown={use: sequence/permuted, length: 20, also: [event]}",
        "stages.0.objectives.0.use=sequence/permuted-item",
    ),
    "replaced": ("stages.0.draws.shown.original=true", "stages.0.objectives.0.use=sequence/replaced-item"),
}
FEATURES = {
    "id alone": ("model.kind=null", "model.year=null", "model.rating=null"),
    "concatenated": (),
    "element-wise": ("model.input.merge=product",),
}


def done(folder: Path) -> bool:
    """Whether a run has finished."""
    return (folder / "results" / "test.json").exists() and (folder / "model").exists()


def main(data: str, out: str, features: str = ",".join(FEATURES)) -> None:
    """Run what is missing, then print the table."""
    cells = list(product(OBJECTIVES, features.split(",")))
    for seed, (objective, having) in product(SEEDS, cells):
        folder = Path(out) / f"{objective}-{having.replace(' ', '-')}-{seed}"
        if done(folder):
            continue
        started = time.perf_counter()
        changes = (*ALWAYS, *OBJECTIVES[objective], *FEATURES[having])
        lmrs.run("transformers4rec", data, overrides=changes, seed=seed, out=folder, overwrite=True, device="cpu")
        print(f"{folder.name}: {time.perf_counter() - started:.0f} s", file=sys.stderr, flush=True)
    print(f"{'objective':<12}{'features':<16}" + "".join(f"{name.removesuffix(' by window'):>22}" for name in METRICS))
    for objective, having in cells:
        line = f"{objective:<12}{having:<16}"
        for name in METRICS:
            folders = (Path(out) / f"{objective}-{having.replace(' ', '-')}-{seed}" for seed in SEEDS)
            values = [load(folder / "results", "test")[name] for folder in folders]
            line += f"{statistics.mean(values):>13.4f} ± {statistics.stdev(values):.4f}"
        print(line)


if __name__ == "__main__":
    main(*sys.argv[1:])
