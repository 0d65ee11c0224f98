"""Who may be imported: everything that metadata can say against a plugin, said before any of its code runs."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from lmrs.host import contract
from lmrs.host.discovery import Found
from lmrs.host.plugins import Rejection, described
from lmrs.host.selection import OWN, Selection

if TYPE_CHECKING:
    from lmrs.host.pins import Pins

_NAME = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")


def decide(
    found: Sequence[Found], selection: Selection, pins: Pins | None, reject: Callable[[Found, Rejection], None]
) -> dict[str, Found]:
    """The plugins to import, by name. The others go to `reject` with the reason.

    What the user switched off is out of the way first: leaving out one of two that claim a name frees it for the other.
    """
    wanted = [one for one in found if _passes(one, selection.check, reject)]
    if pins is not None:
        wanted = [one for one in wanted if _passes(one, pins.check, reject)]
    claims: dict[str, list[Found]] = {}
    for one in wanted:
        claims.setdefault(one.name, []).append(one)

    def check(one: Found) -> None:
        _check_name(one, claims[one.name])
        contract.check(one)

    return {one.name: one for one in wanted if _passes(one, check, reject)}


def _passes(one: Found, check: Callable[[Found], None], reject: Callable[[Found, Rejection], None]) -> bool:
    try:
        check(one)
    except Rejection as rejection:
        reject(one, rejection)
        return False
    except Exception as error:  # metadata can be wrong in more ways than packaging has names for
        reject(one, Rejection("refused", f"its metadata cannot be read: {described(error)}"))
        return False
    return True


def _check_name(one: Found, claims: Sequence[Found]) -> None:
    if one.name == OWN:
        raise Rejection("refused", f"the name {OWN!r} is the host's own")
    if not _NAME.fullmatch(one.name):
        raise Rejection("refused", f"{one.name!r} is no name for a plugin: lower-case words joined by hyphens are")
    if len(claims) > 1:
        origins = " and ".join(f"{claim.distribution} {claim.version}".rstrip() for claim in claims)
        which = " or ".join(f"--no-plugin {claim.distribution}" for claim in claims if not claim.local)
        raise Rejection(
            "refused",
            f"the name {one.name!r} is claimed by {origins}",
            f"uninstall one of them, or leave it out: {which}",
        )
