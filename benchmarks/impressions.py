"""ML-1M as impressions in MIND's format, out of `../shared/data`: what was rated next, among what was popular then.

    ./dev bench impressions [OUT] [SHARED] [USERS]

Writes OUT (`runs/impressions/ml-1m` if not given) with `behaviors.tsv` and `news.tsv`; posters are not copied
(`data.images` names their archive). Of the 600 movies that are rated most, a click is a real event, and what was not
clicked is not real: each impression shows one of a user's last events beside nine movies that the user rated at no
time, drawn as often as users of that time rated them; its history is what the user had rated before. News is new, so a
tenth of the movies come late: users before the last tenth, on whose impressions one is tested, have met none of them.

The file of events has the order of each user and no dates. In ML-1M the numbers of users fall as time goes by, so the
time of an event is here that of its user, and users of that time are the 300 who came before.
"""

from __future__ import annotations

import gzip
import sys
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt

MOVIES, SHOWN, LAST, BEFORE, THEN, FEWEST, LATE = 600, 10, 12, 20, 300, 20, 0.1
"""Movies, candidates of an impression, impressions of a user, most items of a history, users who say what is popular,
fewest events of a user, and the share of movies and of users that come late."""
FIRST = datetime(2000, 4, 25)
TIME = "%m/%d/%Y %I:%M:%S %p"
Rows = npt.NDArray[np.int64]


def histories(shared: Path) -> dict[int, Rows]:
    """Movies of each user in the order of rating, users who came first first."""
    found: dict[int, list[int]] = {}
    with gzip.open(shared / "ml-1m" / "ml-1m_time_ordered.txt.gz", "rt") as file:
        for line in file:
            user, item = line.split()
            found.setdefault(int(user), []).append(int(item))
    counts = np.bincount([item for each in found.values() for item in each])
    often = np.argsort(-counts, kind="stable")[:MOVIES]
    kept = {user: np.array(found[user])[np.isin(found[user], often)] for user in sorted(found, reverse=True)}
    return {user: items for user, items in kept.items() if len(items) >= FEWEST}


def impressions(users: dict[int, Rows], some: int, rng: np.random.Generator) -> list[str]:
    """Lines of `behaviors.tsv`."""
    movies = np.unique(np.concatenate(list(users.values())))
    late = rng.choice(movies, round(LATE * len(movies)), replace=False)
    named = list(users)[: THEN + some]
    early = THEN + round((1 - LATE) * some)
    known = [items[~np.isin(items, late)] if place < early else items for place, items in enumerate(users.values())]
    lines: list[str] = []
    for place in range(THEN, len(named)):
        rated = known[place]
        then = np.bincount(np.concatenate(list(users.values())[place - THEN : place]), minlength=movies[-1] + 1)
        weights = np.where(np.isin(np.arange(len(then)), late if place < early else []), 0.0, then)
        weights[rated] = 0.0
        for at in range(max(1, len(rated) - LAST), len(rated)):
            others = rng.choice(len(weights), SHOWN - 1, replace=False, p=weights / weights.sum())
            shown = [f"{item}-0" for item in others]
            shown.insert(int(rng.integers(SHOWN)), f"{rated[at]}-1")
            time = FIRST + timedelta(hours=3 * (place - THEN), minutes=10 * (at + LAST - len(rated)))
            history = " ".join(map(str, rated[max(0, at - BEFORE) : at]))
            lines.append(
                "\t".join([str(len(lines) + 1), f"U{named[place]}", time.strftime(TIME), history, " ".join(shown)])
            )
    return lines


def news(shared: Path) -> list[str]:
    """Lines of `news.tsv`: titles without their year, and genres."""
    lines = []
    for line in (shared / "ml-1m" / "movies.dat").read_text(encoding="latin-1").splitlines():
        item, title, genres = line.split("::")
        first, _, rest = genres.partition("|")
        lines.append("\t".join([item, first, rest.replace("|", " "), title.rpartition(" (")[0], "", "", "[]", "[]"]))
    return lines


def main(out: str = "runs/impressions/ml-1m", shared: str = "../shared/data", users: str = "800") -> None:
    """Write both files."""
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    shown = impressions(histories(Path(shared)), int(users), np.random.default_rng(1))
    (folder / "behaviors.tsv").write_text("\n".join(shown) + "\n", encoding="utf-8")
    (folder / "news.tsv").write_text("\n".join(news(Path(shared))) + "\n", encoding="utf-8")
    print(f"{folder}: {len(shown)} impressions of {users} users, {SHOWN} movies each")


if __name__ == "__main__":
    main(*sys.argv[1:])
