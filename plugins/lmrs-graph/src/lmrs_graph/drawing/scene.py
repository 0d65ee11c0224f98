"""A drawing of a small graph, whatever it is written as: lines, dots and words at places in pixels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import networkx as nx

WIDTH, HEIGHT, MARGIN, RADIUS, LEGEND = 960, 720, 60, 6, 24
COLOURS = {"item": "#c2543c", "user": "#3566a8", "entity": "#4d8a57"}
OTHERS = ("#8a6fb0", "#a88532", "#4f8f93", "#9a5a7a")
LINE, INK, PAPER = "#b3b3b3", "#222222", "#ffffff"
NAMED, WRITTEN, LONGEST = 80, 24, 28
"""Most dots that are named, most edges whose relations are written, and most characters of a name."""
# Characters that XML has no place for, whatever wrote them into a title.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


@dataclass(frozen=True)
class Line:
    """From one place to another; `note` says what it is."""

    start: tuple[float, float]
    end: tuple[float, float]
    note: str


@dataclass(frozen=True)
class Dot:
    """A filled circle."""

    at: tuple[float, float]
    radius: float
    colour: str
    note: str


@dataclass(frozen=True)
class Words:
    """Text whose middle, or left end, stands at a place; `faint` beside what matters."""

    at: tuple[float, float]
    text: str
    middle: bool = True
    faint: bool = False


@dataclass(frozen=True)
class Scene:
    """What is drawn, in this order; `title` says it in words."""

    title: str
    lines: Sequence[Line]
    dots: Sequence[Dot]
    words: Sequence[Words]


def scene(graph: nx.MultiDiGraph, title: str, in_columns: bool) -> Scene:
    """Lay a graph out: from left to right by `steps`, or with what is joined close together; always the same way."""
    places = _places(graph, in_columns)
    colours = _colours(graph)
    ends: dict[frozenset[object], list[str]] = {}
    for one, other, relation in graph.edges(keys=True):
        ends.setdefault(frozenset((one, other)), []).append(relation)
    lines, words = [], []
    for pair, relations in ends.items():
        one, other = sorted(pair)  # type: ignore[type-var]
        text = ", ".join(sorted(set(relations)))
        start, end = places[one], places[other]
        lines.append(Line(start, end, _plain(f"{one[0]} {one[1]} – {other[0]} {other[1]}: {text}")))
        if len(ends) <= WRITTEN:
            words.append(Words(((start[0] + end[0]) / 2, (start[1] + end[1]) / 2 - 3), _short(text), faint=True))
    dots = []
    for node, facts in graph.nodes(data=True):
        radius = RADIUS * (1.6 if facts["steps"] == 0 else 1)
        dots.append(Dot(places[node], radius, colours[node[0]], _plain(f"{node[0]} {node[1]}: {facts['label']}")))
        if len(graph) <= NAMED:
            x, y = places[node]
            words.append(Words((x, y - radius - 4), _short(facts["label"])))
    across = float(MARGIN)
    for subject, colour in colours.items():
        dots.append(Dot((across, HEIGHT - LEGEND), RADIUS, colour, subject))
        words.append(Words((across + 12, HEIGHT - LEGEND + 4), subject, middle=False))
        across += 40 + 8 * len(subject)
    return Scene(_plain(title), lines, dots, words)


def _places(graph: nx.MultiDiGraph, in_columns: bool) -> dict[object, tuple[float, float]]:
    """A place in pixels for each node."""
    if in_columns:
        found = nx.multipartite_layout(graph, subset_key="steps")
    else:
        found = nx.spring_layout(nx.Graph(graph), seed=0, iterations=100)
    xs, ys = zip(*(map(float, place) for place in found.values()), strict=True)
    return {
        node: (_fit(float(x), xs, MARGIN, WIDTH - MARGIN), _fit(float(y), ys, MARGIN, HEIGHT - MARGIN - LEGEND))
        for node, (x, y) in found.items()
    }


def _fit(value: float, among: Sequence[float], low: float, high: float) -> float:
    """A number from the range of some to that between two; the middle where they are all one."""
    least, most = min(among), max(among)
    share = 0.5 if most - least < 1e-9 else (value - least) / (most - least)
    return round(low + share * (high - low), 1)


def _colours(graph: nx.MultiDiGraph) -> dict[str, str]:
    """A colour for each subject that there is, users and items always in the same."""
    subjects = sorted({subject for subject, _ in graph})
    others = iter(OTHERS * len(subjects))
    return {subject: COLOURS.get(subject) or next(others) for subject in subjects}


def _plain(text: str) -> str:
    return " ".join(_CONTROLS.sub(" ", text).split())


def _short(text: str) -> str:
    text = _plain(text)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"
