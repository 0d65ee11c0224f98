"""What texts cost in a training step: frozen beside ids alone, and trained beside encoding every occurrence.

    ./dev bench text_steps [--data PATH] [--steps N] [--rounds N] [--out FILE]

Needs the extra `minilm`. Both pairs take turns in one process, on the same data, windows and batches:

- *frozen*: `sasrec`, and the same over MiniLM's vectors, through UniSRec's experts in place of ids, and through a gate
  beside ids; both are as wide as the ids were.
- *trained*: `sasrec-bce` over MiniLM, all of whose layers train; a step encodes each distinct item once, sorted by
  length under a budget of tokens. Beside it the same step where each place of the batch (item, answer, negative) is an
  item of its own, in the order of the batch under the same budget. Both compute chunks again for the gradient, without
  which the second does not fit in memory.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from pathlib import Path
from typing import Any

import torch
from parts.stepping import Stepper, stepper

from lmrs.model.batch import Batch, Gather, tensors

HERE = Path(__file__).parent
BUDGET, LENGTH, WARM = 2048, 48, 4
TEXT = f"use: text/encoder, model: minilm, fields: [title, categories], length: {LENGTH}, normalize: true"
TRAINED = (f"model.item={{{TEXT}, budget: {BUDGET}, recompute: true}}", "stages.0.sampler.batch=32")
FROZEN = {
    "experts": (
        f"model.text={{{TEXT}}}",
        "model.item={use: text/whitening-experts, of: text, width: 64}",
        "stages.0.strategy={use: finetune-partial, train: [item, history]}",
    ),
    "gate": (
        f"model.text={{{TEXT}}}",
        "model.id={use: sequence/item-id, width: 64}",
        "model.item={use: gate, of: [id, text]}",
        "stages.0.strategy={use: finetune-partial, train: [id, item, history]}",
    ),
}


def each_apart(batch: Batch, binding: Any) -> Batch:
    """A batch in which no two places share an item: rows are numbered anew, and encoded one by one."""
    views, found, count = {}, [], 0
    for name, view in batch.views.items():
        changed = {}
        for field, subject in view.subjects.items():
            if subject == "item":
                rows = view.rows[field]
                found.append(rows.flatten())
                changed[field] = torch.arange(count, count + rows.numel()).view(rows.shape)
                count += rows.numel()
        views[name] = view.replace(**changed)
    real = torch.cat(found).numpy()
    parts, start = [], 0
    while start < count:
        costs = binding.cost(real[start : start + BUDGET])
        longest, stop = 0, start
        for cost in costs:
            longest = max(longest, int(cost))
            if longest * (stop - start + 1) > BUDGET and stop > start:
                break
            stop += 1
        parts.append(tensors(binding.rows(real[start:stop])))
        start = stop
    gathers = {**batch.gathers, "item": Gather(torch.arange(count), parts)}
    return Batch(batch.size, views, gathers, batch.candidates, batch.index, batch.epoch)


def timed(side: Stepper, batches: list[list[Batch]]) -> float:
    """Seconds of these steps, made batches in hand."""
    begun = time.perf_counter()
    for batch in batches:
        side.step(batch)
    return time.perf_counter() - begun


def frozen(data: str, steps: int) -> dict[str, list[float]]:
    """Whole steps, collation included; sides take turns step by step."""
    sides = {"ids": stepper("sasrec", data), **{name: stepper("sasrec", data, one) for name, one in FROZEN.items()}}
    made = {name: side.batches() for name, side in sides.items()}
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    for turn in range(-WARM, steps):
        for name in list(sides) if turn % 2 else reversed(sides):
            begun = time.perf_counter()
            sides[name].step(next(made[name]))
            if turn >= 0:
                seconds[name].append(time.perf_counter() - begun)
    return seconds


def trained(data: str, rounds: int) -> dict[str, list[float]]:
    """One step a round, of the same batch."""
    side = stepper("sasrec-bce", data, TRAINED)
    binding = side.stage.graph.nodes["item"].plan.binding
    made = side.batches()
    seconds: dict[str, list[float]] = {"distinct": [], "every occurrence": []}
    counts = []
    for _ in range(rounds):
        batches = next(made)
        apart = [each_apart(batch, binding) for batch in batches]
        counts.append([len(batches[0].gathers["item"].rows), len(apart[0].gathers["item"].rows)])
        seconds["distinct"].append(timed(side, [batches]))
        seconds["every occurrence"].append(timed(side, [apart]))
    print(f"A step has {counts[0][0]} distinct items in {counts[0][1]} places.")
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", default=str(HERE.parent.parent / "shared" / "data" / "ml-100k"))
    parser.add_argument("--steps", type=int, default=60, help="steps of each frozen side")
    parser.add_argument("--rounds", type=int, default=2, help="steps of each trained side, of a minute or more")
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    whole = frozen(asked.data, asked.steps)
    found = {f"frozen, {name}": {"ids": whole["ids"], name: whole[name]} for name in FROZEN}
    found["trained"] = trained(asked.data, asked.rounds)
    print(f"\n{torch.get_num_threads()} threads.\n\n| pair | first, s a step | second, s a step | ratio | asked |")
    print("|---|---|---|---|---|")
    for name, seconds in found.items():
        (one, first), (two, second) = ((side, statistics.median(times)) for side, times in seconds.items())
        limit = "at least 5.0" if name == "trained" else "at most 1.2"
        print(f"| {name} | {one} {first:.3f} | {two} {second:.3f} | {second / first:.2f} | {limit} |")
    if asked.out:
        asked.out.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
