"""MM-Rec's ideas: what pictures, their co-attention with texts, pre-training and a user vector for each candidate add.

    ./dev bench impressions runs/impressions/ml-1m
    ./dev bench mm_rec [runs/impressions/ml-1m] [runs/mm-rec] [arms, by comma]
    ./dev bench mm_rec runs/impressions/ml-1m runs/mm-rec started
    ./dev bench impressions runs/impressions/ml-1m-3000 ../shared/data 3000
    ./dev bench mm_rec runs/impressions/ml-1m-3000 runs/mm-rec read

Three seeds; `synthetic` in place of the folder is the embedded set with its own impressions. Each run is a process of
its own, lies in a folder of its own, and is not made again where it has finished. Prints by arm the mean over seeds and
each seed, of all impressions of the test part and of those whose clicked item was in no training event (cold); paired
tests of each impression's mean over seeds; seconds of processor time. Settings were not tuned.

`started` are the same arms without pre-training, where all trains from the start and directions are compared. `read`
are arms of the user vector alone: texts come from a frozen language model, and two maps on it train. Their
temperatures and epochs were chosen on validation parts.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from parts.arms import Columns, differences, group, table, within

from lmrs.evaluation.report import Result
from lmrs.evaluation.stored import load

SEEDS = (1, 2, 42)
METRICS = ("AUC", "MRR", "NDCG@5", "NDCG@10")
WHOLE = "mm-rec"
POSTERS = "../shared/data/ml-1m-posters/posters_h144.zip"
TEXTS = ("model.text", "stages.pretrain.draws.hidden")
DATA = {
    "synthetic": ("data.options={users: 600, items: 400, impressions: 6000}", "stages.pretrain.epochs=40"),
    "": (f"data.images={POSTERS}", *(f"{place}.fields=[title, categories]" for place in TEXTS)),
}
"""By the name of the data; the empty name is any folder."""
EVERYTHING = ("stages.tune.strategy=pretrain",)
ALONE = (
    "model.title.of=text",
    "model.cover.of=image",
    "model.both=null",
    "model.hidden-both=null",
    "stages.pretrain.objectives.0={words: hidden-text, parts: hidden-image}",
    "stages.pretrain.objectives.1={text: hidden-text, image: hidden-image}",
    "stages.tune.edits=[{drop: hidden-text}, {drop: hidden-image}]",
    "stages.tune.strategy.train=[text.layer.1, text.head, image.layer.1, image.head, title, cover]",
)
TITLES = (
    *("model.image=null", "model.both=null", "model.cover=null", "model.hidden-image=null", "model.hidden-both=null"),
    "model.title.of=text",
    "stages.pretrain.objectives.1=null",
    "stages.pretrain.objectives.0={words: hidden-text, parts: null}",
    "stages.tune.edits=[{drop: hidden-text}]",
    "stages.tune.strategy.train=[text.layer.1, text.head, title]",
    "stages.tune.objectives.0.of=[title]",
    "answer.of=[title]",
)
ARMS: dict[str, tuple[str, ...]] = {
    WHOLE: (),
    "one user vector for all candidates": ("stages.tune.objectives.0.even=true", "answer.even=true"),
    "no co-attention": ALONE,
    "no pictures": TITLES,
    "not pre-trained and all trains": ("stages.pretrain=null", *EVERYTHING),
    "all trains": EVERYTHING,
}


TUNED = ("stages.tune.objectives.0", "answer")
READ = (
    "model.text={use: text/encoder, model: minilm, fields: [title, categories], normalize: true}",
    "model.words={use: sequence/concat-mlp, of: [text], width: 128, activation: gelu, rows: true}",
    "model.title={use: sequence/concat-mlp, of: [words], width: 64}",
    *(f"model.{node}=null" for node in ("image", "both", "cover", "hidden-text", "hidden-image", "hidden-both")),
    "stages.pretrain=null",
    "stages.tune.edits=[]",
    "stages.tune.strategy.train=[words, title]",
    "stages.tune.sampler.batch=256",
    "stages.tune.optimizer={rate: 0.002, warmup: 10, schedule: cosine}",
    "stages.tune.epochs=4",
    *(f"{place}.of=[title]" for place in TUNED),
)


def _whole(changes: tuple[str, ...]) -> list[str]:
    """Those that are of the model and the second stage, where all trains."""
    return [one for one in changes if not one.startswith(("stages.pretrain", "stages.tune.strategy"))]


DIRECTIONS = tuple(
    f"{place}.{one}" for place in TUNED for one in ("scaled=false", "cosine=true", "attention=0.5", "temperature=0.1")
)
STARTED = "from the start"
_STARTED = ("stages.pretrain=null", *EVERYTHING, *DIRECTIONS)
TRAINED: dict[str, tuple[str, ...]] = {
    STARTED: _STARTED,
    f"{STARTED} and one user vector for all candidates": (*_STARTED, *(f"{place}.even=true" for place in TUNED)),
    f"{STARTED} and no co-attention": (*_whole(ALONE), *_STARTED),
    f"{STARTED} and no pictures": (*_whole(TITLES), *_STARTED),
}
READER = "read by a language model"
READERS: dict[str, tuple[str, ...]] = {
    READER: (*READ, *DIRECTIONS),
    "read and one user vector for all candidates": (*READ, *DIRECTIONS, *(f"{place}.even=true" for place in TUNED)),
    "read and lengths count": READ,
    "read by one that has read nothing": (*READ, *DIRECTIONS, "model.text.weights=random"),
}


def run(folder: Path, data: str, seed: int, changes: tuple[str, ...]) -> None:
    """One run, and beside it what it took."""
    taken = folder.with_suffix(".json")
    if (folder / "model").exists() and taken.exists():
        return
    before = [one for one in DATA.get(data, DATA[""]) if "stages.pretrain=null" not in changes or "pretrain" not in one]
    words = ["run", "mm-rec", "--data", data, "--seed", str(seed), "--out", str(folder), "--overwrite"]
    words += [*("--device", "cpu"), *(word for one in (*before, *changes) for word in ("--set", one))]
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "lmrs.cli.main", *words], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{folder.name} failed: it says why above")
    used = {"seconds": time.perf_counter() - started, "processor": usage.ru_utime + usage.ru_stime}
    taken.write_text(json.dumps(used))
    print(f"{folder.name}: {used['processor']:.0f} s of processor time", file=sys.stderr, flush=True)


def columns_of(found: dict[str, list[Result]], metric: str) -> Columns:
    """All impressions, and those whose clicked item nobody clicked in training."""
    first = next(iter(found.values()))[0]
    places = {"all": np.arange(first.cases), "cold": group(first, "cold")}
    return {
        name: {arm: [within(result.values[metric], some) for result in each] for arm, each in found.items()}
        for name, some in places.items()
    }


def main(data: str = "runs/impressions/ml-1m", out: str = "runs/mm-rec", arms: str = "") -> None:
    """Run what is missing, then print."""
    folder = Path(out) / Path(data).name
    folder.mkdir(parents=True, exist_ok=True)
    known, sets = {**ARMS, **TRAINED, **READERS}, {"": ARMS, "started": TRAINED, "read": READERS}
    asked = list(sets[arms]) if arms in sets else arms.split(",")
    for seed in SEEDS:
        for arm in asked:
            run(folder / name_of(arm, seed), data, seed, known[arm])
    found = {arm: [load(folder / name_of(arm, seed) / "results", "test") for seed in SEEDS] for arm in asked}
    first = found[asked[0]][0]
    if not all(np.array_equal(result.keys, first.keys) for each in found.values() for result in each):
        raise SystemExit("runs on other cases: empty the folder, or name another")
    more = {"": ["processor, s"]}
    for arm in asked:
        taken = [json.loads((folder / f"{name_of(arm, seed)}.json").read_text()) for seed in SEEDS]
        more[arm] = [f"{statistics.median(one['processor'] for one in taken):.0f}"]
    for metric in METRICS:
        table(f"{metric}, mean (each seed); {first.cases} impressions", columns_of(found, metric), more)
    wholes = (WHOLE, STARTED, READER)
    pairs = [
        (arm, whole)
        for whole, of in zip(wholes, sets.values(), strict=True)
        if whole in asked
        for arm in asked
        if arm in of and arm != whole
    ]
    for metric in METRICS[:2]:
        differences(metric, columns_of(found, metric), pairs)


def name_of(arm: str, seed: int) -> str:
    """Folder of a run."""
    words = "".join(letter if letter.isalnum() else " " for letter in arm).split()
    return f"{'-'.join(words)}-{seed}"


if __name__ == "__main__":
    main(*sys.argv[1:])
