"""Graph neural pre-training: does side information of users and items, learnt before, help MF, NGCF and LightGCN?

    ./dev bench gnn_pretrain [OUT] [SHARED] [arms|speed]

On last.fm (HetRec 2011: who listened to which artist of KGCN's knowledge graph; who is whose friend). Three seeds:
each recommender from the usual random vectors; from those that `gnn-pretrain` learnt by who is whose friend; and, to
tell what side information is worth from what longer training is worth, from those that the same objective learnt
without any. Each run lies in a folder of its own under OUT (`runs/gnn-pretrain` if not given) and is not made again
where it has finished. Prints popularity beside them, with each seed all cases, users of short histories and right
answers of the tail, and paired tests.

Plays have counts and no times: they get moments drawn once, so that a split in time is a split at random, the last
fifth of them for the test, the tenth before it for validation. Settings were chosen by the validation part of seed 1.

`speed` prints the milliseconds of a pass over side information and back, and of PyG's messages along every edge of the
graph that it stands for, in turns.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import torch
from mix_data import lines_of, write_graph, write_rows
from parts.arms import Columns, Values, differences, group, table, within

import lmrs
from lmrs.answer.data import load_data, section
from lmrs.evaluation.report import Result
from lmrs.evaluation.stored import load
from lmrs.host.host import Host
from lmrs_graph.encoders.shared_compgcn import SharedCompGcn
from lmrs_graph.encoders.side_options import SharedCompGcn as Options
from lmrs_graph.pyg import nn
from lmrs_plugins import Bundle, Encoding, Env

SEEDS = (1, 2, 42)
METRICS = ("NDCG@10", "Recall@20")
WIDTH = 32
SPLIT = "data.split={by: temporal, valid: 0.1, test: 0.2}"
USUAL = (SPLIT, "evaluate.metrics=[ndcg, recall]", "evaluate.at=[10, 20]")
TRAIN = (
    "stages.0.sampler.batch=2048",
    "stages.0.optimizer.rate=0.01",
    "stages.0.epochs=200",
    "stages.0.stop={metric: NDCG@10, patience: 3, every: 5}",
)
NARROW = tuple(f"model.{one}.width={WIDTH}" for one in ("user", "item"))
BASES: Mapping[str, float] = {"mf": 0.03, "ngcf": 0.01, "lightgcn": 0.0001}
"""Their decay, whatever they start from."""
HANDED = tuple(
    f"{{add: {one}, use: graph/id, subject: {one}, width: {WIDTH}, init: artifact {one}s}}" for one in ("user", "item")
)
TAUGHT = (
    *TRAIN,
    "stages.0.epochs=80",
    *(f"model.free_{one}.width={WIDTH}" for one in ("user", "item")),
    *(f"model.{one}_bias=null" for one in ("user", "item")),
    *(f"stages.0.objectives.0.{one}_bias=null" for one in ("user", "item")),
    f"model.item={{use: graph/id, subject: item, width: {WIDTH}}}",
    "stages.0.objectives.0.decay=0.03",
)
START, SIDES, FREE = "random vectors", "pre-trained", "pre-trained without sides"


def dropped(*nodes: str) -> str:
    """Edits of the stage that hands vectors over."""
    gone = [f"{{drop: {node}}}" for node in ("user", *nodes, "item", "free_user", "free_item")]
    return f"stages.1.edits=[{', '.join([*gone, *HANDED])}]"


FRIENDS = "use: graph/shared-compgcn, of: free_user, subject: user, columns: [], graphs: [social], layers: 1"
PRETRAINED: Mapping[str, tuple[str, ...]] = {
    SIDES: (f"model.side={{{FRIENDS}}}", "model.user={use: sum, of: [free_user, side]}", dropped("side")),
    FREE: (f"model.user={{use: graph/id, subject: user, width: {WIDTH}}}", dropped()),
}


def last_fm(folder: Path, shared: Path) -> Path:
    """A folder of atomic files, unless it is there."""
    if (folder / f"{folder.name}.link").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    known = {item for item, _ in lines_of(shared / "kgcn-music" / "item_index2entity_id.txt")}
    plays = [(user, artist) for user, artist, _ in lines_of(shared / "social" / "lastfm" / "ratings.txt.gz")]
    plays = [pair for pair in plays if pair[1] in known]
    random.Random(1).shuffle(plays)
    lines = ["user_id:token\titem_id:token\ttimestamp:float"]
    lines += [f"{user}\t{artist}\t{moment}" for moment, (user, artist) in enumerate(plays)]
    (folder / f"{folder.name}.inter").write_text("\n".join(lines) + "\n", encoding="utf-8")
    friends = [pair[:2] for pair in lines_of(shared / "social" / "lastfm" / "trusts.txt.gz")]
    write_rows(folder / f"{folder.name}.net", ("source_id", "target_id"), friends)
    write_graph(folder, shared / "kgcn-music")
    return folder


def run(folder: Path, recipe: str, data: Path, seed: int, changes: tuple[str, ...], init: Path | None = None) -> None:
    """One run, and beside it what it took, unless it has finished."""
    taken = folder / "taken.json"
    if taken.exists():
        return
    before = time.process_time()
    said = [*USUAL, *changes]
    lmrs.run(recipe, data, overrides=said, seed=seed, out=folder, init=init, overwrite=True, device="cpu")
    seconds = time.process_time() - before
    taken.write_text(json.dumps({"processor": seconds}))
    print(f"{folder.name}: {seconds:.0f} s of processor time", file=sys.stderr, flush=True)


def columns(metric: str, found: Mapping[str, list[Result]]) -> Columns:
    """The questions: everybody, users of whom little is known, artists whom few listen to."""
    first = next(iter(found.values()))[0]
    places = {"all": np.arange(first.cases), "short histories": group(first, "short")}
    asked = {
        name: {arm: [within(result.values[metric], some) for result in each] for arm, each in found.items()}
        for name, some in places.items()
    }
    return {**asked, "tail": {arm: [tail(metric, result) for result in each] for arm, each in found.items()}}


def tail(metric: str, result: Result) -> Values:
    """Values of which right answers of the tail alone count."""
    one = next(one for grouping in result.groupings for one in grouping.groups if one.name == "tail")
    values = np.full(result.cases, np.nan)
    values[one.cases] = one.values[metric]
    return values


def arms(place: Path, data: Path) -> None:
    """Run what is missing, then print."""
    for seed in SEEDS:
        run(place / f"popularity-{seed}", "popularity", data, seed, ("task=top-n",))
        for start, changes in PRETRAINED.items():
            run(place / name_of("taught", start, seed), "gnn-pretrain", data, seed, (*TAUGHT, *changes))
        for base, decay in BASES.items():
            said = (*TRAIN, *NARROW, f"stages.0.objectives.0.decay={decay}")
            for start in (START, *PRETRAINED):
                init = None if start == START else place / name_of("taught", start, seed)
                run(place / name_of(base, start, seed), base, data, seed, said, init)
    named = {f"{base}, {start}": (base, start) for base in BASES for start in (START, *PRETRAINED)}
    named |= {f"vectors {start}": ("taught", start) for start in PRETRAINED}
    found = {"popularity": [load(place / f"popularity-{seed}" / "results", "test") for seed in SEEDS]}
    for arm, of in named.items():
        found[arm] = [load(place / name_of(*of, seed) / "results", "test") for seed in SEEDS]
    first = found["popularity"][0]
    if not all(np.array_equal(one.keys, first.keys) for each in found.values() for one in each):
        raise SystemExit("runs on other cases: empty the folder, or name another")
    pairs = [(f"{base}, {one}", f"{base}, {SIDES}") for base in BASES for one in (START, FREE)]
    pairs += [(f"{base}, {START}", f"{base}, {FREE}") for base in BASES]
    pairs += [("popularity", f"{base}, {START}") for base in BASES]
    for metric in METRICS:
        asked = columns(metric, found)
        table(f"{metric}, mean (each seed)", asked)
        differences(metric, asked, pairs)
    counts = {name: int((~np.isnan(column["popularity"][0])).sum()) for name, column in asked.items()}
    print("\ncases: " + ", ".join(f"{name} {count}" for name, count in counts.items()))


def name_of(base: str, start: str, seed: int) -> str:
    """Folder of a run."""
    return f"{base}-{start.replace(' ', '-')}-{seed}"


class Messages(nn.MessagePassing):
    """The mean over neighbours of each minus the relation to it."""

    def forward(self, x: torch.Tensor, edges: torch.Tensor, relation: torch.Tensor) -> torch.Tensor:
        return self.propagate(edges, x=x, relation=relation)

    def message(self, x_j: torch.Tensor, relation: torch.Tensor) -> torch.Tensor:
        return x_j - relation


def speed(data: Path) -> None:
    """Friends of users, and what is known of artists."""
    bundle = load_data(section(str(data), ["split={by: temporal}"]), Host()).bundle.training()
    for subject, graph in (("user", "social"), ("item", "knowledge")):
        beside(bundle, subject, graph)


def beside(bundle: Bundle, subject: str, graph: str, rounds: int = 7) -> None:
    """Both ways over the same side information with the same parameters, there and back."""
    options = Options(subject=subject, columns=[], graphs=[graph], layers=1, mean="neighbours", bases=0)
    binding = SharedCompGcn.bind(Env(bundle), options)
    encoder = SharedCompGcn(Env(bundle, widths={"of": WIDTH}, binding=binding), options)
    whole = {key: torch.from_numpy(array) for key, array in binding.whole().values.items()}
    layer, messages = encoder.layers[0], Messages(aggr="mean")
    edges, relation = every_edge(whole)
    x = torch.randn(bundle.count(subject), WIDTH, requires_grad=True)

    def sums() -> torch.Tensor:
        return encoder(Encoding(vectors=x), **whole).main

    def along_edges() -> torch.Tensor:
        return layer.itself(x) + layer.beside(messages(x, edges, layer.value[relation]))

    assert torch.allclose(sums(), along_edges(), atol=1e-4)
    times: list[tuple[float, float]] = []
    for _ in range(rounds + 1):
        times.append((milliseconds(sums), milliseconds(along_edges)))
    one, other = (statistics.median(each) for each in zip(*times[1:], strict=True))
    ratio = statistics.median(theirs / ours for ours, theirs in times[1:])
    print(
        f"{subject}s by {graph}: {one:.1f} ms by sums over {len(relation):,} edges, {other:.1f} along them: {ratio:.0f}"
    )


def every_edge(whole: Mapping[str, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
    """(2, e) and (e,): of any two rows with a value in common, and the value."""
    rows = whole["value_columns"].split(whole["value_offsets"].diff().tolist())
    pairs = [torch.cartesian_prod(each, each) for each in rows]
    edges = [pair[pair[:, 0] != pair[:, 1]].T for pair in pairs]
    return torch.cat(edges, 1), torch.repeat_interleave(torch.tensor([one.shape[1] for one in edges]))


def milliseconds(given: Callable[[], torch.Tensor]) -> float:
    """Of one pass, there and back."""
    started = time.perf_counter()
    given().sum().backward()
    return 1000 * (time.perf_counter() - started)


def main(out: str = "runs/gnn-pretrain", shared: str = "../shared/data", asked: str = "arms") -> None:
    """As asked."""
    data = last_fm(Path(out) / "last-fm", Path(shared))
    if asked == "speed":
        speed(data)
    else:
        arms(Path(out), data)


if __name__ == "__main__":
    main(*sys.argv[1:])
