"""Data with side information, and the settings of graph neural pre-training there.

All were chosen by the validation part of seed 1, those of a random start for itself.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from mix_data import lines_of, write_graph, write_rows

WIDTH = 32
LAST = 5
"""Events of a user of Beauty."""
START, SIDES, FREE = "random vectors", "pre-trained", "pre-trained without sides"


@dataclass(frozen=True)
class Setting:
    """Where the data come from, what all runs say, and by start what pre-training and each recommender say."""

    data: Callable[[Path, Path], Path]
    usual: tuple[str, ...]
    taught: Mapping[str, tuple[str, ...]]
    bases: Mapping[str, Mapping[str, tuple[str, ...]]]


def beauty(folder: Path, shared: Path) -> Path:
    """The last five events of each user of S3-Rec's Beauty, and what attributes its items have."""
    file = folder / "beauty.txt"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(shared / "s3rec" / "Beauty_item2attributes.json.gz", folder / "beauty_item2attributes.json.gz")
        lines = (" ".join([user, *items[-LAST:]]) for user, *items in lines_of(shared / "s3rec" / "Beauty.txt.gz"))
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def last_fm(folder: Path, shared: Path) -> Path:
    """Who listened to which artist of KGCN's knowledge graph, and who is whose friend (HetRec 2011).

    Plays have counts and no times: they get moments drawn once, so that a split in time is a split at random.
    """
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


def training(rate: float, decay: float, batch: int, epochs: int, stop: str = "null") -> tuple[str, ...]:
    """Of the stage that trains: to the last of its epochs, unless it is told when to stop."""
    return (
        f"stages.0.sampler.batch={batch}",
        f"stages.0.optimizer.rate={rate}",
        f"stages.0.objectives.0.decay={decay}",
        f"stages.0.epochs={epochs}",
        f"stages.0.stop={stop}",
    )


def sides(subject: str, said: str) -> tuple[str, ...]:
    """A subject's free vectors, with one layer over its side information beside them."""
    side = f"use: graph/shared-compgcn, of: free_{subject}, subject: {subject}, layers: 1, {said}"
    other = next(one for one in ("user", "item") if one != subject)
    return (
        f"model.side={{{side}}}",
        f"model.{subject}={{use: sum, of: [free_{subject}, side]}}",
        free(other),
        handed("side"),
    )


def free(subject: str) -> str:
    """A subject's vectors, free ones alone."""
    return f"model.{subject}={{use: graph/id, subject: {subject}, width: {WIDTH}}}"


def handed(*nodes: str) -> str:
    """Edits of the stage that hands vectors over."""
    gone = [f"{{drop: {node}}}" for node in ("user", *nodes, "item", "free_user", "free_item")]
    tables = [
        f"{{add: {one}, use: graph/id, subject: {one}, width: {WIDTH}, init: artifact {one}s}}"
        for one in ("user", "item")
    ]
    return f"stages.1.edits=[{', '.join([*gone, *tables])}]"


WITHOUT = (free("user"), free("item"), handed())
UNBIASED = (
    *(f"model.free_{one}.width={WIDTH}" for one in ("user", "item")),
    *(f"model.{one}_bias=null" for one in ("user", "item")),
    *(f"stages.0.objectives.0.{one}_bias=null" for one in ("user", "item")),
)
NARROW = tuple(f"model.{one}.width={WIDTH}" for one in ("user", "item"))
STALE = "{metric: NDCG@10, patience: 3, every: 5}"
MEASURED = ("evaluate.metrics=[ndcg, recall]", "evaluate.at=[10, 20]")


def same(decay: float) -> Mapping[str, tuple[str, ...]]:
    """Of a recommender on last.fm, whatever it starts from."""
    return dict.fromkeys((START, SIDES, FREE), (*NARROW, *training(0.01, decay, 2048, 200, STALE)))


def each(random: tuple[str, ...], started: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """Of a recommender on Beauty: what suits a random start, and what suits one that was taught."""
    return {START: (*NARROW, *random), SIDES: (*NARROW, *started), FREE: (*NARROW, *started)}


LAST_FM_TAUGHT = (*UNBIASED, *training(0.01, 0.03, 2048, 80, STALE))
FALLING = "stages.0.optimizer.schedule=linear"
BEAUTY_TAUGHT = (*UNBIASED, FALLING, "stages.0.objectives.0.loss=bpr")

SETTINGS: Mapping[str, Setting] = {
    "beauty": Setting(
        beauty,
        MEASURED,
        {
            SIDES: (
                *BEAUTY_TAUGHT,
                *training(0.02, 0.1, 4096, 80),
                *sides("item", "columns: [categories], bases: 0"),
            ),
            FREE: (*BEAUTY_TAUGHT, *training(0.02, 0.1, 4096, 60), *WITHOUT),
        },
        {
            "mf": each((FALLING, *training(0.02, 0.1, 4096, 60)), (FALLING, *training(0.001, 0.1, 4096, 4))),
            "lightgcn": each(training(0.01, 0.01, 8192, 120), training(0.01, 0.003, 8192, 45)),
            "ngcf": each(training(0.01, 0.03, 8192, 60), training(0.005, 0.03, 8192, 30)),
        },
    ),
    "last-fm": Setting(
        last_fm,
        (*MEASURED, "data.split={by: temporal, valid: 0.1, test: 0.2}"),
        {
            SIDES: (*LAST_FM_TAUGHT, *sides("user", "columns: [], graphs: [social]")),
            FREE: (*LAST_FM_TAUGHT, *WITHOUT),
        },
        {"mf": same(0.03), "ngcf": same(0.01), "lightgcn": same(0.0001)},
    ),
}
