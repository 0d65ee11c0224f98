"""Which events are kept."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lmrs.data.settings import DataSettings

Codes = npt.NDArray[np.int64]


def kept(
    users: Codes,
    items: Codes,
    ratings: npt.NDArray[np.float64] | None,
    settings: DataSettings,
    among: npt.NDArray[np.bool_],
) -> npt.NDArray[np.bool_]:
    """(events,) true for the events of `among` that pass, in this order: rating, first users, k-core.

    Codes number users and items by first appearance. An event without a rating passes no `min_rating`.
    """
    mask = among.copy()
    if settings.min_rating is not None and ratings is not None:
        mask &= ratings >= settings.min_rating
    if settings.max_users is not None:
        mask &= users < settings.max_users
    return k_core(users, items, mask, settings.min_user, settings.min_item)


def k_core(
    users: Codes, items: Codes, mask: npt.NDArray[np.bool_], min_user: int, min_item: int
) -> npt.NDArray[np.bool_]:
    """The largest part of `mask` in which every user has `min_user` events and every item `min_item`."""
    mask = mask.copy()
    while min_user > 1 or min_item > 1:
        before = np.count_nonzero(mask)
        if not before:
            break
        mask[mask] = np.bincount(users[mask])[users[mask]] >= min_user
        if not mask.any():
            break
        mask[mask] = np.bincount(items[mask])[items[mask]] >= min_item
        if np.count_nonzero(mask) == before:
            break
    return mask
