"""What the generated set knows and hides: items with traits, users with tastes, and what they did.

Every trait of an item shows in one kind of data only, so each kind carries a part of the signal that no other has:

========== ===================================== ==============================================
trait      shows in                              liked according to
========== ===================================== ==============================================
`chain`    the order of events                   the item before: a Markov chain over clusters
`theme`    words of the title                    each user's own taste, and occupation
`genre`    categories                            each user's own taste, and gender
`studio`   people of the knowledge graph         each user's own taste
`colour`   the picture                           each user's own taste, and age
`circle`   nothing but who took it               the circle of friends
========== ===================================== ==============================================
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

KINDS = 8
"""Values that each trait takes."""
TRAITS = ("theme", "genre", "studio", "colour", "circle")
CIRCLE = 12
"""Users in a circle of friends, about."""

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class World:
    """Traits of items (items,), groups of users (users,), tastes (users, KINDS) by trait."""

    chain: Ints
    chains: int
    traits: dict[str, Ints]
    tastes: dict[str, Floats]
    occupation: Ints
    gender: Ints
    age: Ints
    circle: Ints


def make_world(users: int, items: int, rng: np.random.Generator) -> World:
    """Draw the traits and tastes."""
    chains = max(2, min(20, items // 10))
    groups = {
        "theme": rng.integers(KINDS, size=users),
        "genre": rng.integers(2, size=users),
        "colour": rng.integers(16, 80, size=users),
        "circle": rng.integers(max(1, users // CIRCLE), size=users),
    }
    group_of = {**groups, "colour": groups["colour"] // 16}
    tastes: dict[str, Floats] = {}
    for trait in TRAITS:
        own = _favourites(users, rng)
        if trait in group_of:
            shared = _favourites(int(group_of[trait].max()) + 1, rng)[group_of[trait]]
            own = shared if trait == "circle" else 0.5 * own + 0.8 * shared
        tastes[trait] = own
    return World(
        chain=_spread(items, chains, rng),
        chains=chains,
        traits={trait: _spread(items, KINDS, rng) for trait in TRAITS},
        tastes=tastes,
        occupation=groups["theme"],
        gender=groups["genre"],
        age=groups["colour"],
        circle=groups["circle"],
    )


def _spread(items: int, kinds: int, rng: np.random.Generator) -> Ints:
    """A trait with every value about equally often."""
    return rng.permutation(np.arange(items) % kinds)


def _favourites(people: int, rng: np.random.Generator) -> Floats:
    """(people, KINDS): two values liked, the others not."""
    liked = np.argsort(rng.random((people, KINDS)), axis=1) < 2
    return np.where(liked, 1.0, -1.0 / 3.0)


@dataclass(frozen=True)
class Events:
    """What happened, (events,) each, in the order of time."""

    user: Ints
    item: Ints
    time: Ints
    rating: Ints


FOLLOW = 0.75
"""Chance that an item comes from the cluster after the last one's."""
STRENGTH = 3.0
"""Weight of a taste in the log-odds of an item."""


def taste(world: World, trait: str) -> Floats:
    """(users, items) what each user thinks of each item for one of its traits, in log-odds."""
    return STRENGTH * world.tastes[trait][:, world.traits[trait]]


def make_events(world: World, rng: np.random.Generator) -> Events:
    """Let all users choose, one item at a time and none twice."""
    users, items = len(world.circle), len(world.chain)
    likes = np.asarray(sum(taste(world, trait) for trait in TRAITS))
    likes = likes + rng.normal(0, 0.4, items)  # some items are better known than others
    lengths = rng.integers(min(12, items // 2), min(48, items // 2 + 8), size=users)
    most = int(lengths.max())
    chosen = np.full((users, most), -1, dtype=np.int64)
    weights = np.exp(likes - likes.max(axis=1, keepdims=True))
    everyone = np.arange(users)
    cluster = rng.integers(world.chains, size=users)
    for step in range(most):
        follow = rng.random(users) < FOLLOW
        wanted = np.where(follow, (cluster + 1) % world.chains, rng.integers(world.chains, size=users))
        inside = weights * (world.chain == wanted[:, None])
        empty = inside.sum(axis=1) <= 0  # the cluster is used up: anything unseen will do
        inside[empty] = weights[empty]
        bounds = np.cumsum(inside, axis=1)
        drawn = (bounds < rng.random(users)[:, None] * bounds[:, -1:]).sum(axis=1)
        drawn = np.minimum(drawn, items - 1)
        chosen[:, step] = drawn
        weights[everyone, drawn] = 0.0
        cluster = world.chain[drawn]
    steps = np.arange(most)
    starts = 1_600_000_000 + rng.integers(0, 30_000_000, size=users)
    times = starts[:, None] + np.cumsum(rng.integers(600, 86_400, size=(users, most)), axis=1)
    kept = steps < lengths[:, None]
    user = np.broadcast_to(everyone[:, None], kept.shape)[kept]
    item, time = chosen[kept], times[kept]
    score = likes[user, item] + rng.normal(0, 1.0, len(item))
    rating = 1 + np.searchsorted(np.quantile(score, [0.1, 0.25, 0.5, 0.8]), score)
    order = np.argsort(time, kind="stable")
    return Events(user[order], item[order], time[order], rating[order].astype(np.int64))
