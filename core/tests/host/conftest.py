"""Generated distributions: a folder of metadata and a module each, on a path of the test's own."""

from __future__ import annotations

import importlib
import itertools
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from textwrap import dedent

import pytest

from lmrs.host.host import Host

CONTRACT = ("lmrs-plugins>=0.1,<0.2",)
HEAD = "from lmrs_plugins import Card, Family, Port, hookimpl\nfrom lmrs_plugins.recipe import RecipeCard\n"
CARD = """
def card(name="thing", family="encoder", load=f"{__name__}:Thing", **more):
    if family == "encoder":
        more = {"gives": {"": Port("item", "vectors")}, "evaluation": "rows", **more}
    return Card(family=family, name=name, summary="a thing", load=load, **more)

class Thing:
    pass
"""
GOOD = "@hookimpl\ndef lmrs_encoders():\n    return [card()]\n"
_numbers = itertools.count()


class Site:
    """A folder as `pip install --target` leaves it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)

    def add(
        self,
        name: str,
        body: str = GOOD,
        *,
        distribution: str = "",
        version: str = "1.0",
        requires: Sequence[str] = CONTRACT,
        value: str = "",
        entries: str = "",
        metadata: str = "",
    ) -> str:
        """Install a plugin of one module; gives the module's name, for which `{module}` in the others stands."""
        module = f"generated_{next(_numbers)}_{name.replace('-', '_')}"
        (self.folder / f"{module}.py").write_text(HEAD + CARD + dedent(body))
        distribution = distribution or f"lmrs-{name}"
        info = self.folder / f"{distribution.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        lines = ["Metadata-Version: 2.1", f"Name: {distribution}", f"Version: {version}"]
        lines += [f"Requires-Dist: {line}" for line in requires]
        (info / "METADATA").write_text(metadata or "\n".join(lines) + "\n")
        text = entries or f"[lmrs]\n{name} = {value or '{module}'}\n"
        (info / "entry_points.txt").write_text(text.replace("{module}", module))
        importlib.invalidate_caches()
        return module

    def imported(self, module: str) -> bool:
        """Whether any of its code has run."""
        return module in sys.modules


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    before = set(sys.modules)
    made = Site(tmp_path / "site")
    monkeypatch.setattr(sys, "path", [str(made.folder), *sys.path])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield made
    for name in set(sys.modules) - before:
        if name.startswith("generated_") or name in ("local_one", "local_two"):
            del sys.modules[name]


@pytest.fixture
def host(site: Site) -> Callable[..., Host]:
    """Makes a host that sees the generated distributions only, and no environment variable."""

    def make(**options: object) -> Host:
        return Host(**{"path": [str(site.folder)], "environ": {}, **options})  # type: ignore[arg-type]

    return make
