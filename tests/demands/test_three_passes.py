"""Three forward passes of one encoder in one objective, and one objective of several drawn for each step."""

from __future__ import annotations

from itertools import pairwise

from demands.trials import RECIPES, Trials

from lmrs.answer.listener import Listener
from lmrs.answer.run import run


class Terms(Listener):
    """Which objective each step drew."""

    def __init__(self) -> None:
        self.drawn = []

    def stepped(self, step, terms) -> None:
        self.drawn.append(sorted(terms))


def test_a_step_runs_the_passes_of_the_objective_that_it_drew(trials: Trials, tmp_path, monkeypatch) -> None:
    encoder = type(trials.pipeline("three-passes").graph.nodes["history"].module)
    passes, forward = [], encoder.forward

    def spied(self, over, mask, special):
        passes.append(self.training)
        return forward(self, over, mask, special)

    monkeypatch.setattr(encoder, "forward", spied)
    terms = Terms()
    run(RECIPES / "three-passes.yaml", out=tmp_path / "run", host=trials.host, listener=terms)
    three = terms.drawn.count(["segment-contrast.contrast"])
    one = terms.drawn.count(["masked-item.loss"])
    assert three + one == len(terms.drawn) == 48
    assert min(three, one) > 0
    assert sum(passes) == 3 * three + one


def test_another_seed_draws_in_another_order(trials: Trials, tmp_path) -> None:
    orders = []
    for seed in (42, 43):
        terms = Terms()
        out = tmp_path / f"{seed}"
        run(RECIPES / "three-passes.yaml", out=out, seed=seed, host=trials.host, listener=terms)
        orders.append(terms.drawn)
    assert orders[0] != orders[1]
    assert any(first == second for first, second in pairwise(orders[0])), "taking turns is no drawing"
