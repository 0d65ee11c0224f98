"""What nodes return."""

from __future__ import annotations

import pytest
import torch

from lmrs_plugins import Encoding, last

STATES = torch.arange(24.0).reshape(4, 3, 2)


def test_last_finds_the_last_position_that_is_there() -> None:
    mask = torch.tensor([[1, 1, 0], [0, 0, 1], [1, 0, 1], [0, 0, 0]]).bool()
    found = last(Encoding(states=STATES, mask=mask))
    # padding at the right, at the left, a hole, and nothing at all
    assert torch.equal(found, torch.stack([STATES[0, 1], STATES[1, 2], STATES[2, 2], STATES[3, 0]]))


def test_last_with_a_hole_at_the_end_and_without_a_mask() -> None:
    mask = torch.tensor([[1, 0, 1, 0, 0]]).bool()
    states = torch.arange(5.0).reshape(1, 5, 1)
    assert last(Encoding(states=states, mask=mask)).item() == 2
    assert last(Encoding(states=states)).item() == 4


def test_last_lets_gradients_through() -> None:
    states = STATES.clone().requires_grad_()
    last(Encoding(states=states, mask=torch.tensor([[1, 1, 0]] * 4).bool())).sum().backward()
    assert states.grad is not None
    assert states.grad[:, 1].eq(1).all()
    assert not states.grad[:, [0, 2]].any()


def test_an_index_goes_through_everything() -> None:
    encoding = Encoding(vectors=STATES, mask=torch.ones(4, 3).bool(), logits=STATES * 2, extra={"keys": 1})
    part = encoding[torch.tensor([2, 0])]
    assert part.vectors is not None
    assert part.vectors.shape == (2, 3, 2)
    assert part.mask is not None
    assert part.mask.shape == (2, 3)
    assert part.states is None
    assert part.logits is not None
    assert torch.equal(part.logits, STATES[[2, 0]] * 2)
    assert part.extra == {"keys": 1}


def test_main_is_vectors_then_states() -> None:
    assert Encoding(vectors=STATES, states=STATES * 2).main is STATES
    with pytest.raises(AssertionError, match="vectors or states"):
        _ = Encoding().main
