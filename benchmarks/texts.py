"""Data sets with the texts of their items, as folders of atomic files, out of `../shared/data`.

    ./dev bench texts [OUT] [SHARED]

Writes into OUT (`runs/texts` if not given), each with the columns title, categories and plot of its items, empty where
nothing is known:

- `beauty`, with the names of brands and categories;
- `skin-care` and `hair-care`, the items of these two of its categories, histories of three events or more;
- `makeup`, those of a third, histories of four events or more, without the training events of a tenth of its items;
- `ml-1m`, with titles, genres and plots.

The three categories have no item in common; who bought in two of them is a user of both, as in Amazon's own data.
Beauty's attributes are numbers. Their names follow from P5's file: attribute k of S3-Rec's is the k-th of those that
P5 counts five times or more, and their counts are equal, which is checked.
"""

from __future__ import annotations

import gzip
import json
import random
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from html import unescape
from pathlib import Path
from typing import Any

FEWEST = 5
COLD = 0.1
DOMAINS = {"Skin Care": 3, "Hair Care": 3, "Makeup": 4}
"""Fewest events of a history."""
Histories = Mapping[str, Sequence[str]]
Text = Mapping[str, str]


def write(folder: Path, histories: Histories, texts: Mapping[str, Text], parts: Histories | None = None) -> None:
    """An atomic folder; the time of an event is its place in its history. `parts` says what each event is for."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["user_id:token\titem_id:token\ttimestamp:float" + ("" if parts is None else "\tpart:token")]
    for user, items in histories.items():
        more = [""] * len(items) if parts is None else [f"\t{part}" for part in parts[user]]
        lines += [f"{user}\t{item}\t{place}{part}" for place, (item, part) in enumerate(zip(items, more, strict=True))]
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


def within(histories: Histories, items: set[str], fewest: int) -> dict[str, list[str]]:
    """What happened with some items, where enough did."""
    left = {user: [item for item in each if item in items] for user, each in histories.items()}
    return {user: each for user, each in left.items() if len(each) >= fewest}


def cold_items(histories: Histories, share: float) -> set[str]:
    """A share of the items, drawn once."""
    items = sorted({item for each in histories.values() for item in each}, key=int)
    return set(random.Random(1).sample(items, round(share * len(items))))


def without_training(histories: Histories, share: float, ends: int = 1) -> dict[str, list[str]]:
    """A share of the items stands at the ends of histories only: the test part, and with `ends` 2 the validation's."""
    cold = cold_items(histories, share)
    left = {
        user: [item for place, item in enumerate(each) if item not in cold or place >= len(each) - ends]
        for user, each in histories.items()
    }
    return {user: each for user, each in left.items() if len(each) >= 3}


def main(out: str = "runs/texts", shared: str = "../shared/data") -> None:
    """Write everything."""
    histories, names = beauty(Path(shared))
    called = {item: {"categories": ", ".join(each)} for item, each in names.items()}
    write(Path(out) / "beauty", histories, called)
    for category, fewest in DOMAINS.items():
        some = within(histories, {item for item, each in names.items() if category in each}, fewest)
        if category == "Makeup":
            some = without_training(some, COLD)
        write(Path(out) / category.lower().replace(" ", "-"), some, called)
    write(Path(out) / "ml-1m", *movies(Path(shared)))


if __name__ == "__main__":
    main(*sys.argv[1:])
