"""UniSRec's questions: do texts and what was learnt elsewhere help where little has happened, and which strategy pays?

    ./dev bench texts runs/texts
    ./dev bench transfer [runs/texts] [runs/transfer] [arms|targets|strategies] [makeup]

Pre-trains on `skin-care` and `hair-care`, once a seed, and tunes on `makeup`, of which it has met no item; with another
of the three as the target, on the two others. Each run is
a process of its own, lies in a folder of its own, and is not made again where it has finished. Prints the mean over
seeds and each seed: all cases, those whose right answer has no training event (cold) and the others (warm), those of
short histories; how many of the ten recommended are cold; paired tests of each case's mean over seeds; for strategies
also what trains, seconds and the peak of memory, and draws `strategies.svg`. Settings were chosen by the validation
part of seed 1.
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
import numpy.typing as npt
from parts.arms import differences, draw, every_pair, group, table, within

from lmrs.answer.measured import evaluate
from lmrs.evaluation.report import Result
from lmrs.evaluation.stored import load
from lmrs.report.bar_plot import Bar

SEEDS = (1, 2, 42)
METRIC = "NDCG@10"
COLD = ("evaluate.metrics=[{use: aplt, head: 1.0}]", "evaluate.at=[10]")
DOMAINS = ("skin-care", "hair-care", "makeup")
PRETRAIN = ("stages.0.epochs=12",)
STOP = ("stages.0.stop={patience: 5, every: 1}", "model.history.dropout=0.5")
IDS = (*STOP, "stages.0.sampler.bucket=true")
TEXT_ALONE = ("model.id=null", "model.item.of=[adaptor]", "stages.0.optimizer.rate=0.003")


def training(words: str) -> tuple[str, ...]:
    """The usual settings with a strategy."""
    return (*STOP, f"stages.0.strategy={{{words}}}")


PARTIAL = "use: finetune-partial, train:"
ARMS: dict[str, tuple[str, bool, tuple[str, ...]]] = {
    "ids (sasrec)": ("sasrec", False, IDS),
    "texts, fresh": ("unisrec", False, (*TEXT_ALONE, *training(f"{PARTIAL} [adaptor, history]"))),
    "texts, pre-trained": ("unisrec", True, (*TEXT_ALONE, *training(f"{PARTIAL} [adaptor, history.input_norm*]"))),
    "texts and ids, fresh": ("unisrec", False, training(f"{PARTIAL} [adaptor, id, history]")),
    "texts and ids, pre-trained": ("unisrec", True, STOP),
    "holistic": ("unisrec", True, training(f"{PARTIAL} [adaptor, id, history]")),
    "by depth": ("unisrec", True, training(f"{PARTIAL} [adaptor, id], depth: {{history: 1}}")),
    "LoRA": ("unisrec", True, training("use: text/lora, nodes: [history], rank: 8, train: [adaptor, id]")),
    "extra": ("unisrec", True, training("use: finetune-extra, train: [id]")),
}
"""Recipe, whether it starts from the pre-trained run, and what is changed. Holistic is all but the language model."""
TABLES = {
    "arms": list(ARMS)[:6],
    "targets": ["ids (sasrec)", "texts and ids, pre-trained"],
    "strategies": ["texts and ids, fresh", "holistic", "texts and ids, pre-trained", "by depth", "LoRA", "extra"],
}
"""The second is for other targets; in the third the pre-trained one is the paper's own strategy: a part by name."""
COMPARED = ("ids (sasrec)", "texts and ids, pre-trained")


def run(folder: Path, recipe: str, data: list[str], seed: int, changes: tuple[str, ...], init: Path | None) -> None:
    """One run, and beside it what it took."""
    taken = folder.with_suffix(".json")
    if (folder / "model").exists() and taken.exists():
        return
    words = ["run", recipe, "--seed", str(seed), "--out", str(folder), "--overwrite", "--device", "cpu"]
    words += [word for one in data for word in ("--data", one)]
    words += [word for one in changes for word in ("--set", one)]
    words += [] if init is None else ["--init", str(init)]
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "lmrs.cli.main", *words], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{folder.name} failed: it says why above")
    seconds = time.perf_counter() - started
    processor = usage.ru_utime + usage.ru_stime
    taken.write_text(json.dumps({"seconds": seconds, "processor": processor, "peak": usage.ru_maxrss * 1024}))
    print(f"{folder.name}: {processor:.0f} s of processor time", file=sys.stderr, flush=True)


def parameters(recipe: str, data: str, changes: tuple[str, ...]) -> int:
    """How many numbers train, as `lmrs recipe show --parameters` counts them."""
    words = ["recipe", "show", recipe, "--parameters", "--json", "--data", data]
    words += [word for one in changes for word in ("--set", one)]
    done = subprocess.run([sys.executable, "-m", "lmrs.cli.main", *words], capture_output=True, check=True, text=True)
    return int(json.loads(done.stdout)["parameters"][-1]["trainable"])


def cold_share(folder: Path) -> float:
    """How many of the ten that are recommended have no training event."""
    return evaluate(folder, overrides=COLD, device="cpu")["APLT(1)@10"]


def columns_of(found: dict[str, list[Result]]) -> dict[str, dict[str, list[npt.NDArray[np.float64]]]]:
    """The questions: all cases, those whose right answer has no training event, the others, short histories."""
    first = next(iter(found.values()))[0]
    every, cold = np.arange(first.cases), group(first, "cold")
    places = {"all": every, "cold": cold, "short": group(first, "short"), "warm": np.setdiff1d(every, cold)}
    return {
        name: {arm: [within(result.values[METRIC], some) for result in each] for arm, each in found.items()}
        for name, some in places.items()
    }


def main(texts: str = "runs/texts", out: str = "runs/transfer", asked: str = "arms", target: str = "makeup") -> None:
    """Run what is missing, then print."""
    folder, arms, data = Path(out), TABLES[asked], f"{texts}/{target}"
    sources = [f"{texts}/{name}" for name in DOMAINS if name != target]
    folder.mkdir(parents=True, exist_ok=True)
    for seed in SEEDS:
        before = folder / f"pretrained-{seed}"
        run(before, "unisrec-pretrain", sources, seed, PRETRAIN, None)
        for arm in arms:
            recipe, started, changes = ARMS[arm]
            run(folder / name_of(arm, seed), recipe, [data], seed, changes, before if started else None)
    found = {arm: [load(folder / name_of(arm, seed) / "results", "test") for seed in SEEDS] for arm in arms}
    first = found[arms[0]][0]
    if not all(np.array_equal(result.keys, first.keys) for each in found.values() for result in each):
        raise SystemExit("runs on other cases: empty the folder, or name another")
    more = {"": ["cold of the ten"]}
    for arm in arms:
        shares = [cold_share(folder / name_of(arm, seed)) for seed in SEEDS]
        more[arm] = [f"{100 * statistics.mean(shares):.0f} %"]
    if asked == "strategies":
        more[""] += ["trainable", "processor, s", "peak, MiB"]
        for arm in arms:
            taken = [json.loads((folder / f"{name_of(arm, seed)}.json").read_text()) for seed in SEEDS]
            middle = {key: statistics.median(one[key] for one in taken) for key in taken[0]}
            trains = parameters(ARMS[arm][0], data, ARMS[arm][2])
            more[arm] += [f"{trains:,}", f"{middle['processor']:.0f}", f"{middle['peak'] / 2**20:.0f}"]
    columns = columns_of(found)
    table(f"{METRIC}, mean (each seed)", columns, more)
    differences(METRIC, columns, every_pair(columns), COMPARED)
    if asked == "strategies":
        rows = []
        for arm, results in found.items():
            each = [result[METRIC] for result in results]
            rows.append((arm, [Bar(statistics.mean(each), min(each), max(each))]))
        title = f"{METRIC} by strategy, {len(SEEDS)} seeds, from the worst to the best"
        draw(rows, [METRIC], title, folder / "strategies.svg")


def name_of(arm: str, seed: int) -> str:
    """Folder of a run."""
    words = "".join(letter if letter.isalnum() else " " for letter in arm).split()
    return f"{'-'.join(words)}-{seed}"


if __name__ == "__main__":
    main(*sys.argv[1:])
