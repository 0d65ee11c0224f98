"""What a history says to each candidate."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from lmrs_plugins import Encoding


def scores(histories: Sequence[Encoding], candidates: Sequence[Encoding], scaled: bool, even: bool) -> Tensor:
    """(B, K): (sum_a c_a) . u, u = sum_ab att(c_a, h_b), att(q, K) = softmax(q K^T) K, over types of data a and b.

    The user vector u depends on the candidate, and has no parameters (Wu et al., SIGIR 2022, 2.3, where a and b are
    text and picture). A type that a candidate lacks says nothing, one that an item of the history lacks is not looked
    at; a candidate without any is -inf. `scaled` divides every inner product by the square root of d, which the paper
    does not; `even` lets all of the history weigh alike, whatever the candidate is.

    Shapes: histories (B, L, d) each, candidates (B, K, d) each.
    """
    held = [(one.main.masked_fill(~there[..., None], 0.0), there) for one in histories for there in [presence(one)]]
    asked = [(one.main.masked_fill(~there[..., None], 0.0), there) for one in candidates for there in [presence(one)]]
    user = sum(
        (
            _attended(query, keys, seen, scaled, even) * there[..., None]
            for query, there in asked
            for keys, seen in held
        ),
        start=torch.zeros(()),
    )
    found: Tensor = (torch.stack([query for query, _ in asked]).sum(0) * user).sum(-1)
    if scaled:
        found = found * user.shape[-1] ** -0.5
    return found.masked_fill(~torch.stack([there for _, there in asked]).any(0), float("-inf"))


def presence(one: Encoding) -> Tensor:
    """(…) whether there is a vector."""
    return torch.ones_like(one.main[..., 0], dtype=torch.bool) if one.mask is None else one.mask


def _attended(query: Tensor, keys: Tensor, there: Tensor, scaled: bool, even: bool) -> Tensor:
    """(B, K, d) what each query takes of the keys that are there, and zero where none is."""
    logits = query @ keys.transpose(1, 2)
    if even:
        logits = torch.zeros_like(logits)
    elif scaled:
        logits = logits * keys.shape[-1] ** -0.5
    weights = logits.masked_fill(~there[:, None], torch.finfo(logits.dtype).min).softmax(-1) * there[:, None]
    return weights @ keys
