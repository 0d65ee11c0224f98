"""What a history says to each candidate."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from lmrs_plugins import Encoding


def scores(
    histories: Sequence[Encoding],
    candidates: Sequence[Encoding],
    scaled: bool = False,
    even: bool = False,
    cosine: bool = False,
    attention: float = 1.0,
    temperature: float = 1.0,
) -> Tensor:
    """(B, K): (sum_a c_a) . u, u = sum_ab att(c_a, h_b), att(q, K) = softmax(q K^T) K, over types of data a and b.

    The user vector u depends on the candidate, and has no parameters (Wu et al., SIGIR 2022, 2.3, where a and b are
    text and picture). A type that a candidate lacks says nothing, one that an item of the history lacks is not looked
    at; a candidate without any is -inf. `scaled` divides every inner product by the square root of d, which the paper
    does not; `even` lets all of the history weigh alike, whatever the candidate is. With `cosine` vectors have length 1
    and sums over types are means. What is inside of the softmax is divided by `attention`, scores by `temperature`.

    Shapes: histories (B, L, d) each, candidates (B, K, d) each.
    """
    held, asked = ([(_vectors(one, cosine), presence(one)) for one in each] for each in (histories, candidates))
    by = histories[0].main.shape[-1] ** 0.5 if scaled else 1.0
    user = sum(
        (
            _attended(query, keys, seen, attention * by, even) * there[..., None]
            for query, there in asked
            for keys, seen in held
        ),
        start=torch.zeros(()),
    )
    found: Tensor = (torch.stack([query for query, _ in asked]).sum(0) * user).sum(-1)
    if cosine:
        found = found / (len(asked) ** 2 * len(held))
    found = found / (temperature * by)
    return found.masked_fill(~torch.stack([there for _, there in asked]).any(0), float("-inf"))


def presence(one: Encoding) -> Tensor:
    """(…) whether there is a vector."""
    return torch.ones_like(one.main[..., 0], dtype=torch.bool) if one.mask is None else one.mask


def _vectors(one: Encoding, cosine: bool) -> Tensor:
    """(…, d), zero where there is none."""
    found = functional.normalize(one.main, dim=-1) if cosine else one.main
    return found.masked_fill(~presence(one)[..., None], 0.0)


def _attended(query: Tensor, keys: Tensor, there: Tensor, by: float, even: bool) -> Tensor:
    """(B, K, d) what each query takes of the keys that are there, and zero where none is."""
    logits = query @ keys.transpose(1, 2) / by
    if even:
        logits = torch.zeros_like(logits)
    weights = logits.masked_fill(~there[:, None], torch.finfo(logits.dtype).min).softmax(-1) * there[:, None]
    return weights @ keys
