"""What is to be predicted shows neither itself nor the features of its event."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

from lmrs_plugins import Encoding, Env, ExampleRandom, Examples, Ragged, View
from lmrs_sequence.encoders.options import Transformer as TransformerOptions
from lmrs_sequence.encoders.transformer import Transformer
from lmrs_sequence.fusions.item_in_context import ItemInContext
from lmrs_sequence.fusions.options import ItemInContext as ContextOptions
from lmrs_sequence.transforms.cloze import Cloze
from lmrs_sequence.transforms.next import Next
from lmrs_sequence.transforms.options import Cloze as ClozeOptions
from lmrs_sequence.transforms.options import Next as NextOptions
from lmrs_sequence.transforms.options import Permuted as PermutedOptions
from lmrs_sequence.transforms.permuted import Permuted

ITEMS, EVENTS = 40, 60
Look = Callable[[View], torch.Tensor]


@pytest.fixture
def examples() -> Examples:
    lengths = (9, 4, 2, 7)
    rng = np.random.default_rng(0)
    items = Ragged.of([rng.permutation(ITEMS)[:length] for length in lengths])
    events = Ragged.of([rng.permutation(EVENTS)[:length] for length in lengths])
    return Examples(np.arange(4), {"item": items, "event": events})


@pytest.fixture
def env(bundle_of) -> Env:
    return Env(bundle_of([list(range(ITEMS))], ITEMS), widths={"item": 8, "event": [4], "over": 8})


@pytest.fixture
def look(env) -> Callable[[bool], Look]:
    """States of a view: items with a feature of their events, through a Transformer."""

    def make(causal: bool) -> Look:
        torch.manual_seed(0)
        items, events = torch.randn(ITEMS, 8), torch.randn(EVENTS, 4)
        merge = ItemInContext(env, ContextOptions())
        encoder = Transformer(env, TransformerOptions(length=10, layers=2, dropout=0, causal=causal)).eval()

        def states(view: View) -> torch.Tensor:
            shown = view.map(torch.as_tensor)
            of_item = Encoding(vectors=items[shown["item"]], mask=shown.mask)
            over = merge(of_item, [], [Encoding(vectors=events[shown["event"]], mask=shown.mask)])
            more = {name: shown[name] for name in ("position", "order") if name in shown}
            return encoder(over, shown.mask, shown.special, **more).states.detach()

        return states

    return make


def changed(view: View, where: np.ndarray, field: str) -> View:
    rows = view[field].copy()
    rows[where] = (rows[where] + 11) % {"item": ITEMS, "event": EVENTS}[field]
    return view.replace(**{field: rows})


def moved(states: Look, view: View, where: np.ndarray, field: str) -> np.ndarray:
    """(B, L) whether a state that counts changes with a field at some places."""
    difference = (states(view) - states(changed(view, where, field))).abs().amax(-1).numpy() > 1e-6
    return difference if view.mask is None else difference & view.mask


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("kind", ["cloze", "permuted"])
def test_a_hidden_position_shows_nothing(env, examples, look, kind, training) -> None:
    options = {"length": 10, "rate": 0.5, "also": ["event"]}
    transform = Cloze(env, ClozeOptions(**options)) if kind == "cloze" else Permuted(env, PermutedOptions(**options))
    view = transform.views(examples, ExampleRandom(3, examples.keys) if training else None)["input"]
    hidden, states = view.special > 0, look(False)
    assert hidden.any(1).all()
    for field in ("item", "event"):
        assert not moved(states, view, hidden, field).any()
        shown = ~hidden & view.mask
        assert moved(states, view, shown, field)[shown.any(1)].any(), "and what is in sight matters"


def test_a_position_does_not_see_the_next_one_nor_its_event(env, examples, look) -> None:
    view = Next(env, NextOptions(length=10, also=["event"])).views(examples, ExampleRandom(3, examples.keys))["input"]
    assert view["event"][0][:8].tolist() == examples.lists("event")[0][:8].tolist(), "each item with its own event"
    states = look(True)
    for place in range(view["item"].shape[1] - 1):
        later = np.zeros(view["item"].shape, dtype=bool)
        later[:, place + 1 :] = True
        for field in ("item", "event"):
            found = moved(states, view, later & view.mask, field)
            assert not found[:, : place + 1].any()
    first = np.zeros(view["item"].shape, dtype=bool)
    first[:, 0] = True
    assert moved(states, view, first, "event")[0, :8].all()


def test_the_original_is_beside_the_hidden_one_only_where_asked_for(env, examples) -> None:
    views = Cloze(env, ClozeOptions(length=10, also=["event"], original=True)).views(
        examples, ExampleRandom(3, examples.keys)
    )
    original, shown = views["original"], views["input"]
    keep = (shown.special == 0) & shown.mask
    assert np.array_equal(original["item"][keep], shown["item"][keep])
    assert np.array_equal(original["item"][shown.special > 0], views["target"]["item"])
    assert original.special is None
    assert np.array_equal(original.mask, shown.mask)
