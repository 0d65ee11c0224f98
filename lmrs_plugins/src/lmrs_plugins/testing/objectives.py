"""Checks of objectives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from lmrs_plugins.testing.case import Case
from lmrs_plugins.testing.draws import Draw, draw_for
from lmrs_plugins.testing.fake_nodes import FakeNode
from lmrs_plugins.testing.fake_step import FakeStep, everything, widths, wired, without_positions
from lmrs_plugins.testing.modules import check_gradients, check_saved, check_seed, is_module
from lmrs_plugins.view import View

Terms = Mapping[str, tuple[Tensor, Any]]
NOISE = 1e3


def check(case: Case) -> None:
    """Terms are sums with counts that add up over any split of a batch, of what the card declares alone."""
    env = case.env(widths=widths(case))
    nodes = wired(case)
    with case.check("build"):
        module = case.build(env)
        is_module(case, module)
        module.eval()
    with case.check("draw"):
        draw = draw_for(case, training=True)
        views = draw.views(everything(draw.size))
    with case.check("terms"):
        _check_terms(case, _terms(case, module, nodes, views))
    check_seed(case, lambda seed: case.build(env, seed))
    with case.check("additive"):
        _check_additive(case, module, nodes, draw)
    if hasattr(module, "counts"):
        with case.check("counts"):
            counted = {name: int(one) for name, one in module.counts(FakeStep(case, nodes, views, blind=True)).items()}
            wanted = {name: int(count) for name, (_, count) in _terms(case, module, nodes, views).items()}
            case.require(counted == wanted, f"counts() says {counted}, terms {wanted}: let them agree")
    with case.check("masking"):
        _check_masking(case, module, nodes, views)
    with case.check("empty"):
        for name, (total, _) in _terms(case, module, nodes, without_positions(views)).items():
            sound = bool(torch.isfinite(total))
            case.require(
                sound,
                f"term {name!r} is {total.item()} where every position is masked: give a sum of 0 and a count of 0",
            )
    check_gradients(case, module, lambda: _total(_terms(case, module, nodes, views)), _leaves(nodes))
    module.eval()
    check_saved(
        case, lambda seed: case.build(env, seed), lambda one, other: _check_loaded(case, one, other, nodes, views)
    )


def _terms(case: Case, module: Any, nodes: Any, views: Mapping[str, View], seed: int = 0) -> Terms:
    terms: Terms = module.terms(FakeStep(case, nodes, views, seed=seed))
    return terms


def _check_terms(case: Case, terms: Any) -> None:
    case.require(
        isinstance(terms, Mapping) and terms, "terms() gives no term: return a mapping of names to (sum, count)"
    )
    for name, value in terms.items():
        pair = isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], Tensor)
        case.require(pair, f"term {name!r} is {type(value).__name__}: return (sum, count)")
        total, count = value
        case.require(
            total.ndim == 0, f"the sum of term {name!r} has shape {tuple(total.shape)}: a scalar; add up the batch"
        )
        case.require(bool(torch.isfinite(total)), f"the sum of term {name!r} is {total.item()}: keep it finite")
        scalar = isinstance(count, int) or (isinstance(count, Tensor) and count.ndim == 0)
        case.require(scalar, f"the count of term {name!r} is {count!r}: one whole number")
        case.require(int(count) > 0, f"the count of term {name!r} is {int(count)} on a batch that has positions")
        case.require(total.requires_grad, f"the sum of term {name!r} has no gradient: do not detach it")


def _check_additive(case: Case, module: nn.Module, nodes: Any, draw: Draw) -> None:
    parts = [np.arange(draw.size // 2 + 1), np.arange(draw.size // 2 + 1, draw.size)]
    whole = _terms(case, module, nodes, draw.views(everything(draw.size)))
    again = _terms(case, module, nodes, draw.views(everything(draw.size)), seed=1)
    halves = [_terms(case, module, nodes, draw.views(part)) for part in parts]
    interact = "rows-interact" in case.card.traits
    for name, (total, count) in whole.items():
        counted = sum(int(half[name][1]) for half in halves if name in half)
        case.require(
            interact or counted == int(count),
            f"term {name!r} counts {int(count)} on a batch and {counted} on its two halves: count what is summed, or "
            f"mark the "
            "card `rows-interact`",
        )
        summed, value = sum(float(half[name][0].detach()) for half in halves if name in half), float(total.detach())
        random = draw.tied or not torch.allclose(total, again[name][0])
        close = (0.6 < summed / value < 1.6) if random and value else np.isclose(summed, value, rtol=1e-3, atol=1e-4)
        case.require(
            interact or close,
            f"term {name!r} is {value:.4g} on a batch and {summed:.4g} on its two halves together: return sums, "
            f"never means, "
            "or mark the card `rows-interact`",
        )


def _check_masking(
    case: Case, module: nn.Module, nodes: Mapping[str, list[FakeNode]], views: Mapping[str, View]
) -> None:
    before = _terms(case, module, nodes, views)
    every = [node for wire in nodes.values() for node in wire]
    for node in every:
        node.noise = NOISE
    after = _terms(case, module, nodes, views)
    for node in every:
        node.noise = 0.0
    for name, (total, _) in before.items():
        case.require(
            torch.allclose(total, after[name][0], rtol=1e-3, atol=1e-4),
            f"term {name!r} changes with vectors or states whose mask is false: leave out what is not there",
        )


def _check_loaded(case: Case, one: Any, other: Any, nodes: Any, views: Mapping[str, View]) -> None:
    left, right = _terms(case, one, nodes, views), _terms(case, other, nodes, views)
    same = all(torch.equal(left[name][0], right[name][0]) for name in left)
    case.require(
        same, "saved and loaded it gives other terms: register what it keeps as parameters or persistent buffers"
    )


def _total(terms: Terms) -> Tensor:
    return torch.stack([total for total, _ in terms.values()]).sum()


def _leaves(nodes: Mapping[str, list[FakeNode]]) -> list[Tensor]:
    return [node.table for wire in nodes.values() for node in wire]
