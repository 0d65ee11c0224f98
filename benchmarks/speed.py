"""How long SASRec takes to the quality that RecBole has after two epochs, beside RecTools and a naive loop.

    ./dev bench speed [--data PATH] [--out FILE] [--cores N] [--smoke] [--only SIDE…]

ML-100K, leave-one-out, length 50, two layers of width 64; all sides one after the other on the same cores, each in a
process of its own, the peers in environments of their own (in LMRS_BENCH, or ~/.cache/lmrs/bench; made the first time).
Time runs from the start of a side's process. All get the same events in the same order, and what each says of the
validation events is measured by one evaluator, ours. Prints tables in Markdown and writes every figure to a file.
`--smoke` takes twenty users, to see that everything runs.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from lmrs.answer.prepared import prepare
from lmrs.answer.setting import Setting
from lmrs.evaluation.metrics.ndcg import Ndcg
from lmrs.evaluation.options import Cut
from lmrs.evaluation.ranking import rank
from lmrs.host.host import Host
from lmrs_plugins import Bundle, Cases

HERE = Path(__file__).parent
PEERS = HERE / "peers"
HOME = Path(os.environ.get("LMRS_BENCH") or Path.home() / ".cache" / "lmrs" / "bench")
SIDES = ("recbole", "rectools", "naive", "lmrs")
SEEDS = (1, 2, 3)
SHARE = 20
"""RecBole's time is to be undercut this many times."""
DEFINITIONS = {"exclude": "without what the user has seen", "include": "what the user has seen among them"}
SMOKE_USERS = 20


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", default=str(HERE.parent.parent / "shared" / "data" / "ml-100k"))
    parser.add_argument("--out", type=Path, default=HOME / "speed.json")
    parser.add_argument("--cores", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--only", nargs="*", choices=SIDES, default=SIDES)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bundle, cases = split(asked.data)
        users = SMOKE_USERS if asked.smoke else bundle.count("user")
        write_events(bundle, users, folder / "bench" / "bench.inter")
        source = str(folder / "bench") if asked.smoke else asked.data
        found: dict[str, dict[str, Any]] = {}
        for side in asked.only:
            for seed in SEEDS if side == "lmrs" else (1,):
                called = f"{side}, seed {seed}" if side == "lmrs" else side
                print(f"{called}:", flush=True)
                found[called] = run(side, folder, folder / called.replace(", ", "-"), [source, str(seed)], asked.cores)
                judge(found[called], folder / called.replace(", ", "-"), cases, bundle.count("item"))
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_text(json.dumps({"cores": asked.cores, "torch": torch.__version__, "sides": found}, indent=1))
    report(found, asked.cores)
    print(f"\nAll figures: {asked.out}")


def split(source: str) -> tuple[Bundle, Cases]:
    """The data set, and its validation cases."""
    prepared = prepare("sasrec", Host(), source, [], None)
    evaluator = Setting(prepared.resolved, prepared.bundle, Host(), None, "cpu", writes=False).evaluator("valid")  # type: ignore[arg-type]
    return prepared.bundle, evaluator.cases


def write_events(bundle: Bundle, users: int, path: Path) -> None:
    """Events as an atomic file, in our order: the time is their number, so that nobody breaks ties otherwise."""
    path.parent.mkdir(parents=True)
    kept = bundle.users < users
    table = np.column_stack([bundle.users[kept], bundle.items[kept], np.arange(kept.sum())])
    np.savetxt(
        path, table, fmt="%d", delimiter="\t", header="user_id:token\titem_id:token\ttimestamp:float", comments=""
    )


def run(side: str, data: Path, out: Path, more: list[str], cores: int) -> dict[str, Any]:
    """What a side's clock says in the end."""
    out.mkdir()
    python = sys.executable if side in ("lmrs", "naive") else str(environment(side) / "bin" / "python")
    threads = {name: str(cores) for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS")}
    command = [python, "-W", "ignore", str(PEERS / f"run_{side}.py"), str(data), str(out)]
    begun = time.time()
    done = subprocess.run([*command, str(begun), *more], cwd=out, env={**os.environ, **threads}, check=False)
    if done.returncode:
        raise SystemExit(f"{side} ended with code {done.returncode}: it says why above")
    found: dict[str, Any] = json.loads((out / "clock.json").read_text())
    return found | {"wall": time.time() - begun}


def environment(peer: str) -> Path:
    """A peer's environment: made once, and anew when its requirements have changed."""
    wanted = (PEERS / f"{peer}.txt").read_text()
    folder, stamp = HOME / peer, HOME / peer / "made-of"
    digest = hashlib.sha256(wanted.encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == digest:
        return folder
    print(f"making {folder}", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    limits = [line for line in wanted.split() if not line.startswith(peer)]
    subprocess.run([*pip, *limits], check=True)
    subprocess.run([*pip, "-r", str(PEERS / f"{peer}.txt")], check=True)
    stamp.write_text(digest)
    return folder


def judge(found: dict[str, Any], out: Path, cases: Cases, items: int) -> None:
    """Put our evaluator's validation NDCG@10 into every point: without what was seen, and with it."""
    metric = Ndcg(Cut(at=10))
    for point in found["points"]:
        if "scores" not in point:
            continue
        scores = torch.from_numpy(np.load(out / point.pop("scores")))
        users = cases.examples.array("user")
        places = np.flatnonzero(users < len(scores))
        scores = functional.pad(scores[users[places]], (0, items - scores.shape[1]), value=-torch.inf)
        for name, seen in zip(DEFINITIONS, (cases.seen.take(places), None), strict=True):
            ranked = rank(scores, cases.positives.take(places), rows=items, seen=seen)
            point[name] = float(metric.values(ranked).mean())
    if "measured" in found:
        found["points"][-1].update(found["measured"])


def report(found: dict[str, dict[str, Any]], cores: int) -> None:
    """By each definition, every side at its first point that is as good as RecBole's last, or at its last point."""
    goal = found["recbole"]["points"][-1] if "recbole" in found else {}
    for name, words in DEFINITIONS.items():
        print(f"\nValidation NDCG@10 among all items, {words}; {cores} cores; seconds from the start of the process.\n")
        print("| side | epochs | NDCG@10 | seconds | of these | as good as RecBole |")
        print("|---|---|---|---|---|---|")
        times: dict[str, float] = {}
        for side, one in found.items():
            point, reached = first(one, name, goal.get(name, math.inf))
            timed = one if "measured" in one else point
            parts = ", ".join(f"{phase} {taken:.1f}" for phase, taken in timed["phases"].items())
            shown = f"{side} | {point['epoch']} | {point[name]:.4f} | {timed['seconds']:.1f}"
            print(f"| {shown} | {parts} | {'yes' if reached else 'no'} |")
            if reached:
                times[side] = timed["seconds"]
        print("\n" + verdict(found, times))
    if goal:
        print(f"\nRecBole's own figure at its last epoch: {goal['own']:.4f}; it ranks what was seen too.")


def first(one: dict[str, Any], name: str, goal: float) -> tuple[dict[str, Any], bool]:
    """The first point that is as good as the goal, or the last one. Ours is measured, and counts, at its end only."""
    points = [point for point in one["points"] if name in point]
    return next(((point, True) for point in points if point[name] >= goal), (points[-1], False))


def verdict(found: dict[str, dict[str, Any]], times: dict[str, float]) -> str:
    """Our slowest seed beside the others."""
    ours = [side for side in found if side.startswith("lmrs")]
    if "recbole" not in times or not ours:
        return "No verdict: it takes RecBole and lmrs."
    if any(side not in times for side in ours):
        return "Not shown: a seed of lmrs ends below RecBole's last epoch."
    slowest = max(times[side] for side in ours)
    said = [
        f"lmrs, its slowest seed: {slowest:.1f} s, 1/{times['recbole'] / slowest:.1f} of RecBole's (asked: 1/{SHARE})"
    ]
    for side in ("rectools", "naive"):
        if side in found:
            last = found[side]["points"][-1]["seconds"]
            said.append(f"{side}: {times[side]:.1f} s" if side in times else f"{side}: not in {last:.1f} s")
    return "; ".join(said) + "."


if __name__ == "__main__":
    main()
