"""Inputs that are built: the subgraph of a pair without its own edge, for negatives on the same path."""

from __future__ import annotations

import numpy as np
import pytest
from demands.trials import RECIPES, Trials, same

from lmrs.answer.run import run


@pytest.fixture
def binding(trials: Trials):
    return trials.pipeline("pair-subgraph").graph.nodes["pair"].plan.binding


def test_a_pair_is_built_as_if_its_own_event_had_never_been(trials: Trials, binding) -> None:
    bundle = trials.pipeline("pair-subgraph").setting.bundle.training()
    for event in range(0, bundle.count("event"), 37):
        user, item = bundle.users[event], bundle.items[event]
        without = np.delete(bundle.users, event), np.delete(bundle.items, event)
        bare = type(binding)(*without, bundle.count("item"))
        row = np.array([user * bundle.count("item") + item])
        built, expected = binding.rows(row), bare.rows(row)
        assert built.names() == expected.names()
        assert all(np.array_equal(built[name], expected[name]) for name in built.names())
        assert item not in built["node"][built.mask]


def test_the_edge_would_show_if_it_were_left_in(trials: Trials, binding) -> None:
    bundle = trials.pipeline("pair-subgraph").setting.bundle.training()
    user, item = bundle.users[0], bundle.items[0]
    other = next(row for row in range(bundle.count("item")) if row not in bundle.items[bundle.users == user])
    view = binding.rows(np.array([user * bundle.count("item") + other]))
    assert item in view["node"][view.mask]


def test_negatives_are_built_on_the_same_path_each_distinct_pair_once(trials: Trials, tmp_path, monkeypatch) -> None:
    calls = []
    subgraphs = trials.module("_pair_subgraph").Subgraphs
    build = subgraphs.rows

    def spied(self, rows, rng=None):
        calls.append((rows, rng is not None))
        return build(self, rows, rng)

    monkeypatch.setattr(subgraphs, "rows", spied)
    whole = run(RECIPES / "pair-subgraph.yaml", out=tmp_path / "run", overrides=["stages.0.epochs=1"], host=trials.host)
    bundle = whole.setting.bundle.training()
    happened = bundle.users * bundle.count("item") + bundle.items
    training = [rows for rows, draws in calls if draws]
    assert set(happened) <= set(np.concatenate(training))
    for rows in training:
        assert (np.diff(rows) > 0).all()
        assert 0 < np.isin(rows, happened).mean() < 1


def test_built_in_a_worker_it_is_the_same(trials: Trials, tmp_path) -> None:
    whole = trials.pipeline("pair-subgraph")
    made = run(RECIPES / "pair-subgraph.yaml", out=tmp_path / "run", overrides=["stages.0.workers=1"], host=trials.host)
    assert same(made.weights, whole.weights)
