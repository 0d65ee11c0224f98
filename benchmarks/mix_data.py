"""Data sets with everything that is known of their items and users, as folders of atomic files, a tenth of the items
without a training event.

    ./dev bench mix_data [OUT] [SHARED]

Writes into OUT (`runs/mix-data` if not given), out of `../shared/data`:

- `ml-1m`: who watched what, titles, genres and plots, MKR's knowledge graph and the links to it, posters. Of each user
  the last 5 to 30 events, as a young service has them: ML-1M has 166 a user, enough to know items without any help;
- `ml-1m-500`, `ml-1m-1000` and `ml-1m-2000`: the same of a service with so few users. These train; of others, who come
  later, the last three events are asked, of 1,240 for validation and of 2,800 for the test (split these by column);
- `ml-1m-whole`: `ml-1m` with all events;
- `last-fm`: who listened to which artist of KGCN's knowledge graph, that graph and the links to it, and friendships.
  Plays have counts and no times there: each history stands in a random order that is always the same.

What a tenth of the items, drawn once, has of events stands at the last two places of histories only, where
leave-one-out looks for its validation and test cases: nobody trains on them, and what else is known of them is there.
"""

from __future__ import annotations

import gzip
import random
import shutil
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from texts import Histories, cold_items, movies, without_training, write

COLD = 0.1
FEWEST, MOST = 5, 30
"""Events of a history."""
TRAINED = (500, 1000, 2000)
"""Users of a service that is young."""
LATER = {"valid": 1240, "test": 2800}
"""Users who come later."""
ASKED = 3
"""Events of each that are asked."""


def lines_of(path: Path) -> list[list[str]]:
    """Cells of a text file, plain or gzipped."""
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as file:
        return [line.split() for line in file]


def write_rows(path: Path, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """An atomic file of tokens."""
    lines = ["\t".join(f"{name}:token" for name in head), *("\t".join(row) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_graph(folder: Path, source: Path) -> None:
    """A knowledge graph and what each item is in it, from files as MKR and KGCN have them."""
    triples, links = lines_of(source / "kg.txt.gz"), lines_of(source / "item_index2entity_id.txt")
    write_rows(folder / f"{folder.name}.kg", ("head_id", "relation_id", "tail_id"), triples)
    write_rows(folder / f"{folder.name}.link", ("item_id", "entity_id"), links)


def plays(shared: Path, seed: int = 1) -> dict[str, list[str]]:
    """Artists of the knowledge graph by who listened to them, in a random order."""
    known = {item for item, _ in lines_of(shared / "kgcn-music" / "item_index2entity_id.txt")}
    histories: dict[str, list[str]] = {}
    for user, artist, _ in lines_of(shared / "social" / "lastfm" / "ratings.txt.gz"):
        if artist in known:
            histories.setdefault(user, []).append(artist)
    chance = random.Random(seed)
    for each in histories.values():
        chance.shuffle(each)
    return {user: each for user, each in histories.items() if len(each) >= FEWEST}


def young(histories: Histories, seed: int = 1) -> dict[str, list[str]]:
    """The last few events of each history, how many of them is drawn."""
    chance = random.Random(seed)
    return {user: list(each[-chance.randint(FEWEST, MOST) :]) for user, each in histories.items()}


def split(histories: Histories) -> dict[str, list[str]]:
    """Without the training events of a tenth of the items."""
    return without_training(histories, COLD, ends=2)


def newcomers(histories: Histories, number: int, seed: int = 1) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """The histories of so many users who train and of those who come later, and what each event is for.

    The later ones are the same for any number. A tenth of the items stands only where the later ones are asked.
    """
    users = sorted(histories, key=int)
    random.Random(seed).shuffle(users)
    cold = cold_items(histories, COLD)
    left, parts, start = {}, {}, 0
    for part, count in LATER.items():
        for user in users[start : start + count]:
            cut = len(histories[user]) - ASKED
            known, asked = [item for item in histories[user][:cut] if item not in cold], histories[user][cut:]
            left[user] = [*known, *asked]
            parts[user] = ["context"] * len(known) + [part] * len(asked)
        start += count
    for user in users[start : start + number]:
        left[user] = [item for item in histories[user] if item not in cold]
        parts[user] = ["train"] * len(left[user])
    return left, parts


def main(out: str = "runs/mix-data", shared: str = "../shared/data") -> None:
    """Write them."""
    place, data = Path(out), Path(shared)
    histories, texts = movies(data)
    for folder, some in ((place / "ml-1m", young(histories)), (place / "ml-1m-whole", histories)):
        write(folder, split(some), texts)
        write_graph(folder, data / "kg-mkr" / "movie")
        shutil.copyfile(data / "ml-1m-posters" / "posters_h144.zip", folder / "images.zip")
    for number in TRAINED:
        folder = place / f"ml-1m-{number}"
        some, parts = newcomers(young(histories), number)
        write(folder, some, texts, parts)
        write_graph(folder, data / "kg-mkr" / "movie")
        shutil.copyfile(data / "ml-1m-posters" / "posters_h144.zip", folder / "images.zip")
    write(place / "last-fm", split(plays(data)), {})
    write_graph(place / "last-fm", data / "kgcn-music")
    friends = lines_of(data / "social" / "lastfm" / "trusts.txt.gz")
    write_rows(place / "last-fm" / "last-fm.net", ("source_id", "target_id"), friends)


if __name__ == "__main__":
    main(*sys.argv[1:])
