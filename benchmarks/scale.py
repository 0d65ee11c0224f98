"""What large data cost: memory and time of reading, training and evaluating, and what grows with the catalogue.

    ./dev bench scale                       10 million events of 100,000 items, and catalogues up to a million
    ./dev bench scale --events 1000000      a smaller file

Data are generated, from a seed, into a temporary folder. Each row is a process of its own, watched from outside:
`anonymous` is the peak of what it has allocated, in MiB, which nothing but swapping can take back; `resident` adds the
pages of files that it has mapped, which the system drops when memory is short. A process that imports the same and
works on a data set of some kilobytes stands beside them.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

SEED = 7
MIB = 1 << 20
SHOW_LIMIT = 20.0
"""Seconds for `lmrs data show`."""
SAMPLED = ("stages.0.draws.next.shared=512", "stages.0.objectives.0.loss=sampled", "stages.0.stop=null")
SHORT = (
    *("model.history.length=20", "stages.0.sampler={batch: 128, length: 21}", "stages.0.draws.next.length=20"),
    "stages.0.epochs=1",
)
CATALOGUES = (10_000, 100_000, 1_000_000)
STEPS = {"file": 100, "catalogue": 30}


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    words.add_argument("--events", type=int, default=10_000_000)
    words.add_argument("--items", type=int, default=100_000)
    words.add_argument("--skip-catalogues", action="store_true")
    asked = words.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(f"{asked.events:,} events of {asked.items:,} items, seed {SEED}; {os.cpu_count()} cores")
        files(folder, asked.events, asked.items)
        if not asked.skip_catalogues:
            catalogues(folder)


def files(folder: Path, events: int, items: int) -> None:
    """One data set as text and as Parquet: shown, trained on, evaluated."""
    table = generate(events, items)
    paths = {"tiny.parquet": generate(2_000, 100), "big.parquet": table}
    for name, rows in paths.items():
        pq.write_table(rows, folder / name, row_group_size=MIB)
    (folder / "big").mkdir()
    with (folder / "big" / "big.inter").open("wb") as file:
        file.write(b"user_id:token\titem_id:token\ttimestamp:float\n")
        pacsv.write_csv(table, file, pacsv.WriteOptions(include_header=False, delimiter="\t"))
    decoded = events * 3 * 8 / MIB
    del table, rows, paths
    print(f"three columns of eight bytes are {decoded:.0f} MiB\n")
    head("file")
    for path in (folder / "tiny.parquet", folder / "big" / "big.inter", folder / "big.parquet"):
        found = watch("data", "show", str(path))
        row(f"data show {path.name}", found, path.stat().st_size / MIB)
        if path.stem == "big":
            verdict = "within" if found["seconds"] <= SHOW_LIMIT else "OVER"
            print(f"{'':34} {verdict} {SHOW_LIMIT:.0f} s", flush=True)
    for path in (folder / "tiny.parquet", folder / "big.parquet"):
        size, out = path.stat().st_size / MIB, folder / f"run-{path.stem}"
        row(f"run {path.name}, {STEPS['file']} steps", train(path, out, STEPS["file"], sparse=True), size)
        row(f"evaluate {path.name}", watch("evaluate", str(out)), size)
        print(f"{'':34} {evaluated(out):,} users of the test part, among all items")


def catalogues(folder: Path) -> None:
    """Steps a second of the processor, with a sampled softmax, and an evaluation among all items."""
    print(f"\nsampled softmax over 512 shared items, batches of 128 windows of 20, {STEPS['catalogue']} steps\n")
    head("steps/cpu")
    for items in CATALOGUES:
        path = folder / f"catalogue-{items}.parquet"
        pq.write_table(generate(2 * items + 200_000, items, every=True), path)
        for kind in ("dense", "sparse"):
            out = folder / f"run-{items}-{kind}"
            found = train(path, out, STEPS["catalogue"], sparse=kind == "sparse", cases=200)
            seconds = np.diff(json.loads((out / "steps.json").read_text())[5:])
            row(f"run {items:,} items, {kind}", found, 1 / float(np.median(seconds)))
        found = watch("evaluate", str(out))
        row(f"evaluate {items:,} items", found, float("nan"))
        print(f"{'':34} {evaluated(out):,} users of the test part, among all items")


def generate(events: int, items: int, every: bool = False) -> pa.Table:
    """Events in no order: users alike, items by a long tail; with `every`, each item at least once."""
    random = np.random.default_rng(SEED)
    chosen = np.minimum((random.pareto(1.0, events) * items * 0.02).astype(np.int64), items)
    chosen = np.where(chosen == items, random.integers(items, size=events), chosen)
    if every:
        chosen[:items] = random.permutation(items)
    users = random.integers(max(events // 50, 20), size=events)
    times = random.integers(1_000_000_000, 1_700_000_000, size=events)
    return pa.table({"user_id": users, "item_id": chosen, "timestamp": times})


def train(path: Path, out: Path, steps: int, sparse: bool, cases: int = 1000) -> dict[str, float]:
    """A run of SASRec in a process that notes when each step ended; `cases` users are tested, a tenth at most."""
    changes = [*SHORT, *SAMPLED, f"stages.0.max_steps={steps}", f"model.item.sparse={str(sparse).lower()}"]
    share = min(0.1, cases / len(pq.read_table(path, columns=["user_id"]).column(0).unique()))
    changes.append(f"data.split={{by: users, valid: 0, test: {share:.6f}}}")
    return watch("--child", str(path), str(out), *changes)


def child(path: str, out: str, *changes: str) -> None:
    """What `train` starts."""
    from lmrs.answer.listener import Listener
    from lmrs.answer.run import run

    class Clock(Listener):
        ends: list[float]

        def stepped(self, step: int, terms: object) -> None:
            self.ends.append(time.process_time())  # what others run does not count

    clock = Clock()
    clock.ends = []
    run("sasrec", path, overrides=changes, out=out, listener=clock, device="cpu")
    Path(out, "steps.json").write_text(json.dumps(clock.ends))


def evaluated(run: Path) -> int:
    """How many cases the test part had."""
    return int(json.loads((run / "results" / "test.json").read_text())["cases"])


def watch(*arguments: str) -> dict[str, float]:
    """Run a command of `lmrs`, or a child of this file; seconds on the clock and of the processor, and peaks in MiB."""
    before = sum(os.times()[2:4])
    program = [__file__] if arguments[0] == "--child" else ["-m", "lmrs.cli.main"]
    started = time.perf_counter()
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen([sys.executable, *program, *arguments], stdout=subprocess.DEVNULL, stderr=said)
        peaks = {"RssAnon": 0.0, "VmHWM": 0.0}
        while process.poll() is None:
            for line in status(process.pid):
                name, _, value = line.partition(":")
                if name in peaks:
                    peaks[name] = max(peaks[name], int(value.split()[0]) / 1024)
            time.sleep(0.02)
        seconds = time.perf_counter() - started
        if process.returncode:
            said.seek(0)
            sys.exit(f"{' '.join(arguments)}: {said.read()[-2000:]}")
    spent = sum(os.times()[2:4])  # of children that have ended
    return {"seconds": seconds, "cpu": spent - before, "anonymous": peaks["RssAnon"], "resident": peaks["VmHWM"]}


def status(pid: int) -> list[str]:
    """What Linux says of a process; nothing once it has ended, or on another system."""
    try:
        return Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return []


def head(first: str) -> None:
    print(f"{'':34} {first:>9} {'seconds':>8} {'cpu s':>7} {'anonymous':>10} {'resident':>9}")


def row(name: str, found: dict[str, float], first: float) -> None:
    shown = f"{'':>9}" if np.isnan(first) else f"{first:9.1f}"
    print(
        f"{name:34} {shown} {found['seconds']:8.1f} {found['cpu']:7.1f} {found['anonymous']:10.0f} "
        f"{found['resident']:9.0f}",
        flush=True,
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(*sys.argv[2:])
    else:
        main()
