"""Examples for transforms, as a sampler or a task would make them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lmrs_plugins.examples import Examples
from lmrs_plugins.ragged import Ragged
from lmrs_plugins.testing.case import Case
from lmrs_plugins.testing.generated import histories

USUAL = ("user", "item", "event", "target")


def training_examples(case: Case, count: int = 8) -> Examples:
    """Examples with the columns that the card names: given, from a sampler beside it, or the usual ones."""
    given = case.given()
    if isinstance(given, Examples):
        return given
    wanted = set(case.columns)
    for card in case.siblings:
        if card.family == "sampler" and wanted and wanted <= set(card.columns):
            beside = case.sibling(card)
            sampler = beside.build(beside.env(binding={}))
            keys = np.concatenate(list(sampler.epoch(0, 0)))[:count]
            made: Examples = sampler.examples(keys)
            return made
    unknown = sorted(wanted - set(USUAL))
    case.require(
        not unknown,
        f"no sampler of this plugin gives its column {unknown[:1]}: pass inputs={{{case.card.name!r}: Examples(…)}}",
    )
    bundle = case.bundle.training()
    items, events = histories(bundle)
    users = np.flatnonzero(items.lengths > 1)[:count]
    ends = items.offsets[users + 1]
    return Examples(
        events.values[ends - 1] + 1000,
        {
            "user": users.astype(np.int64),
            "item": items.slices(items.offsets[users], ends - 1),
            "event": events.slices(items.offsets[users], ends - 1),
            "target": items.values[ends - 1],
        },
    )


def serving_examples(case: Case, training: Examples) -> Examples:
    """What a task gives: users and their histories, without what is asked for."""
    if isinstance(case.given(), Examples):
        return training
    items, events = histories(case.bundle.training())
    users = np.arange(len(items))[:8]
    return Examples(users, {"user": users, "item": items.take(users), "event": events.take(users)})


def pick(examples: Examples, index: npt.NDArray[np.int64]) -> Examples:
    """Some of the examples, in this order."""
    columns = {
        name: column.take(index) if isinstance(column, Ragged) else column[index]
        for name, column in examples.columns.items()
    }
    return Examples(examples.keys[index], columns)


def short_examples(examples: Examples) -> Examples:
    """The first three examples with lists of no, one and two entries."""
    few = pick(examples, np.arange(min(3, len(examples))))
    columns = {
        name: Ragged.of([column[row][:row] for row in range(len(few))]) if isinstance(column, Ragged) else column
        for name, column in few.columns.items()
    }
    return Examples(few.keys, columns)
