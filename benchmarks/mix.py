"""What each type of data adds: every part of `mixed` alone, in pairs, and all of them, over one history model.

    ./dev bench mix_data runs/mix-data
    ./dev bench mix [runs/mix-data] [runs/mix] [ml-1m|last-fm|crowding|why|speed]

Three seeds. On ML-1M ids, texts, the knowledge graph and pictures; the tower of the pictures is learnt once, from
posters and the frozen vectors of their texts. On last.fm ids, the knowledge graph and friends. Each run lies in a
folder of its own and is not made again where it has finished. Prints by arm, with each seed, all cases, those of short
histories, those whose right answer has no training event (cold) among all items and among such items alone; and two of
these once more with `answer.lift`, chosen by the validation part of each run so that cold items are as great a share of
the ten recommended as of the right answers. Then paired tests, `DATA.svg`, and a report of the first seed's runs,
`DATA-SEED-all/report.html`. `crowding` asks what keeps cold items of ML-1M out of the ten: ids and texts, one seed,
as `mixed` is, with every item an alternative in the loss, and with no input ever left out. `why` has parts as they
were before they helped. `speed` prints the time of a step with frozen encoders beside that of ids alone. Settings were
chosen by the validation part of seed 1.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
from parts.arms import Column, bars, differences, draw, group, table, within
from parts.lifting import fair_lift
from parts.stepping import stepper

import lmrs
from lmrs.answer.measured import evaluate
from lmrs.answer.pipeline import Pipeline
from lmrs.evaluation.report import Result
from lmrs.evaluation.stored import files, load
from lmrs.report.html import write_report

SEEDS = (1, 2, 42)
METRICS = ("HR@10", "NDCG@10")
MEASURED = ("evaluate.metrics=[hr, ndcg]", "evaluate.at=[10]")
COLD = (*MEASURED, "evaluate.candidates=cold")
PARTS = {"ml-1m": ("id", "text", "kg", "image"), "last-fm": ("id", "kg", "friends")}
NODES = {
    "text": ("text", "words"),
    "kg": ("entity", "facts", "kg"),
    "image": ("image", "looks"),
    "friends": ("person", "tastes", "friends"),
}
"""Nodes of a part; of ids, `id`."""
TRAIN = (
    "model.text.fields=[title, categories, plot]",
    "stages.0.sampler={length: 31, bucket: true}",
    "stages.0.draws.next.length=30",
    "model.history.length=30",
    "stages.0.optimizer={rate: 0.005, schedule: linear, warmup: 50}",
    *MEASURED,
)
TOWER = (
    "model.image.model.embed_dim=384",
    "model.image.normalize=true",
    "model.text={use: text/encoder, model: minilm, fields: [title, categories, plot], normalize: true, budget: 8192}",
    "stages.0.strategy={use: pretrain, frozen: [text]}",
    "stages.0.epochs=12",
)
"""The tower looks at MiniLM's vectors, which do not train, in place of a text tower of its own."""
IMAGE = ("model.image.model.embed_dim=384",)


def arms(data: str) -> dict[str, tuple[str, ...]]:
    """Parts by the name of the arm: each alone, each pair, all; friends are nothing of an item, and not alone."""
    parts = PARTS[data]
    some = [*((part,) for part in parts), *combinations(parts, 2), parts]
    return {"all" if one == parts else " + ".join(one): one for one in some if one != ("friends",)}


OF_DATA = {
    "ml-1m": ("stages.0.epochs=16", "stages.0.stop={patience: 4, every: 4}"),
    "last-fm": ("model.event.norm=true", "stages.0.epochs=24", "stages.0.stop={patience: 3, every: 8}"),
}


def changes(data: str, parts: Sequence[str]) -> list[str]:
    """`mixed` with these parts only."""
    return [*(IMAGE if "image" in parts else ()), *TRAIN, *OF_DATA[data], *without(parts)]


def without(parts: Sequence[str]) -> list[str]:
    """The other parts taken away."""
    gone = [part for part in ("id", *NODES) if part not in parts]
    return [f"model.{node}=null" for part in gone for node in NODES.get(part, (part,))]


def run(
    folder: Path, data: str, place: str, parts: Sequence[str], seed: int, tower: Path | None, more: Sequence[str] = ()
) -> None:
    """One run, and beside it what it took, unless it has finished."""
    taken = folder / "taken.json"
    if taken.exists():
        return
    init = tower if "image" in parts else None
    before = time.perf_counter(), time.process_time()
    asked = [*changes(data, parts), *more]
    lmrs.run("mixed", place, overrides=asked, seed=seed, out=folder, init=init, overwrite=True)
    seconds, processor = time.perf_counter() - before[0], time.process_time() - before[1]
    taken.write_text(json.dumps({"seconds": seconds, "processor": processor}))
    print(f"{folder.name}: {processor:.0f} s of processor time", file=sys.stderr, flush=True)


def measured(folder: Path) -> tuple[Result, Result, Result]:
    """The test part as the run was evaluated, among cold items alone, and with cold items lifted to their share."""
    asked = {"cold": lambda: COLD, "lifted": lambda: (*MEASURED, f"answer.lift={fair_lift(Pipeline.load(folder))}")}
    for name, overrides in asked.items():
        place = folder / name
        if not (place / "test.json").exists():
            place.mkdir(exist_ok=True)
            for file, content in files(evaluate(folder, overrides=overrides())).items():
                (place / file).write_bytes(content)
    return load(folder / "results", "test"), load(folder / "cold", "test"), load(folder / "lifted", "test")


def columns(metric: str, found: dict[str, list[tuple[Result, Result, Result]]]) -> dict[str, Column]:
    """The questions: everybody, short histories, cold answers among all items, lifted or not, and among cold ones."""
    first = next(iter(found.values()))[0][0]
    cold, short = group(first, "cold"), group(first, "short")
    asked = {
        "overall": (0, np.arange(first.cases)),
        "short histories": (0, short),
        "cold among all": (0, cold),
        "cold among cold": (1, cold),
        "overall, lifted": (2, np.arange(first.cases)),
        "cold among all, lifted": (2, cold),
    }
    return {
        name: {arm: [within(one[which].values[metric], some) for one in each] for arm, each in found.items()}
        for name, (which, some) in asked.items()
    }


def ablation(data: str, place: str, out: Path) -> None:
    """Run what is missing, then print and draw."""
    tower = out / f"{data}-tower"
    if "image" in PARTS[data] and not (tower / "model").exists():
        lmrs.run("clip-pretrain", place, overrides=TOWER, seed=1, out=tower, overwrite=True)
    every = arms(data)
    for seed in SEEDS:
        for arm, parts in every.items():
            run(out / name_of(data, arm, seed), data, place, parts, seed, tower)
    found = {arm: [measured(out / name_of(data, arm, seed)) for seed in SEEDS] for arm in every}
    first = found["all"][0][0]
    if not all(np.array_equal(one.keys, first.keys) for each in found.values() for three in each for one in three):
        raise SystemExit("runs on other cases: empty the folder, or name another")
    pairs = [(arm, "all") for arm in every if arm != "all"] + [("id", arm) for arm in every if arm not in ("id", "all")]
    for metric in METRICS:
        asked = columns(metric, found)
        table(f"{data}: {metric}, mean (each seed)", asked)
        if metric == METRICS[0]:
            differences(metric, asked, pairs)
            draw(bars(asked), list(asked), f"{metric} by what is known of items", out / f"{data}.svg")
    counts = {name: int((~np.isnan(column["all"][0])).sum()) for name, column in asked.items()}
    print("\ncases: " + ", ".join(f"{name} {count}" for name, count in counts.items()))
    folders = [out / name_of(data, arm, SEEDS[0]) for arm in every]
    print(write_report(folders[-1], folders[:-1], 0))


CROWDING = {
    "as it is": (),
    "every item an alternative": ("stages.0.objectives.0.among=all",),
    "nothing left out": ("model.item.dropout=0.0",),
    "neither": ("stages.0.objectives.0.among=all", "model.item.dropout=0.0"),
}


def crowding(place: str, out: Path) -> None:
    """What the ten recommended hold of cold items, and what that is worth, with a lift and without."""
    print("\n| | lift | overall | cold among all | cold among cold | cold of the ten |\n|---|---|---|---|---|---|")
    for name, more in CROWDING.items():
        folder = out / f"crowding-{name.replace(' ', '-')}"
        run(folder, "ml-1m", place, ("id", "text"), SEEDS[0], None, more)
        among = evaluate(folder, overrides=COLD)
        alone = within(among.values[METRICS[0]], group(among, "cold"))
        for lift in (0.0, fair_lift(Pipeline.load(folder))):
            asked = (f"answer.lift={lift}", "evaluate.at=[10]", "evaluate.metrics=[{use: hr}, {use: aplt, head: 1.0}]")
            found = evaluate(folder, overrides=asked)
            cold = found.values[METRICS[0]][group(found, "cold")]
            cells = [found[METRICS[0]], cold.mean(), np.nanmean(alone)]
            share = f"{100 * found['APLT(1)@10']:.1f} %"
            print(f"| {name} | {lift:+.3f} | " + " | ".join([*(f"{cell:.4f}" for cell in cells), share]) + " |")


WHY: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "texts as they come": ("ml-1m", ("text",), ("model.words={use: gate, of: [text], width: 64}",)),
    "films with a vector of their own in the graph": ("ml-1m", ("text", "kg"), ("model.facts.itself=true",)),
    "people with a vector of their own": (
        "last-fm",
        ("id", "friends"),
        ("model.friends.of=person", "model.person.std=0.1", "stages.0.strategy.frozen=[text, image]"),
    ),
    "friends beside items of any length": ("last-fm", ("id", "friends"), ("model.event.norm=false",)),
}
"""What was mended before a part helped: data, parts, and how it was."""


def why(places: str, out: Path) -> None:
    """The first seed with and without each mend, on the validation part."""
    print("\n| | | validation " + " | validation ".join(METRICS) + " | cold among cold |\n|---|---|---|---|---|")
    for name, (data, parts, more) in WHY.items():
        for said, folder, changed in (
            (name, out / f"why-{name.replace(' ', '-')}", more),
            ("as it is", out / name_of(data, " + ".join(parts), SEEDS[0]), ()),
        ):
            run(folder, data, f"{places}/{data}", parts, SEEDS[0], None, changed)
            found, among = (evaluate(folder, "valid", overrides=asked) for asked in (MEASURED, COLD))
            alone = within(among.values[METRICS[0]], group(among, "cold"))
            cells = [*(found[metric] for metric in METRICS), float(np.nanmean(alone))]
            print(f"| {' + '.join(parts)} | {said} | " + " | ".join(f"{cell:.4f}" for cell in cells) + " |")


def speed(place: str, rounds: int = 8, steps: int = 10) -> None:
    """Milliseconds of a step of the recipe as it is, blocks of each arm in turn: the median of blocks."""
    frozen = ("stages.0.strategy.frozen=[text, image, entity, facts]",)
    some: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
        "id": (("id",), ()),
        "all, the graph frozen too": (PARTS["ml-1m"], frozen),
        "all": (PARTS["ml-1m"], ()),
    }
    ready = {}
    for arm, (parts, more) in some.items():
        made = stepper("mixed", place, [*TRAIN[:1], *without(parts), *more])
        ready[arm] = (made, made.batches())
    times: dict[str, list[float]] = {arm: [] for arm in ready}
    for number in range(rounds + 1):
        for arm, (made, batches) in ready.items():
            started = time.perf_counter()
            for _ in range(steps):
                made.step(next(batches))
            if number:
                times[arm].append(1000 * (time.perf_counter() - started) / steps)
    for arm, each in times.items():
        ratios = [one / other for one, other in zip(each, times["id"], strict=True)]
        print(f"{arm}: {statistics.median(each):.0f} ms a step, {statistics.median(ratios):.2f} of ids alone")


def name_of(data: str, arm: str, seed: int) -> str:
    """Folder of a run."""
    return f"{data}-{seed}-{arm.replace(' + ', '-')}"


def main(data: str = "runs/mix-data", out: str = "runs/mix", asked: str = "ml-1m") -> None:
    """One of the five."""
    Path(out).mkdir(parents=True, exist_ok=True)
    if asked == "speed":
        speed(f"{data}/ml-1m-whole")
    elif asked == "crowding":
        crowding(f"{data}/ml-1m", Path(out))
    elif asked == "why":
        why(data, Path(out))
    elif asked in PARTS:
        ablation(asked, f"{data}/{asked}", Path(out))
    else:
        raise SystemExit(f"no {asked!r} here: ml-1m, last-fm, crowding, why or speed")


if __name__ == "__main__":
    main(*sys.argv[1:])
