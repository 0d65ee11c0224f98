"""Where the time of training goes: parts of a step, the share of the peak of matrix products, and what bfloat16 does.

    ./dev bench shares [--data PATH] [--steps N] [--out FILE] [--threads N]

`sasrec` as its recipe has it. The peak is that of one square product on the same cores in the same run. Operations are
counted as two for each multiplication of the model's own formulas, padding included, three times a forward pass.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from pathlib import Path
from typing import Any

import torch
from parts.attribution import HOST, attributing, label, label_transformer, labelled
from parts.stepping import Stepper, stepper

HERE = Path(__file__).parent
WIDTHS = (64, 128, 256)
SQUARE = 2048


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", default=str(HERE.parent.parent / "shared" / "data" / "ml-100k"))
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    found: dict[str, Any] = {"threads": asked.threads, "peak": {}}
    for kind in (torch.float32, torch.bfloat16):
        found["peak"][str(kind).removeprefix("torch.")] = peak(kind, asked.steps)
    found["step"] = of_peak(asked.data, asked.steps, found["peak"]["float32"])
    found["parts"] = parts(asked.data, asked.steps)
    found["precision"] = [precisions(asked.data, asked.steps, width) for width in WIDTHS]
    show(found)
    if asked.out:
        asked.out.write_text(json.dumps(found, indent=1))


def peak(kind: torch.dtype, times: int) -> float:
    """The most operations a second of a square product."""
    left, right = torch.randn(2, SQUARE, SQUARE).to(kind)
    out = torch.empty(SQUARE, SQUARE, dtype=kind)
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        torch.mm(left, right, out=out)
        taken.append(time.perf_counter() - begun)
    return float(2 * SQUARE**3 / min(taken))


def of_peak(data: str, steps: int, most: float) -> dict[str, float]:
    """Seconds of a step and of a validation, operations of a step, and their share of the peak."""
    one = stepper("sasrec", data)
    batches = one.batches()
    one.step(next(batches))
    taken, operations = [], []
    for _ in range(steps):
        begun = time.perf_counter()
        made = next(batches)
        one.step(made)
        taken.append(time.perf_counter() - begun)
        operations.append(counted(one, made))
    validate = one.setting.validation(one.stage, torch.device("cpu"))
    validate()
    begun = time.perf_counter()
    validate()
    validation = time.perf_counter() - begun
    step, work = statistics.median(taken), statistics.mean(operations)
    epoch = step * len(one.loop._epoch_plan(0))
    return {
        "seconds": step,
        "operations": work,
        "share of peak": work / step / most,
        "validation": validation,
        "share of validation": validation / (validation + epoch),
    }


def counted(one: Stepper, batches: list[Any]) -> float:
    """Operations of the matrix products of a step, forwards and twice as many backwards."""
    options = one.stage.resolved.graph["history"].options
    width = one.stage.graph.nodes["history"].module.width
    total = 0.0
    for batch in batches:
        windows, length = batch.views["next/input"].mask.shape
        places, targets = windows * length, len(batch.views["next/target"]["item"])
        layer = 2 * places * (4 * width**2 + 2 * width * (options.inner or 4 * width)) + 4 * places * length * width
        total += 3 * (options.layers * layer + 2 * targets * one.setting.bundle.count("item") * width)
    return total


def parts(data: str, steps: int) -> dict[str, float]:
    """The share of each part of a step."""
    one = stepper("sasrec", data)
    label(one.stage.graph.nodes["item"].module, "embedding")
    label_transformer(one.stage.graph.nodes["history"].module)
    for objective in one.stage.objectives.values():
        objective.terms = labelled(objective.terms, "softmax over items")  # type: ignore[assignment]
    one.loop._engine.clip = labelled(one.loop._engine.clip, "optimiser and clipping")  # type: ignore[method-assign]
    take, batches = labelled(one.step, HOST), one.batches()
    make = labelled(lambda: next(batches), "collate")
    take(make())
    with attributing() as found:
        for _ in range(steps):
            take(make())
    total = sum(found.values())
    return {part: seconds / total for part, seconds in sorted(found.items(), key=lambda one: -one[1])}


def precisions(data: str, steps: int, width: int) -> dict[str, float]:
    """Seconds of a step in float32 and in bfloat16, steps in turns."""
    sides = {
        kind: stepper("sasrec", data, [f"model.item.width={width}", f"stages.0.precision={kind}"])
        for kind in ("float32", "bfloat16")
    }
    batches = {kind: one.batches() for kind, one in sides.items()}
    taken: dict[str, list[float]] = {kind: [] for kind in sides}
    for turn in range(steps + 2):
        for kind, one in sides.items():
            made = next(batches[kind])
            begun = time.perf_counter()
            one.step(made)
            if turn >= 2:
                taken[kind].append(time.perf_counter() - begun)
    pairs = [other / own for own, other in zip(taken["float32"], taken["bfloat16"], strict=True)]
    return {
        "width": width,
        "float32": statistics.median(taken["float32"]),
        "bfloat16": statistics.median(taken["bfloat16"]),
        "ratio": statistics.median(pairs),
    }


def show(found: dict[str, Any]) -> None:
    """Tables in Markdown."""
    step, peaks = found["step"], found["peak"]
    print(f"{found['threads']} threads; peak {peaks['float32'] / 1e9:.0f} GFLOP/s in float32, ", end="")
    print(f"{peaks['bfloat16'] / 1e9:.0f} in bfloat16.")
    print(f"A step takes {1e3 * step['seconds']:.1f} ms for {step['operations'] / 1e9:.2f} GFLOP: ", end="")
    print(f"{100 * step['share of peak']:.0f} % of the float32 peak.")
    print(f"A validation takes {step['validation']:.2f} s, {100 * step['share of validation']:.0f} % of an epoch.\n")
    print("| part of a step, forwards and backwards | share |")
    print("|---|---|")
    for part, share in found["parts"].items():
        print(f"| {part} | {100 * share:.1f} % |")
    print("\n| width | float32, ms | bfloat16, ms | ratio |")
    print("|---|---|---|---|")
    for one in found["precision"]:
        print(f"| {one['width']} | {1e3 * one['float32']:.1f} | {1e3 * one['bfloat16']:.1f} | {one['ratio']:.2f} |")


if __name__ == "__main__":
    main()
