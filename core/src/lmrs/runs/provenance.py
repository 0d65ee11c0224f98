"""What a run was made with."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterable
from importlib import metadata


def versions(distributions: Iterable[str] = ()) -> dict[str, str]:
    """Versions of Python, of this host, of all that it requires, and of the distributions named (the plugins')."""
    found = {"python": platform.python_version(), "platform": platform.platform()}
    for name in sorted({"lmrs", *_required("lmrs"), *distributions}):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def _required(distribution: str) -> set[str]:
    """Names of what a distribution requires without an extra."""
    try:
        lines = metadata.requires(distribution) or []
    except metadata.PackageNotFoundError:
        return set()
    return {re.split(r"[^A-Za-z0-9_.-]", line, maxsplit=1)[0] for line in lines if "extra ==" not in line}
