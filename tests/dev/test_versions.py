"""What the distributions declare, what the constraints pin and what is installed agree."""

from __future__ import annotations

import re
import sys
import tomllib
from importlib import metadata
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
MEMBERS = [ROOT / "lmrs_plugins", ROOT / "core", *sorted(ROOT.glob("plugins/*"))]
PROJECTS = [folder / "pyproject.toml" for folder in MEMBERS]


def pins(name: str) -> dict[str, str]:
    lines = (ROOT / name).read_text().splitlines()
    return dict(line.split("==") for line in lines if line and not line.startswith("#"))


def declared(extras: bool = True) -> list[tuple[str, Requirement]]:
    """Every requirement of every distribution of the workspace, and the folder that declares it."""
    found = []
    for path in filter(Path.exists, PROJECTS):
        project = tomllib.loads(path.read_text())["project"]
        optional = project.get("optional-dependencies", {}).values() if extras else ()
        texts = chain(project["dependencies"], *optional)
        found += [(path.parent.name, Requirement(text)) for text in texts]
    return [(place, need) for place, need in found if not need.name.startswith("lmrs")]


def floor(need: Requirement) -> Version | None:
    floors = [Version(one.version) for one in need.specifier if one.operator == ">="]
    return floors[0] if len(floors) == 1 else None


NEEDS = [pytest.param(need, id=f"{place}-{need.name}") for place, need in declared()]
every = pytest.mark.parametrize("need", NEEDS)


@pytest.mark.fault("L: lowest pins: each is the floor that is declared")
@every
def test_lowest_pin_is_the_declared_floor(need: Requirement) -> None:
    assert floor(need) == Version(pins("constraints-lowest.txt")[need.name.lower()])


@pytest.mark.fault("L: newest pins: each dependency has one, not below its floor")
@every
def test_newest_pin_meets_the_requirement(need: Requirement) -> None:
    assert need.specifier.contains(pins("constraints.txt")[need.name.lower()])


@pytest.mark.fault("L: newest or lowest pins: what is tested is what is pinned")
def test_installed_versions_are_the_pinned_ones() -> None:
    place = Path(sys.prefix)
    if place.parent != ROOT or not (place / "constraints.txt").is_file():
        pytest.skip("this environment was not made by ./dev")
    wanted = pins(f"{place.name}/constraints.txt")
    found = {one.name: one.version.partition("+")[0] for one in metadata.distributions()}
    found = {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in found.items()}
    assert {need.name.lower() for _, need in declared(extras=False)} <= set(found), "an extra may not be had"
    assert [name for name, version in found.items() if wanted.get(name, version) != version] == []
