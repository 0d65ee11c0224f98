"""Whether a plugin was built for the installed contract, and has what its extras need. Metadata only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from lmrs.host.discovery import Found, normalised
from lmrs.host.plugins import Rejection
from lmrs_plugins.version import __version__ as installed

if TYPE_CHECKING:
    from packaging.requirements import Requirement

CONTRACT = "lmrs-plugins"
UNSTATED = f"does not say which {CONTRACT} it needs"
_NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")
_PLAIN = re.compile(r"\s*[\w.-]*\w\s*((?:>=|<)\s*\d+(?:\.\d+)*(?:\s*,\s*(?:>=|<)\s*\d+(?:\.\d+)*)*)\s*")


def check(found: Found) -> None:
    """Raise a `Rejection` where metadata rule the plugin out."""
    for requirement in _requirements(found, CONTRACT):
        if not requirement.specifier.contains(installed, prereleases=True):
            raise Rejection(
                "refused",
                f"it needs {CONTRACT}{requirement.specifier}, and {CONTRACT} {installed} is installed",
                f"pip install --upgrade {found.distribution} {CONTRACT}",
            )
    if found.extras:
        _check_extras(found)


def plainly_fits(line: str, version: str) -> bool:
    """Whether a requirement of the usual form, `NAME>=0.1,<0.2`, takes a version; False where it is of another form.

    It spares every start of the command line the import of packaging, which answers wherever this does not say yes.
    """
    match = _PLAIN.fullmatch(line)
    if match is None or not re.fullmatch(r"\d+(\.\d+)*", version):
        return False
    have = _numbers(version)
    clauses = re.findall(r"(>=|<)\s*([\d.]+)", match[1])
    return all(have >= _numbers(bound) if sign == ">=" else have < _numbers(bound) for sign, bound in clauses)


def _numbers(version: str) -> list[int]:
    numbers = [int(part) for part in version.split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return numbers


def remarks(found: Found) -> tuple[str, ...]:
    """Notes for the author of a plugin that passed."""
    return () if found.local or any(_names(line, CONTRACT) for line in found.requires) else (UNSTATED,)


def _check_extras(found: Found) -> None:
    for requirement in _requirements(found):
        try:
            present = version(requirement.name)
        except PackageNotFoundError:
            present = ""
        if not present or not requirement.specifier.contains(present, prereleases=True):
            extras = ",".join(found.extras)
            raise Rejection(
                "refused",
                f"its extra [{extras}] needs {requirement}, "
                + (f"and {requirement.name} {present} is installed" if present else "which is not installed"),
                f"pip install '{found.distribution}[{extras}]'",
            )


def _requirements(found: Found, name: str = "") -> Iterator[Requirement]:
    """Requirements that hold here, under the entry point's extras; of one distribution, or of all."""
    for line in found.requires:
        if name and (not _names(line, name) or plainly_fits(line, installed)):
            continue
        from packaging.requirements import InvalidRequirement, Requirement  # late: plugins without one pay nothing

        try:
            requirement = Requirement(line)
        except InvalidRequirement as error:
            raise Rejection("refused", f"its metadata cannot be read: {line!r}: {error}") from error
        environments: list[dict[str, str]] = [{"extra": extra} for extra in ("", *found.extras)]
        if requirement.marker is None or any(requirement.marker.evaluate(one) for one in environments):
            yield requirement


def _names(line: str, name: str) -> bool:
    match = _NAME.match(line)
    return match is not None and normalised(match[1]) == name
