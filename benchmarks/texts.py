"""Data sets with the texts of their items, as folders of atomic files, out of `../shared/data`.

    ./dev bench texts [OUT] [SHARED]

Writes into OUT (`runs/texts` if not given), each with the columns title, categories and plot of its items, empty where
nothing is known:

- `beauty`, with the names of brands and categories;
- `later-movies`, what ml-latest-small has beyond the movies of ML-1M, five events a user and a movie at least;
- `ml-1m`, with titles, genres and plots;
- `few-cold`, of it the last five to thirty events of each user, how many drawn evenly, and without the training events
  of a tenth of the movies: a domain where little has happened.

Beauty's attributes are numbers. Their names follow from P5's file: attribute k of S3-Rec's is the k-th of those that
P5 counts five times or more, and their counts are equal, which is checked.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
import sys
import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from html import unescape
from pathlib import Path
from typing import Any

FEWEST = 5
COLD = 0.1
SHORTEST, LONGEST = 5, 30
Histories = Mapping[str, Sequence[str]]
Text = Mapping[str, str]


def write(folder: Path, histories: Histories, texts: Mapping[str, Text]) -> None:
    """An atomic folder; the time of an event is its place in its history."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["user_id:token\titem_id:token\ttimestamp:float"]
    for user, items in histories.items():
        lines += [f"{user}\t{item}\t{place}" for place, item in enumerate(items)]
    (folder / f"{folder.name}.inter").write_text("\n".join(lines) + "\n", encoding="utf-8")
    lines = ["item_id:token\ttitle:token\tcategories:token_seq\tplot:token"]
    for item in dict.fromkeys(item for items in histories.values() for item in items):
        known = texts.get(item, {})
        lines.append("\t".join([item, *(_plain(known.get(name, "")) for name in ("title", "categories", "plot"))]))
    (folder / f"{folder.name}.item").write_text("\n".join(lines) + "\n", encoding="utf-8")
    events = sum(len(items) for items in histories.values())
    print(f"{folder}: {len(histories)} users, {len(lines) - 1} items, {events} events")


def _plain(text: str) -> str:
    return " ".join(unescape(text).split())


def movies(shared: Path) -> tuple[Histories, dict[str, Text]]:
    """ML-1M."""
    histories: dict[str, list[str]] = {}
    with gzip.open(shared / "ml-1m" / "ml-1m_time_ordered.txt.gz", "rt") as file:
        for line in file:
            user, item = line.split()
            histories.setdefault(user, []).append(item)
    texts: dict[str, dict[str, str]] = {}
    for line in (shared / "ml-1m" / "movies.dat").read_text(encoding="latin-1").splitlines():
        item, title, genres = line.split("::")
        texts[item] = {"title": title, "categories": genres.replace("|", " ")}
    for one in _lines(shared / "ml-1m" / "omdb_metadata.jsonl.gz"):
        plot = (one.get("omdb") or {}).get("Plot")
        if plot and plot != "N/A":
            texts[str(one["movie_id"])]["plot"] = plot
    return histories, dict(texts)


def _lines(path: Path) -> Iterable[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def beauty(shared: Path) -> tuple[Histories, dict[str, list[str]]]:
    """S3-Rec's Beauty, and the names of each item's attributes."""
    with gzip.open(shared / "s3rec" / "Beauty_item2attributes.json.gz", "rt") as file:
        numbers: dict[str, list[int]] = json.load(file)
    with gzip.open(shared / "p5-beauty" / "datamaps.json.gz", "rt") as file:
        maps = json.load(file)
    often = [key for key in sorted(maps["attributeid2num"], key=int) if maps["attributeid2num"][key] >= FEWEST]
    counts = Counter(number for each in numbers.values() for number in each)
    if [counts[number] for number in range(1, len(often) + 1)] != [maps["attributeid2num"][key] for key in often]:
        raise SystemExit("the attributes of the two files are counted otherwise: their names cannot be told")
    names = {number: maps["id2attribute"][key] for number, key in enumerate(often, 1)}
    histories: dict[str, list[str]] = {}
    with gzip.open(shared / "s3rec" / "Beauty.txt.gz", "rt") as file:
        for line in file:
            user, *items = line.split()
            histories[user] = items
    return histories, {item: [names[number] for number in each] for item, each in numbers.items()}


def later_movies(shared: Path, earlier: set[str]) -> tuple[Histories, dict[str, Text]]:
    """Histories and texts of the movies that are not among the earlier ones."""
    with zipfile.ZipFile(shared / "ml-latest-small" / "ml-latest-small.zip") as archive:

        def rows(name: str) -> list[dict[str, str]]:
            return list(csv.DictReader(io.TextIOWrapper(archive.open(f"ml-latest-small/{name}.csv"), "utf-8")))

        events = sorted(rows("ratings"), key=lambda row: int(row["timestamp"]))
        texts = {
            row["movieId"]: {"title": row["title"], "categories": row["genres"].replace("|", " ")}
            for row in rows("movies")
        }
    histories: dict[str, list[str]] = {}
    for row in events:
        if row["movieId"] not in earlier:
            histories.setdefault(row["userId"], []).append(row["movieId"])
    return core(histories), dict(texts)


def core(histories: Histories) -> dict[str, list[str]]:
    """What is left once every user and item has five events."""
    kept = {user: list(items) for user, items in histories.items()}
    while True:
        counts = Counter(item for items in kept.values() for item in items)
        kept = {user: [item for item in items if counts[item] >= FEWEST] for user, items in kept.items()}
        left = {user: items for user, items in kept.items() if len(items) >= FEWEST}
        if len(left) == len(kept) and all(count >= FEWEST for count in counts.values()):
            return left
        kept = left


def without_training(histories: Histories, share: float) -> dict[str, list[str]]:
    """A share of the items stands at the ends of histories only, where the test part is."""
    items = sorted({item for each in histories.values() for item in each}, key=int)
    cold = set(random.Random(1).sample(items, round(share * len(items))))
    left = {
        user: [item for place, item in enumerate(each) if item not in cold or place == len(each) - 1]
        for user, each in histories.items()
    }
    return {user: each for user, each in left.items() if len(each) >= 3}


def main(out: str = "runs/texts", shared: str = "../shared/data") -> None:
    """Write everything."""
    histories, names = beauty(Path(shared))
    write(Path(out) / "beauty", histories, {item: {"categories": ", ".join(each)} for item, each in names.items()})
    histories, texts = movies(Path(shared))
    write(Path(out) / "later-movies", *later_movies(Path(shared), set(texts)))
    write(Path(out) / "ml-1m", histories, texts)
    lengths = random.Random(1)
    few = {user: items[-lengths.randint(SHORTEST, LONGEST) :] for user, items in histories.items()}
    write(Path(out) / "few-cold", without_training(few, COLD), texts)


if __name__ == "__main__":
    main(*sys.argv[1:])
