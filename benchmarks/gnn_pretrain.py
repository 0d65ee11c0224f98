"""Graph neural pre-training: does side information of users and items, learnt before, help MF, NGCF and LightGCN?

    ./dev bench gnn_pretrain [OUT] [SHARED] [beauty|last-fm|speed]

Three seeds: each recommender from the usual random vectors; from those that `gnn-pretrain` learnt with side
information; and, to tell what side information is worth from what longer training is worth, from those that the same
objective learnt without any. Data and settings are those of `parts/side_settings.py`: Amazon Beauty by brands and
categories (`beauty`, unless told otherwise), or last.fm by who is whose friend. Each run lies in a folder of its own
under OUT (`runs/gnn-pretrain` if not given) and is not made again where it has finished. Prints popularity beside
them, with each seed all cases, users of short histories and right answers by how often they occur, and paired tests.

`speed` prints the milliseconds of a pass over side information and back, and of PyG's messages along every edge of the
graph that it stands for, in turns; it is last.fm's.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import torch
from parts.arms import Columns, Values, differences, group, table, within
from parts.side_settings import FREE, SETTINGS, SIDES, START, WIDTH, Setting, last_fm

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


def run(folder: Path, recipe: str, data: Path, seed: int, changes: tuple[str, ...], init: Path | None = None) -> None:
    """One run, and beside it what it took, unless it has finished."""
    taken = folder / "taken.json"
    if taken.exists():
        return
    before = time.process_time()
    lmrs.run(recipe, data, overrides=list(changes), seed=seed, out=folder, init=init, overwrite=True, device="cpu")
    seconds = time.process_time() - before
    taken.write_text(json.dumps({"processor": seconds}))
    print(f"{folder.name}: {seconds:.0f} s of processor time", file=sys.stderr, flush=True)


def columns(metric: str, found: Mapping[str, list[Result]]) -> Columns:
    """The questions: everybody, users of whom little is known, right answers of either kind."""
    first = next(iter(found.values()))[0]
    places = {"all": np.arange(first.cases), "short histories": group(first, "short")}
    asked = {
        name: {arm: [within(result.values[metric], some) for result in each] for arm, each in found.items()}
        for name, some in places.items()
    }
    popularity = {
        name: {arm: [part(name, metric, result) for result in each] for arm, each in found.items()}
        for name in ("head", "middle", "tail")
    }
    return {**asked, **popularity}


def part(name: str, metric: str, result: Result) -> Values:
    """Values of which right answers of the head, the middle or the tail alone count."""
    one = next(one for grouping in result.groupings for one in grouping.groups if one.name == name)
    values = np.full(result.cases, np.nan)
    values[one.cases] = one.values[metric]
    return values


def arms(place: Path, setting: Setting, shared: Path) -> None:
    """Run what is missing, then print."""
    data = setting.data(place / "data", shared)
    for seed in SEEDS:
        run(place / f"popularity-{seed}", "popularity", data, seed, (*setting.usual, "task=top-n"))
        for start, changes in setting.taught.items():
            run(place / name_of("taught", start, seed), "gnn-pretrain", data, seed, (*setting.usual, *changes))
    for base, settings in setting.bases.items():
        for seed in SEEDS:
            for start, changes in settings.items():
                init = None if start == START else place / name_of("taught", start, seed)
                run(place / name_of(base, start, seed), base, data, seed, (*setting.usual, *changes), init)
    named = {f"{base}, {start}": (base, start) for base in setting.bases for start in (START, SIDES, FREE)}
    named |= {f"vectors {start}": ("taught", start) for start in setting.taught}
    found = {"popularity": [load(place / f"popularity-{seed}" / "results", "test") for seed in SEEDS]}
    for arm, of in named.items():
        found[arm] = [load(place / name_of(*of, seed) / "results", "test") for seed in SEEDS]
    first = found["popularity"][0]
    if not all(np.array_equal(one.keys, first.keys) for each in found.values() for one in each):
        raise SystemExit("runs on other cases: empty the folder, or name another")
    pairs = [(f"{base}, {one}", f"{base}, {SIDES}") for base in setting.bases for one in (START, FREE)]
    pairs += [(f"{base}, {START}", f"{base}, {FREE}") for base in setting.bases]
    pairs += [("popularity", f"{base}, {START}") for base in setting.bases]
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


def main(out: str = "runs/gnn-pretrain", shared: str = "../shared/data", asked: str = "beauty") -> None:
    """As asked."""
    if asked == "speed":
        speed(last_fm(Path(out) / "last-fm" / "data", Path(shared)))
    else:
        arms(Path(out) / asked, SETTINGS[asked], Path(shared))


if __name__ == "__main__":
    main(*sys.argv[1:])
