"""What grows with items, users, length and width.

    ./dev bench growth [--steps N] [--out FILE] [--threads N]

Generated histories, `sasrec`, one size varied at a time. The exponent is that of a power of the size between a row and
the one before: 1 is in proportion, 0 does not grow.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import tempfile
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from parts.stepping import stepper


@dataclass(frozen=True)
class Size:
    """What is varied; `events` a user."""

    items: int = 4000
    users: int = 1000
    length: int = 50
    width: int = 64
    events: int = 60


SIZES: dict[str, list[Size]] = {
    "items": [Size(items=items) for items in (1000, 4000, 16000, 64000)],
    "users": [Size(users=users) for users in (1000, 4000, 16000)],
    "length": [replace(Size(events=210, users=400), length=length) for length in (25, 50, 100, 200)],
    "width": [Size(width=width) for width in (32, 64, 128, 256)],
}
MEASURED = ("prepare", "step", "epoch", "validation")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    found: dict[str, list[dict[str, Any]]] = {}
    measure(Size(), asked.steps)  # imports and first touches
    for what, sizes in SIZES.items():
        print(f"\n| {what} | data, s | step, ms | epoch, s | validation, s | exponents of these |")
        print("|---|---|---|---|---|---|")
        found[what] = []
        for size in sizes:
            taken = measure(size, asked.steps)
            found[what].append({**asdict(size), **taken})
            print(row(what, found[what]), flush=True)
    if asked.out:
        asked.out.write_text(json.dumps(found, indent=1))


def measure(size: Size, steps: int) -> dict[str, float]:
    """Seconds to read and prepare the data, of a step, of an epoch of such steps, and of a validation."""
    overrides = [
        f"model.item.width={size.width}",
        f"model.history.length={size.length}",
        f"stages.0.sampler.length={size.length + 1}",
        f"stages.0.draws.next.length={size.length}",
        "stages.0.sampler.batch=64",
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.csv"
        write(size, path)
        begun = time.perf_counter()
        one = stepper("sasrec", path, overrides)
        prepared = time.perf_counter() - begun
    batches, taken = one.batches(), []
    for turn in range(steps + 1):
        begun = time.perf_counter()
        one.step(next(batches))
        if turn:
            taken.append(time.perf_counter() - begun)
    validate = one.setting.validation(one.stage, torch.device("cpu"))
    begun = time.perf_counter()
    validate()
    validation = time.perf_counter() - begun
    step = statistics.median(taken)
    return dict(zip(MEASURED, (prepared, step, step * len(one.loop._epoch_plan(0)), validation), strict=True))


def write(size: Size, path: Path) -> None:
    """Events of every user, items evenly drawn."""
    random = np.random.default_rng(1)
    users = np.repeat(np.arange(size.users), size.events)
    table = np.column_stack([users, random.integers(size.items, size=len(users)), np.arange(len(users))])
    np.savetxt(path, table, fmt="%d", delimiter=",", header="user,item,timestamp", comments="")


def row(what: str, rows: list[dict[str, Any]]) -> str:
    """A row of the table, with exponents where there is one before it."""
    now = rows[-1]
    exponents = ""
    if len(rows) > 1:
        before = rows[-2]
        factor = math.log(now[what] / before[what])
        exponents = ", ".join(f"{math.log(now[name] / before[name]) / factor:.2f}" for name in MEASURED)
    return (
        f"| {now[what]} | {now['prepare']:.2f} | {1e3 * now['step']:.1f} | {now['epoch']:.2f} "
        f"| {now['validation']:.2f} | {exponents} |"
    )


if __name__ == "__main__":
    main()
