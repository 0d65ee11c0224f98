"""What the users of the generated set were shown beside what they did, and what they clicked of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lmrs.data.generate.world import TRAITS, Events, Ints, World, taste
from lmrs_plugins.ragged import Ragged

SHOWN = (8, 24)
"""Fewest and most candidates of an impression."""
SECOND = 0.2
"""Chance of a second click."""
WEIGHT = 0.5
"""Of tastes, against chance, in what is clicked."""
_ROWS = 1 << 22
"""Pairs of impression and item that are looked at together."""


@dataclass(frozen=True)
class Impressions:
    """`user` and `time` (impressions,), the others lists of items: `clicks` are among the `candidates`."""

    user: Ints
    time: Ints
    history: Ragged
    candidates: Ragged
    clicks: Ragged


def make_impressions(world: World, events: Events, count: int, rng: np.random.Generator) -> Impressions:
    """Show `count` users something a few minutes before one of their events, in the order of time.

    Candidates are drawn by how often an item is taken, out of all that the user never takes unasked; of these the user
    clicks one or two, by the same tastes that decide about events. A history is all that the user did before, clicks
    among it.
    """
    chosen = np.sort(rng.choice(len(events.user), count, replace=False))
    user, time = events.user[chosen], events.time[chosen] - rng.integers(60, 540, size=count)
    order = np.argsort(time, kind="stable")
    user, time = user[order], time[order]
    candidates = _candidates(world, events, user, rng)
    clicks = _clicks(world, user, candidates, rng)
    return Impressions(user, time, _histories(events, user, time, clicks), candidates, clicks)


def with_clicks(events: Events, shown: Impressions) -> Events:
    """The events and the clicks, in the order of time; a click has no rating, which is 0 here."""
    owners = shown.clicks.owners()
    both = [
        (events.user, shown.user[owners]),
        (events.item, shown.clicks.values),
        (events.time, shown.time[owners]),
        (events.rating, np.zeros(len(owners), dtype=np.int64)),
    ]
    user, item, time, rating = (np.concatenate(pair) for pair in both)
    order = np.argsort(time, kind="stable")
    return Events(user[order], item[order], time[order], rating[order])


def _candidates(world: World, events: Events, user: Ints, rng: np.random.Generator) -> Ragged:
    users, items = len(world.circle), len(world.chain)
    taken = np.zeros((users, items), dtype=bool)
    taken[events.user, events.item] = True
    weight = np.log(1 + np.bincount(events.item, minlength=items))
    lengths = np.minimum(rng.integers(SHOWN[0], SHOWN[1] + 1, size=len(user)), (~taken).sum(axis=1)[user])
    most = int(lengths.max(initial=0))
    step = max(1, _ROWS // items)
    found = [np.empty((0, most), dtype=np.int64)]
    for start in range(0, len(user), step):
        some = user[start : start + step]
        score = np.where(taken[some], -np.inf, weight + rng.gumbel(size=(len(some), items)))
        found.append(np.argsort(-score, axis=1)[:, :most])
    return _cut(np.concatenate(found), lengths)


def _clicks(world: World, user: Ints, candidates: Ragged, rng: np.random.Generator) -> Ragged:
    """The best by taste and chance (Gumbel-max: a draw by the softmax of the tastes, without replacement)."""
    owners = candidates.owners()
    noise = rng.gumbel(size=len(owners))
    likes = np.asarray(sum(taste(world, trait) for trait in TRAITS))[user[owners], candidates.values]
    order = np.lexsort((-(WEIGHT * likes + noise), owners))
    number = 1 + (rng.random(len(user)) < SECOND).astype(np.int64)
    starts = candidates.offsets[:-1]
    picked = Ragged(order, candidates.offsets).slices(starts, starts + np.minimum(number, candidates.lengths))
    return Ragged(candidates.values[np.sort(picked.values)], picked.offsets)  # in the order in which they were shown


def _histories(events: Events, user: Ints, time: Ints, clicks: Ragged) -> Ragged:
    owners = clicks.owners()
    who, when = np.append(events.user, user[owners]), np.append(events.time, time[owners])
    order = np.lexsort((when, who))
    span = int(when.max()) + 1
    keys = who[order].astype(np.int64) * span + when[order]
    starts, stops = np.searchsorted(keys, user * span), np.searchsorted(keys, user * span + time)
    items = np.append(events.item, clicks.values)[order]
    return Ragged(items, np.array([0, len(items)])).slices(starts, stops)


def _cut(rows: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64]) -> Ragged:
    """The first so many of each row."""
    offsets = np.append(0, np.cumsum(lengths)).astype(np.int64)
    return Ragged(rows[np.arange(rows.shape[1]) < lengths[:, None]], offsets)
