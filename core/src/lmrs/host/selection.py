"""Which plugins the user wants: an allow-list and a deny-list, compared with metadata before any import."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lmrs.host.discovery import Found, normalised
from lmrs.host.plugins import Rejection

DENY = "LMRS_DISABLE_PLUGINS"
ALLOW = "LMRS_PLUGINS"
OWN = "lmrs"
"""Name of the host's own plugin, and of its distribution. It cannot be switched off."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Names of entry points or of distributions. `allow` None lets every plugin in that `deny` does not name.

    Neither list is a sandbox: a `.pth` file of an installed package runs before any code of ours.
    """

    deny: frozenset[str] = frozenset()
    allow: frozenset[str] | None = None

    @classmethod
    def of(cls, environ: Mapping[str, str], enable: Iterable[str] | None, disable: Iterable[str]) -> Selection:
        """From arguments and environment: `enable` replaces `LMRS_PLUGINS`, `disable` adds to the other."""
        if enable is None and ALLOW in environ:
            enable = environ[ALLOW].split(",")
        deny = [*disable, *environ.get(DENY, "").split(",")]
        return cls(_names(deny), None if enable is None else _names(enable))

    def check(self, found: Found) -> None:
        """Raise a `Rejection` where the user does not want this plugin."""
        names = {normalised(found.name), normalised(found.distribution)}
        if names & self.deny:
            raise Rejection("disabled", "switched off", f"take it out of {DENY} or --no-plugin")
        if self.allow is not None and not names & self.allow:
            raise Rejection("disabled", "not on the list of allowed plugins", f"add it to {ALLOW}")

    def unknown(self, found: Sequence[Found]) -> list[str]:
        """A sentence for each name that no plugin has."""
        known = {normalised(name) for one in found for name in (one.name, one.distribution)} | {OWN}
        said = []
        for names, verb in ((self.deny, "disable"), (self.allow or frozenset(), "allow")):
            for name in sorted(names - known):
                near = difflib.get_close_matches(name, sorted(known - {OWN}), 1)
                hint = f": did you mean {near[0]!r}?" if near else ": see `lmrs plugins`"
                said.append(f"no plugin {name!r} to {verb} is installed{hint}")
        if OWN in self.deny:
            said.append(f"{OWN!r} is the host's own plugin and cannot be disabled")
        return said


def _names(names: Iterable[str]) -> frozenset[str]:
    return frozenset(normalised(name.strip()) for name in names if name.strip())
