"""The host's own metrics by name; a recipe's come from the registry, with those of plugins."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from typing import Any

from lmrs.evaluation.cards import METRICS
from lmrs_plugins.card import Card
from lmrs_plugins.errors import InputError
from lmrs_plugins.metric import Metric


def build_metrics(names: Sequence[str], at: Sequence[int] = (10,)) -> list[Metric]:
    """`["ndcg", "recall"]` at `[5, 10]` is four metrics, in this order: name by name, then by cut-off.

    `ndcg@7` has its own cut-off, whatever `at` says; metrics of the whole list (`mrr`, `auc`) stand once, and `mrr@10`
    cuts that one.

    Raises
    ------
    InputError
        There is no metric of a name, or a cut-off is no number from 1.
    """
    made: dict[str, Metric] = {}
    for name in names:
        bare, _, own = name.lower().partition("@")
        card, options = _card(bare), _options(_card(bare))
        key = next((key for key in ("at", "cut") if options and key in options.model_fields), "")
        if own and (not key or not own.isdecimal() or own == "0"):
            raise InputError(f"metric {name!r}: {'a cut-off is a number from 1' if key else f'{bare} has no cut-off'}")
        wanted = [{key: int(own)}] if own else [{"at": one} for one in at] if key == "at" else [{}]
        for values in wanted:
            metric = _load(card.load)(options(**values)) if options else _load(card.load)()
            made.setdefault(metric.name, metric)
    return list(made.values())


def deepest(metrics: Sequence[Metric]) -> int:
    """How many of the best have to be kept for these metrics: the largest `at` among them, 0 where none has one."""
    return max((int(getattr(metric, "at", 0)) for metric in metrics), default=0)


def _card(name: str) -> Card:
    known = {card.name: card for card in METRICS}
    if name not in known:
        near = get_close_matches(name, known, 1)
        meant = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}"
        raise InputError(f"no metric is called {name!r}; {meant}")
    return known[name]


def _options(card: Card) -> Any:
    return _load(card.options) if card.options else None


def _load(path: str) -> Any:
    module, _, name = path.partition(":")
    return getattr(import_module(module), name)
