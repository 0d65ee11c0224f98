"""The host's own plugin: what every installation has, offered through the hooks that everybody uses."""

from __future__ import annotations

from lmrs.builtin.cards import CARDS
from lmrs.data.cards import DATASETS
from lmrs.evaluation.cards import METRICS
from lmrs_plugins import Card, hookimpl


def _of(family: str) -> list[Card]:
    return [card for card in CARDS if card.family == family]


@hookimpl
def lmrs_datasets() -> list[Card]:
    return [*DATASETS, *_of("dataset")]


@hookimpl
def lmrs_encoders() -> list[Card]:
    return _of("encoder")


@hookimpl
def lmrs_fusions() -> list[Card]:
    return _of("fusion")


@hookimpl
def lmrs_transforms() -> list[Card]:
    return _of("transform")


@hookimpl
def lmrs_samplers() -> list[Card]:
    return _of("sampler")


@hookimpl
def lmrs_objectives() -> list[Card]:
    return _of("objective")


@hookimpl
def lmrs_strategies() -> list[Card]:
    return _of("strategy")


@hookimpl
def lmrs_scorers() -> list[Card]:
    return _of("scorer")


@hookimpl
def lmrs_makers() -> list[Card]:
    return _of("maker")


@hookimpl
def lmrs_tasks() -> list[Card]:
    return _of("task")


@hookimpl
def lmrs_metrics() -> list[Card]:
    return [*METRICS, *_of("metric")]
