"""What each type of data adds: every part of `mixed` alone, in pairs, and all of them, over one history model.

    ./dev bench mix_data runs/mix-data
    ./dev bench mix [runs/mix-data] [runs/mix] [young|amounts|last-fm|crowding|why|speed]

Three seeds. On ML-1M ids, texts, the knowledge graph and pictures; the tower of the pictures is learnt once, from
posters and the frozen vectors of their texts. `young` is a service with a thousand users to train on, asked about users
who come later; `amounts` has ids, and ids and texts, at 500, 1,000, 2,000 users and, as leave-one-out, at all 6,040. On
last.fm ids, the knowledge graph and friends.

Each run lies in a folder of its own and is not made again where it has finished. Prints by arm, with each seed, all
cases, those of short histories, those whose right answer has no training event (cold) among all items and among such
items alone; and two of these once more with `answer.lift`, chosen by the validation part of each run so that cold items
are as great a share of the ten recommended as of the right answers. Then paired tests, which know whose case each is,
`DATA.svg`, and a report of the first seed's runs, in the folder of the last. `crowding` asks what keeps cold items
out of the ten: ids and texts, one seed, as `mixed` is, with every item an alternative in the loss, and with no input
ever left out. `why` has parts as they were before they helped. `speed` prints the time of a step with frozen encoders
beside that of ids alone. Settings were chosen by the validation part of seed 1.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
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
FILMS = ("id", "text", "kg", "image")
YOUNG = "ml-1m-1000"
AMOUNTS = {"500 users": "ml-1m-500", "1,000 users": YOUNG, "2,000 users": "ml-1m-2000", "all 6,040 users": "ml-1m"}
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


Arm = tuple[tuple[str, ...], tuple[str, ...]]
"""Parts, and what else is changed."""


ONE_GATE = ("model.about=null", "model.item.of=[id, words, kg, looks]")
"""All parts stand side by side, so that arms differ in nothing but which there are."""


def parts_of(data: str) -> tuple[str, ...]:
    """All that there is."""
    return ("id", "kg", "friends") if data == "last-fm" else FILMS


def arms(data: str) -> dict[str, Arm]:
    """By name: each part alone, each pair, all; friends are nothing of an item, and not alone.

    Where data are few there are two more: ids alone with the dropout in the history model that is best for them, and
    all four as `mixed` has them, with a gate of its own for what is no id.
    """
    parts = parts_of(data)
    some = [*((part,) for part in parts), *combinations(parts, 2), parts]
    found: dict[str, Arm] = {"all" if one == parts else " + ".join(one): (one, ONE_GATE) for one in some}
    found.pop("friends", None)
    if data == YOUNG:
        found["id, more dropout"] = (("id",), (*ONE_GATE, "model.history.dropout=0.5"))
        found["all, in two gates"] = (parts, ())
    return found


_GIVEN = "data.split.by=column"
_FEW = (_GIVEN, "model.item.dropout=0.3", "stages.0.stop={patience: 4, every: 4}")
OF_DATA = {
    "ml-1m": ("stages.0.epochs=16", "stages.0.stop={patience: 4, every: 4}"),
    "ml-1m-2000": (*_FEW, "stages.0.epochs=16"),
    "ml-1m-1000": (*_FEW, "stages.0.epochs=16"),
    "ml-1m-500": (*_FEW, "stages.0.epochs=24"),
    "last-fm": (
        "model.event.norm=true",
        "model.item.normalize=false",
        "stages.0.epochs=24",
        "stages.0.stop={patience: 3, every: 8}",
    ),
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


def columns(metric: str, found: Mapping[str, Sequence[tuple[Result, ...]]]) -> dict[str, Column]:
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


def results(data: str, place: str, out: Path, some: Mapping[str, Arm]) -> dict[str, list[tuple[Result, ...]]]:
    """By arm what was measured with each seed; runs that are missing are made."""
    tower = out / "ml-1m-tower"
    if any("image" in parts for parts, _ in some.values()) and not (tower / "model").exists():
        split = [one for one in OF_DATA[data] if one == _GIVEN]
        lmrs.run("clip-pretrain", place, overrides=(*TOWER, *split), seed=1, out=tower, overwrite=True)
    for seed in SEEDS:
        for arm, (parts, more) in some.items():
            run(out / name_of(data, arm, seed), data, place, parts, seed, tower, more)
    found = {arm: [measured(out / name_of(data, arm, seed)) for seed in SEEDS] for arm in some}
    keys = next(iter(found.values()))[0][0].keys
    if not all(np.array_equal(one.keys, keys) for each in found.values() for three in each for one in three):
        raise SystemExit("runs on other cases: empty the folder, or name another")
    return found


def ablation(data: str, place: str, out: Path) -> None:
    """Every arm of a data set, printed and drawn."""
    every = arms(data)
    found = results(data, place, out, every)
    users = found["all"][0][0].groups
    ids = [arm for arm, (some, _) in every.items() if some == ("id",)]
    pairs = [(one, arm) for one in ids for arm in every if arm not in ids]
    pairs += [(arm, "all") for arm in every if arm not in (*ids, "all")]
    for metric in METRICS:
        asked = columns(metric, found)
        table(f"{data}: {metric}, mean (each seed)", asked)
        if metric == METRICS[0]:
            differences(metric, asked, pairs, groups=users)
            draw(bars(asked, users), list(asked), f"{metric} by what is known of items", out / f"{data}.svg")
    counts = {name: int((~np.isnan(column["all"][0])).sum()) for name, column in asked.items()}
    print("\ncases: " + ", ".join(f"{name} {count}" for name, count in counts.items()))
    folders = [out / name_of(data, arm, SEEDS[0]) for arm in every]
    print(write_report(folders[-1], folders[:-1], 0))


def amounts(places: str, out: Path) -> None:
    """Ids, and ids and texts, by how much there is to train on."""
    for said, data in AMOUNTS.items():
        some = {arm: one for arm, one in arms(data).items() if arm in ("id", "id + text")}
        found = results(data, f"{places}/{data}", out, some)
        users = found["id"][0][0].groups
        for metric in METRICS:
            asked = columns(metric, found)
            table(f"{said}: {metric}, mean (each seed)", asked)
            differences(metric, asked, [("id", "id + text")], groups=users)


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
        run(folder, YOUNG, place, ("id", "text"), SEEDS[0], None, (*ONE_GATE, *more))
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
    "parts of any length, and what all texts and posters have in common": (
        YOUNG,
        FILMS,
        ("model.item.normalize=false", "model.words.rows=false", "model.looks.rows=false"),
    ),
    "parts of any length": (YOUNG, FILMS, ("model.item.normalize=false",)),
    "what all texts and posters have in common": (YOUNG, FILMS, ("model.words.rows=false", "model.looks.rows=false")),
    "films with a vector of their own in the graph": (YOUNG, ("text", "kg"), ("model.facts.itself=true",)),
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
    tower = out / "ml-1m-tower"
    for name, (data, parts, more) in WHY.items():
        arm = next(arm for arm, one in arms(data).items() if one == (parts, ONE_GATE))
        for said, folder, changed in (
            (name, out / f"why-{name.replace(',', '').replace(' ', '-')}", more),
            ("as it is", out / name_of(data, arm, SEEDS[0]), ()),
        ):
            run(folder, data, f"{places}/{data}", parts, SEEDS[0], tower, (*ONE_GATE, *changed))
            found, among = (evaluate(folder, "valid", overrides=asked) for asked in (MEASURED, COLD))
            alone = within(among.values[METRICS[0]], group(among, "cold"))
            cells = [*(found[metric] for metric in METRICS), float(np.nanmean(alone))]
            print(f"| {arm} | {said} | " + " | ".join(f"{cell:.4f}" for cell in cells) + " |")


def speed(place: str, rounds: int = 8, steps: int = 10) -> None:
    """Milliseconds of a step of the recipe as it is, blocks of each arm in turn: the median of blocks."""
    frozen = ("stages.0.strategy.frozen=[text, image, entity, facts]",)
    some: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
        "id": (("id",), ()),
        "all, the graph frozen too": (FILMS, frozen),
        "all": (FILMS, ()),
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
    return f"{data}-{seed}-{arm.replace(' + ', '-').replace(',', '').replace(' ', '-')}"


def main(data: str = "runs/mix-data", out: str = "runs/mix", asked: str = "young") -> None:
    """One of the six."""
    Path(out).mkdir(parents=True, exist_ok=True)
    if asked == "speed":
        speed(f"{data}/ml-1m-whole")
    elif asked == "crowding":
        crowding(f"{data}/{YOUNG}", Path(out))
    elif asked == "why":
        why(data, Path(out))
    elif asked == "amounts":
        amounts(data, Path(out))
    elif asked in ("young", "last-fm"):
        name = YOUNG if asked == "young" else asked
        ablation(name, f"{data}/{name}", Path(out))
    else:
        raise SystemExit(f"no {asked!r} here: young, amounts, last-fm, crowding, why or speed")


if __name__ == "__main__":
    main(*sys.argv[1:])
