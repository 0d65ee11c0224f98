"""How the hidden traits of the generated set show: titles, categories, graphs, pictures."""

from __future__ import annotations

import colorsys

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lmrs.data.generate.png import encode_png
from lmrs.data.generate.words import CATEGORIES, FIRST_NAMES, LAST_NAMES, THEMES
from lmrs.data.generate.world import KINDS, Ints, World

SIZE = 16
"""Pixels of a picture's side."""


def titles(theme: Ints, rng: np.random.Generator) -> list[str]:
    """One title an item, no two alike: `The Silent Harbour`."""
    used: dict[str, int] = {}
    out: list[str] = []
    for one in theme.tolist():
        adjectives, nouns = THEMES[one]
        a, n, m = (int(rng.integers(6)) for _ in range(3))
        other = nouns[(n + 1 + m % 5) % 6]
        forms = (
            f"The {adjectives[a]} {nouns[n]}",
            f"{adjectives[a]} {nouns[n]}",
            f"{nouns[n]} of the {adjectives[a]} {other}",
            f"The {nouns[n]} and the {other}",
        )
        title = forms[int(rng.integers(4))]
        used[title] = used.get(title, 0) + 1
        out.append(title if used[title] == 1 else f"{title}, Part {used[title]}")
    return out


def categories(genre: Ints, rng: np.random.Generator) -> list[list[str]]:
    """The item's own category, and for one item in four a second one that means nothing."""
    second = np.where(rng.random(len(genre)) < 0.25, rng.integers(KINDS, size=len(genre)), genre)
    return [[CATEGORIES[a]] if a == b else [CATEGORIES[a], CATEGORIES[b]] for a, b in zip(genre, second, strict=True)]


def knowledge(studio: Ints, rng: np.random.Generator) -> pa.Table:
    """Triples: works made by people, and people who know each other within a studio; the studio itself is not named."""
    crowd = len(FIRST_NAMES) * len(LAST_NAMES) // KINDS
    names = rng.permutation([f"person:{first}_{last}" for first in FIRST_NAMES for last in LAST_NAMES])
    people = names[: crowd * KINDS].reshape(KINDS, crowd)
    places = [f"place:{name}" for name in ("Arle", "Brun", "Cord", "Dele", "Esk", "Firth", "Gant", "Holm")]
    triples: list[tuple[str, str, str]] = []
    for item, one in enumerate(studio.tolist()):
        first, second, third = (people[one, place] for place in rng.permutation(crowd)[:3])
        work = f"work:{item + 1}"
        triples += [(work, "directed_by", first), (work, "stars", second), (work, "stars", third)]
        triples.append((work, "filmed_in", places[int(rng.integers(len(places)))]))
    for one in range(KINDS):
        for place in range(crowd):
            triples.append((people[one, place], "worked_with", people[one, (place + 1) % crowd]))
    head, relation, tail = (pa.array([str(word) for word in side], pa.string()) for side in zip(*triples, strict=True))
    return pa.table({"head": head, "relation": relation, "tail": tail})


def friends(world: World, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Who follows whom, both ways: half of each circle, and one stranger for every fifth user."""
    users = np.arange(len(world.circle))
    order = np.lexsort((rng.random(len(users)), world.circle))
    pairs = []
    for step in (1, 2, 3):
        a, b = order[:-step], order[step:]
        near = world.circle[a] == world.circle[b]
        pairs.append((a[near], b[near]))
    some = users[rng.random(len(users)) < 0.2]
    strangers = rng.integers(len(users), size=len(some))
    pairs.append((some[some != strangers], strangers[some != strangers]))
    a, b = (np.concatenate(side) for side in zip(*pairs, strict=True))
    both = np.unique(np.stack([np.concatenate([a, b]), np.concatenate([b, a])], axis=1), axis=0)
    return both[:, 0], both[:, 1]


def pictures(colour: Ints, rng: np.random.Generator) -> list[bytes]:
    """PNG files of one hue each, SIZE by SIZE, with noise and a stripe that mean nothing."""
    out = []
    for one in colour.tolist():
        hue = (one + float(rng.uniform(-0.3, 0.3))) / KINDS
        base = 255 * np.array(colorsys.hsv_to_rgb(hue % 1, 0.75, 0.8))
        pixels: npt.NDArray[np.float64] = base + rng.normal(0, 25, (SIZE, SIZE, 3))
        pixels[int(rng.integers(SIZE))] += 40
        out.append(encode_png(np.clip(pixels, 0, 255).astype(np.uint8)))
    return out
