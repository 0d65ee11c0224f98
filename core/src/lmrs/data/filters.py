"""Which events are kept."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lmrs.data.settings import DataSettings
from lmrs_plugins.spool import pieces

Codes = npt.NDArray[np.int64]


def kept(
    users: Codes,
    items: Codes,
    ratings: npt.NDArray[np.float64] | None,
    settings: DataSettings,
    mask: npt.NDArray[np.bool_],
) -> None:
    """Leave in `mask`, (events,), those that pass, in this order: rating, first users, k-core.

    Codes number users and items by first appearance. An event without a rating passes no `min_rating`.
    """
    for piece in pieces(len(mask)):
        if settings.min_rating is not None and ratings is not None:
            mask[piece] &= ratings[piece] >= settings.min_rating
        if settings.max_users is not None:
            mask[piece] &= users[piece] < settings.max_users
    k_core(users, items, mask, settings.min_user, settings.min_item)


def k_core(users: Codes, items: Codes, mask: npt.NDArray[np.bool_], min_user: int, min_item: int) -> None:
    """Leave in `mask` the largest part in which every user has `min_user` events and every item `min_item`."""
    before = -1
    while (min_user > 1 or min_item > 1) and (left := int(np.count_nonzero(mask))) != before:
        before = left
        for codes, least in ((users, min_user), (items, min_item)):
            often = occurrences(codes, mask) >= least
            for piece in pieces(len(mask)):
                mask[piece] &= often[codes[piece]]


def occurrences(codes: Codes, mask: npt.NDArray[np.bool_]) -> Codes:
    """How often each code, up to the highest, stands under a true `mask`."""
    counts = np.zeros(int(codes.max(initial=-1)) + 1, dtype=np.int64)
    for piece in pieces(len(codes)):
        counts += np.bincount(codes[piece][mask[piece]], minlength=len(counts))
    return counts
