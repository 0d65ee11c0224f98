"""Plugins as their metadata describe them. Nothing of a plugin is imported here."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib.metadata import Distribution, distributions

from lmrs.host.plugins import PluginStatus, Rejection, described
from lmrs_plugins.hookspecs import GROUP

_NAME = re.compile(r"^Name:[ \t]*(\S.*)$", re.I | re.M)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An entry point of the group `lmrs`, and what its distribution says of itself.

    `requires` holds the raw `Requires-Dist` lines; `extras` the extras that the entry point asks for; `installed` is
    the distribution as Python knows it; `local` is a plugin that no distribution brought.
    """

    name: str
    module: str
    attribute: str = ""
    extras: tuple[str, ...] = ()
    distribution: str
    version: str
    requires: tuple[str, ...] = ()
    installed: Distribution | None = field(default=None, repr=False, compare=False)
    local: bool = False

    def status(self) -> PluginStatus:
        """Its row, as long as nothing speaks against it."""
        return PluginStatus(name=self.name, distribution=self.distribution, version=self.version, module=self.module)


def normalised(name: str) -> str:
    """A distribution's name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def search_path() -> list[str]:
    """`sys.path` without the current folder, where nobody but the interpreter put it there.

    `python -c` and `python -m` look into the folder that one happens to stand in; plugins are not taken from it.
    """
    path = list(sys.path)
    if path and not sys.flags.safe_path and os.path.realpath(path[0] or ".") == os.path.realpath("."):
        path = path[1:]
    return [folder for folder in path if folder]


def search(path: Sequence[str]) -> tuple[list[Found], list[PluginStatus]]:
    """Plugins on `path`, in order of their names, and those whose metadata cannot be read.

    A distribution that is on the path twice counts once: the first wins, as it does for imports.
    """
    found: list[Found] = []
    unreadable: list[PluginStatus] = []
    seen: set[str] = set()
    for distribution in _offering(path):
        name = _name(distribution)
        if not name:
            folder = distribution.locate_file("")
            unreadable.append(_unreadable("?", f"a distribution in {folder} has entry points and no name in METADATA"))
            continue
        key = normalised(name)
        if key in seen:
            continue
        seen.add(key)
        first = next(iter(distributions(name=name, path=list(path))), distribution)
        try:
            found.extend(_entries(first))
        except Exception as error:
            unreadable.append(_unreadable(name, f"entry_points.txt cannot be read: {described(error)}"))
    return sorted(found, key=lambda one: (one.name, one.distribution)), unreadable


def _offering(path: Sequence[str]) -> Iterator[Distribution]:
    """Distributions that mention the group. Only their metadata are parsed, which is what takes time."""
    for distribution in distributions(path=list(path)):
        try:
            text = distribution.read_text("entry_points.txt")
        except Exception:  # somebody else's broken metadata
            continue
        if text and f"[{GROUP}]" in text:
            yield distribution


def _name(distribution: Distribution) -> str:
    """Without parsing the rest, which is a third of what finding 200 plugins costs."""
    try:
        text = distribution.read_text("METADATA") or distribution.read_text("PKG-INFO") or ""
    except Exception:  # not even text
        return ""
    match = _NAME.search(text.partition("\n\n")[0])
    return match[1].strip() if match else ""


def _entries(distribution: Distribution) -> Iterator[Found]:
    metadata = distribution.metadata
    requires = tuple(metadata.get_all("Requires-Dist") or ())
    for entry in distribution.entry_points:
        if entry.group == GROUP:
            yield Found(
                name=entry.name,
                module=entry.module,
                attribute=entry.attr or "",
                extras=tuple(entry.extras),
                distribution=metadata["Name"],
                version=next(iter(metadata.get_all("Version") or ()), ""),
                requires=requires,
                installed=distribution,
            )


def _unreadable(distribution: str, cause: str) -> PluginStatus:
    status = PluginStatus(name=distribution, distribution=distribution, version="", module="")
    return status.rejected(Rejection("refused", cause, f"reinstall {distribution}"))
