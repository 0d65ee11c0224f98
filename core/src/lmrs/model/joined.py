"""Encodings of some rows each, as one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from lmrs_plugins import Encoding, PluginError


def joined(pieces: Sequence[Any], place: torch.Tensor | None = None) -> Any:
    """The rows of all pieces, which are encodings or dicts of them by output.

    States of texts that were padded to other lengths become as long as the longest. `place` (n,) is where each row
    stands in the pieces one after the other; None where they are in order.
    """
    if len(pieces) == 1:
        found = pieces[0]
    elif isinstance(pieces[0], dict):
        return {output: joined([piece[output] for piece in pieces], place) for output in pieces[0]}
    else:
        found = _one(pieces)
    if place is None:
        return found
    return {output: one[place] for output, one in found.items()} if isinstance(found, dict) else found[place]


def _one(pieces: Sequence[Encoding]) -> Encoding:
    if any(piece.extra for piece in pieces):
        raise PluginError(f"{', '.join(pieces[0].extra)} of an encoding cannot be put together from chunks of its rows")
    masks = [piece.mask if piece.mask is not None else torch.ones_like(piece.main[..., 0]).bool() for piece in pieces]
    ragged = masks[0].ndim > 1 and len({mask.shape[1] for mask in masks}) > 1
    everywhere = not ragged and all(piece.mask is None for piece in pieces)
    vectors, states, logits = (
        _stacked([tensor for tensor in each if tensor is not None])
        for each in zip(*((piece.vectors, piece.states, piece.logits) for piece in pieces), strict=True)
    )
    return Encoding(vectors, states, None if everywhere else _stacked(masks), logits)


def _stacked(pieces: list[torch.Tensor]) -> torch.Tensor | None:
    if not pieces or pieces[0].ndim == 1:
        return torch.cat(pieces) if pieces else None
    longest = max(piece.shape[1] for piece in pieces)
    return torch.cat([_lengthened(piece, longest) for piece in pieces])


def _lengthened(piece: torch.Tensor, length: int) -> torch.Tensor:
    if piece.shape[1] == length:
        return piece
    missing = piece.new_zeros(piece.shape[0], length - piece.shape[1], *piece.shape[2:])
    return torch.cat([piece, missing], dim=1)
