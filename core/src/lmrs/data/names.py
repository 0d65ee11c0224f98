"""What columns are called out in the world, and what they are called here."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence

from lmrs_plugins.errors import InputError

ROLES = {
    "user": ("user_id", "user", "userid", "uid", "session_id", "sessionid", "reviewerid", "customer_id", "visitorid"),
    "item": ("item_id", "item", "itemid", "iid", "movie_id", "movieid", "product_id", "asin", "book_id", "track_id"),
    "timestamp": ("timestamp", "time", "ts", "unixreviewtime", "date_added", "created_at"),
    "rating": ("rating", "score", "overall", "stars", "label"),
}
FIELDS = {
    "title": ("title", "movie_title", "item_title", "name", "item_name", "original_title"),
    "categories": ("categories", "category", "class", "genres", "genre", "classes"),
}


def find_roles(names: Sequence[str], columns: Mapping[str, str], file: str) -> dict[str, str]:
    """Our name to the file's name for every column that is to be read.

    `columns` (`{user: uid, price: unit_price}`) comes first; roles that it leaves open are found by their usual names.

    Raises
    ------
    InputError
        A column of `columns` does not exist, has two roles, or there is none for `user` or `item`.
    """
    found: dict[str, str] = {}
    for role, name in columns.items():
        if name not in names:
            near = difflib.get_close_matches(name, names, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"it has {listed(names)}"
            raise InputError(f"{file}: no column {name!r}, which data.columns gives for {role}; {hint}")
        twin = next((other for other in found if found[other] == name and {other, role} <= set(ROLES)), "")
        if twin:
            raise InputError(
                f"{file}: data.columns gives {name!r} for {twin} and for {role}; say another for one of them"
            )
        found[role] = name
    taken = set(found.values())
    for role, usual in ROLES.items():
        if role not in found:
            fitting = [name for word in usual for name in names if name.strip().lower() == word and name not in taken]
            if fitting:
                found[role] = fitting[0]
                taken.add(fitting[0])
    for role in ("user", "item"):
        if role not in found:
            raise InputError(
                f"{file}, row 1: no column for {role} among {listed(names)}; say which with data.columns.{role}"
            )
    return found


def field_name(name: str) -> str:
    """Our name for a column of a table, the same where we have none of our own."""
    for ours, usual in FIELDS.items():
        if name.lower() in usual:
            return ours
    return name


def listed(names: Sequence[str]) -> str:
    """The first few names, for a message."""
    shown = ", ".join(repr(name[:40]) for name in names[:8])
    return shown + (f" and {len(names) - 8} more" if len(names) > 8 else "") if names else "nothing"


def distinct(names: Sequence[str]) -> tuple[list[str], list[int]]:
    """Names made unequal by a number, and the places of those that stood before."""
    used: set[str] = set()
    again: list[int] = []
    out: list[str] = []
    for place, name in enumerate(names):
        unequal, number = name, 2
        while unequal in used:
            unequal, number = f"{name} ({number})", number + 1
        if unequal != name:
            again.append(place)
        used.add(unequal)
        out.append(unequal)
    return out, again
