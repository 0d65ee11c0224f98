"""What is read and not wanted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from lmrs_plugins.bundle import Bundle
from lmrs_plugins.errors import InputError


def without(bundle: Bundle, names: Iterable[str]) -> Bundle:
    """The bundle without some of its contents, in the words of `Bundle.has`: `user.age`, `graph.social`.

    What is not there is passed over; `check_dropped` finds slips of the pen.
    """
    for name in names:
        if not bundle.has(name):
            continue
        kind, _, column = name.partition(".")
        if kind in ("interaction", "event"):
            bundle = replace(bundle, interactions=bundle.interactions.drop_columns([column]))
        elif kind in ("graph", "image", "link"):
            changes: Any = {f"{kind}s": {**getattr(bundle, f"{kind}s")}}
            del changes[f"{kind}s"][column]
            bundle = replace(bundle, **changes)
        else:
            bundle = replace(bundle, tables={**bundle.tables, kind: bundle.tables[kind].drop_columns([column])})
    return bundle


def check_dropped(names: Iterable[str], contents: Iterable[str]) -> None:
    """Refuse to leave out what no source has, or what a data set cannot do without; `contents` are of all sources."""
    there = list(dict.fromkeys(contents))
    droppable = [name for name in there if name not in ("interaction.user", "interaction.item")]
    for name in names:
        if name.replace("event.", "interaction.", 1) not in droppable:
            raise InputError(f"data.drop: there is no {name!r} to leave out; there is {', '.join(droppable)}")
