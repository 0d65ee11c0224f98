"""What a run recommends to a few users, as one can judge it by eye."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from lmrs_plugins import Bundle, InputError
from lmrs_plugins.bundle import PARTS

if TYPE_CHECKING:
    from lmrs.answer.pipeline import Pipeline

_TEST = PARTS.index("test")


@dataclass(frozen=True)
class Shown:
    """An item: its id, and its title and categories where the data have them."""

    id: str
    title: str = ""
    about: str = ""


@dataclass(frozen=True)
class Example:
    """A user's history up to the test part, what came then, and what the run recommends.

    `history` is the end of it, oldest first, `earlier` how many events are before; `answers` is best first.
    """

    user: str
    history: tuple[Shown, ...]
    earlier: int
    wanted: tuple[Shown, ...]
    answers: tuple[tuple[Shown, float], ...]


def of_folder(folder: Path, users: int = 4, top: int = 10) -> list[Example]:
    """As `of_pipeline`, of a finished run."""
    from lmrs.answer.pipeline import Pipeline  # heavy, and not needed where examples are handed in

    return of_pipeline(Pipeline.load(folder), users, top)


def of_pipeline(pipeline: Pipeline, users: int = 4, top: int = 10, tail: int = 8) -> list[Example]:
    """Examples of users who are spread over the lengths of history: chosen by no look at how well they are served.

    Raises
    ------
    InputError
        The run recommends no items, or re-ranks given ones only, or no user has both a history and a test event.
    """
    setting = pipeline.setting
    bundle = setting.bundle
    if setting.subject != "item":
        raise InputError(f"the run recommends {setting.subject}s, not items")
    if setting.resolved.reranks:
        raise InputError("the run re-ranks given lists only")
    repeat = setting.resolved.evaluate.seen == "include"
    found = []
    for user in _spread(bundle, users):
        events = bundle.histories[user]
        test = bundle.part[events] == _TEST if bundle.part is not None else np.zeros(len(events), dtype=np.bool_)
        past, wanted = bundle.items[events[~test]], bundle.items[events[test]]
        ids = bundle.vocabularies["item"].ids
        best = pipeline.recommend([ids[row] for row in past], bundle.vocabularies["user"].ids[user], top, repeat=repeat)
        rows = bundle.vocabularies["item"].rows([one.id for one in best if one.id in bundle.vocabularies["item"]])
        shown = {ids[row]: one for row, one in zip(rows.tolist(), described(bundle, rows), strict=True)}
        found.append(
            Example(
                user=bundle.vocabularies["user"].ids[user],
                history=described(bundle, past[-tail:]),
                earlier=max(0, len(past) - tail),
                wanted=described(bundle, wanted[:tail]),
                answers=tuple((shown.get(one.id, Shown(one.id)), one.score) for one in best),
            )
        )
    return found


def described(bundle: Bundle, rows: npt.NDArray[np.int64]) -> tuple[Shown, ...]:
    """Items by row, with what the data say of them."""
    ids, table = bundle.vocabularies["item"].ids, bundle.tables.get("item")
    columns: list[Sequence[object]] = []
    for name in ("title", "categories"):
        there = table is not None and name in table.column_names
        columns.append(table.column(name).take(rows).to_pylist() if there and table is not None else [None] * len(rows))
    return tuple(
        Shown(ids[row], _plain(title), _plain(about)) for row, title, about in zip(rows.tolist(), *columns, strict=True)
    )


def _spread(bundle: Bundle, users: int) -> list[int]:
    """Users with a history and a test event, at even steps through them in the order of history length."""
    if bundle.part is None or users < 1:
        return []
    everyone = bundle.count("user")
    past = np.bincount(bundle.users[bundle.part != _TEST], minlength=everyone)
    asked = np.bincount(bundle.users[bundle.part == _TEST], minlength=everyone)
    able = np.flatnonzero((past > 0) & (asked > 0))
    if not len(able):
        raise InputError("no user has both a history and a test event")
    able = able[np.argsort(past[able], kind="stable")]
    places = np.unique(((np.arange(users) + 0.5) / users * len(able)).astype(np.int64))
    return [int(user) for user in able[places]]


def _plain(value: object) -> str:
    """A cell as text; lists with commas."""
    if isinstance(value, list):
        return ", ".join(str(one) for one in value if one is not None)
    return "" if value is None else str(value)
