"""LightGCN beside PyG's own example, a million edges as graphs, and what a step holds where neighbours are sampled.

    ./dev bench graphs [--data FOLDER] [--steps N] [--seeds N] [--out FILE] [--smoke]

**LightGCN** on last.fm (HetRec 2011: who played which artist), four fifths of the events against one fifth, drawn at
random: the recipe `lightgcn`, stepped as a run steps it, batches included, and PyG's `LightGCN` trained as its example
trains it, on an edge index, with its loss and Adam. Both start from the same vectors, have the same width, layers,
batch and rate, and take turns of a few steps in one process. After the same number of steps one evaluator ranks all
items for all users of the test part, without what they took in training.

**A million edges**: made graphs of a bundle, to what encoders bind to, and to PyG's `HeteroData`.

**What a step holds**: bytes that autograd keeps between forward and backward, over graphs that grow, of GraphSAGE over
all nodes and over sampled neighbours of a thousand.

`--smoke` takes few steps and small graphs, to see that everything runs.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import torch
from parts.stepping import Stepper, stepper
from torch import nn

from lmrs.evaluation.evaluator import Evaluator
from lmrs.evaluation.metrics.recall import Recall
from lmrs.evaluation.options import Cut
from lmrs.evaluation.ranking import rank
from lmrs_graph.encoders import options as encoder_options
from lmrs_graph.encoders.lightgcn import LightGcn
from lmrs_graph.encoders.rgcn import Rgcn, SampledRgcn
from lmrs_graph.encoders.sage import Sage, SampledSage
from lmrs_graph.hetero import to_hetero
from lmrs_graph.pyg import nn as pyg
from lmrs_plugins import Bundle, Encoding, Env, Vocabulary
from lmrs_plugins.bundle import Graph

HERE = Path(__file__).parent
LAST_FM = HERE.parent.parent / "shared" / "data" / "social" / "lastfm"
WIDTH, LAYERS, BATCH, RATE, DECAY = 64, 3, 1024, 0.005, 1e-4
TURN = 5
"""Steps of a side before the other's turn."""
BEST = 20
ASKED, SECONDS, MILLION = 10, 2.0, 1_000_000
ROWS, FAN, EDGES_EACH = 1024, [10, 10], 5


@dataclass(frozen=True)
class Side:
    """What one side did: seconds of each turn by the clock and of the processor, and its recall in the end."""

    seconds: list[tuple[float, float]]
    recall: float

    def steps_a_second(self, of: int = 0) -> float:
        """By the median turn; of 0 by the clock, of 1 the processor's, which others on the machine do not disturb."""
        return TURN / statistics.median(turn[of] for turn in self.seconds)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=LAST_FM)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--smoke", action="store_true")
    asked = parser.parse_args()
    steps, seeds = (2 * TURN, 1) if asked.smoke else (asked.steps, asked.seeds)
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads\n")
    found: dict[str, Any] = {"million": million(MILLION // 100 if asked.smoke else MILLION)}
    found["held"] = held_bytes((1_000, 2_000) if asked.smoke else (10_000, 40_000, 160_000))
    with tempfile.TemporaryDirectory() as name:
        played = Path(name) / "played.csv"
        write_events(asked.data / "ratings.txt.gz", played)
        found["lightgcn"] = [asdict(side) for seed in range(1, seeds + 1) for side in beside(played, seed, steps)]
    if asked.out:
        asked.out.write_text(json.dumps(found, indent=1))


def write_events(source: Path, target: Path) -> None:
    """Users and artists at moments drawn at random, so that a split in time is a split at random."""
    with gzip.open(source, "rt") as lines:
        pairs = [line.split()[:2] for line in lines if line.strip()]
    moments = np.random.default_rng(0).permutation(len(pairs))
    with target.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["user", "item", "timestamp"])
        writer.writerows([*pair, moment] for pair, moment in zip(pairs, moments.tolist(), strict=True))


def beside(data: Path, seed: int, steps: int) -> tuple[Side, Side]:
    """Ours and theirs, turn by turn, from the same vectors."""
    changes = [
        "data.split={by: temporal, valid: 0, test: 0.2}",
        f"model.user.width={WIDTH}",
        f"model.item.width={WIDTH}",
        f"model.gcn.layers={LAYERS}",
        "stages.0.stop=null",
        f"stages.0.sampler.batch={BATCH}",
        f"stages.0.optimizer.rate={RATE}",
        f"stages.0.objectives.0.decay={DECAY}",
        f"evaluate={{metrics: [recall], at: [{BEST}]}}",
    ]
    ours = stepper("lightgcn", data, changes, seed)
    tables = [ours.stage.graph.nodes[name].module.blocks[0].detach() for name in ("user", "item")]
    theirs = Theirs(ours.setting.bundle.training(), torch.cat(tables), seed)
    batches = ours.batches()

    def our_step() -> None:
        ours.step(next(batches))

    our_step()
    theirs.step()
    seconds: tuple[list[tuple[float, float]], list[tuple[float, float]]] = ([], [])
    for _ in range(1, steps, TURN):
        for side, step in zip(seconds, (our_step, theirs.step), strict=True):
            started, worked = time.perf_counter(), time.process_time()
            for _ in range(TURN):
                step()
            side.append((time.perf_counter() - started, time.process_time() - worked))
    evaluator = ours.setting.evaluator("test", 0)
    found = Side(seconds[0], our_recall(ours, evaluator)), Side(seconds[1], theirs.recall(evaluator))
    if seed == 1:
        bundle = ours.setting.bundle
        print(f"LightGCN: {bundle.count('user')} users, {bundle.count('item')} items, ", end="")
        print(f"{len(bundle.training().users)} training events, batches of {BATCH}, {LAYERS} layers of {WIDTH}\n")
        print(f"| seed | steps | steps/s | lmrs | PyG | times | lmrs, Recall@{BEST} | PyG, Recall@{BEST} |")
        print("|---|---|---|---|---|---|---|---|")
    done, recalls = len(seconds[0]) * TURN + 1, " | ".join(f"{side.recall:.4f}" for side in found)
    for of, clock in enumerate(("by the clock", "of the processor")):
        ours_done, theirs_done = (side.steps_a_second(of) for side in found)
        speeds = f"{ours_done:.1f} | {theirs_done:.2f} | {ours_done / theirs_done:.1f} (asked: {ASKED})"
        print(f"| {seed} | {done} | {clock} | {speeds} | {recalls} |", flush=True)
    return found


class Theirs:
    """PyG's model in the loop that its example has: pairs in an order of chance, against items of chance."""

    def __init__(self, known: Bundle, start: torch.Tensor, seed: int) -> None:
        self.users, self.items = known.count("user"), known.count("item")
        self.pairs = torch.from_numpy(np.stack([known.users, known.items + self.users]))
        self.edges = torch.cat([self.pairs, self.pairs.flip(0)], dim=1)
        self.model = pyg.LightGCN(self.users + self.items, WIDTH, LAYERS)
        with torch.no_grad():
            self.model.embedding.weight.copy_(start)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=RATE)
        self.generator = torch.Generator().manual_seed(seed)
        self.batches = self._batches()
        self.cold = known.counts("item") == 0

    def _batches(self) -> Iterator[torch.Tensor]:
        while True:
            yield from torch.randperm(self.pairs.shape[1], generator=self.generator).split(BATCH)

    def step(self) -> None:
        right = self.pairs[:, next(self.batches)]
        drawn = torch.randint(self.users, self.users + self.items, (right.shape[1],), generator=self.generator)
        asked = torch.cat([right, torch.stack([right[0], drawn])], dim=1)
        self.optimizer.zero_grad()
        near, far = self.model(self.edges, asked).chunk(2)
        loss = self.model.recommendation_loss(near, far, node_id=asked.unique(), lambda_reg=DECAY)
        loss.backward()
        self.optimizer.step()

    def recall(self, evaluator: Evaluator) -> float:
        """By our ranking; items without a training event are not recommended, as on our side."""
        with torch.no_grad():
            user, item = self.model.get_embedding(self.edges).split([self.users, self.items])
        cases = evaluator.cases
        scores = user[torch.from_numpy(cases.examples.array("user"))] @ item.T
        scores[:, torch.from_numpy(self.cold)] = -torch.inf
        ranked = rank(scores, cases.positives, rows=self.items, seen=cases.seen)
        return float(np.nanmean(Recall(Cut(at=BEST)).values(ranked)))


def our_recall(ours: Stepper, evaluator: Evaluator) -> float:
    """By the recipe's answer."""
    answering = ours.setting.answering(ours.stage.graph, 0, torch.device("cpu"))
    return evaluator.run(answering).numbers()[f"Recall@{BEST}"]


def made(entities: int, edges: int, events: int = 0, relations: int = 20) -> Bundle:
    """A bundle of nothing but drawn edges, users a tenth and items a twentieth of the events."""
    rng = np.random.default_rng(0)
    counts = {"user": max(4, events // 20), "item": max(4, events // 50), "entity": entities}
    vocabularies = {name: Vocabulary(name, [str(row) for row in range(count)]) for name, count in counts.items()}
    users, items = np.sort(rng.integers(counts["user"], size=events)), rng.integers(counts["item"], size=events)
    ends = rng.integers(entities, size=(2, edges))
    names = tuple(f"relation {one}" for one in range(relations))
    knowledge = Graph("entity", "entity", *ends, rng.integers(relations, size=edges), names)
    return Bundle("made", vocabularies, pa.table({"user": users, "item": items}), graphs={"knowledge": knowledge})


def million(edges: int) -> dict[str, float]:
    """Seconds from a bundle to what encoders bind to, the median of three."""
    bundle = made(edges // 5, edges, events=edges)
    env = Env(bundle)
    kinds: dict[str, Callable[[], object]] = {
        "users and items, as LightGCN has them": lambda: LightGcn.bind(env, encoder_options.LightGcn()),
        "relations in both directions, whole": lambda: Rgcn.bind(env, encoder_options.Rgcn()),
        "the same, to be sampled": lambda: SampledRgcn.bind(env, encoder_options.SampledRgcn()),
        "all of it as HeteroData": lambda: to_hetero(bundle),
    }
    print(f"| {edges} edges as | seconds (asked: {SECONDS:g}) |\n|---|---|")
    found = {}
    for name, make in kinds.items():
        taken = []
        for _ in range(3):
            started = time.perf_counter()
            make()
            taken.append(time.perf_counter() - started)
        found[name] = statistics.median(taken)
        print(f"| {name} | {found[name]:.2f} |", flush=True)
    print()
    return found


def held_bytes(sizes: tuple[int, ...]) -> list[dict[str, float]]:
    """What a step over the whole of a growing graph keeps for its gradient, and a step over sampled neighbours."""
    print(f"| nodes | edges | whole, MiB | sampled, MiB, {ROWS} rows of {FAN} neighbours |\n|---|---|---|---|")
    found = []
    for entities in sizes:
        edges = entities * EDGES_EACH
        env = Env(made(entities, edges), widths={"of": WIDTH})
        one = {"nodes": entities, "edges": edges, "whole": whole(env), "sampled": sampled(env)}
        found.append(one)
        print(f"| {entities} | {edges} | {one['whole']:.0f} | {one['sampled']:.0f} |", flush=True)
    print()
    return found


def whole(env: Env) -> float:
    """Mebibytes of a step over all nodes."""
    options = encoder_options.Sage(layers=2)
    binding = Sage.bind(env, options)
    encoder = Sage(Env(env.bundle, widths=env.widths, binding=binding), options)
    table = nn.Embedding(env.count("entity"), WIDTH)
    fields = {name: torch.from_numpy(one) for name, one in binding.whole().values.items()}
    return held(lambda: encoder(Encoding(vectors=table.weight), **fields), [table, encoder])


def sampled(env: Env) -> float:
    """Mebibytes of a step over some neighbours of some nodes."""
    options = encoder_options.SampledSage(layers=2, fan=FAN)
    binding = SampledSage.bind(env, options)
    encoder = SampledSage(Env(env.bundle, widths=env.widths, binding=binding), options)
    table = nn.Embedding(env.count("entity"), WIDTH)
    rng = np.random.default_rng(0)
    rows = rng.choice(env.count("entity"), min(ROWS, env.count("entity")), replace=False)
    view = binding.rows(rows, rng).map(torch.from_numpy)

    def forward() -> Encoding:
        return encoder(Encoding(vectors=table(view["nodes"])), view["relation"], view.mask)

    return held(forward, [table, encoder])


def held(forward: Callable[[], Encoding], modules: list[nn.Module]) -> float:
    """Mebibytes that are kept between forward and backward, parameters apart, each storage once."""
    own = {one.untyped_storage().data_ptr() for module in modules for one in module.parameters()}
    kept: dict[int, int] = {}

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        loss = forward().main.square().sum()
    loss.backward()
    return sum(kept.values()) / 2**20


if __name__ == "__main__":
    main()
