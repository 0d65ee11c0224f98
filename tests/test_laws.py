"""The three laws of the house, read from the sources."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from laws.source import CONTRACT, CORE, PLUGINS, ROOT, Import, imports, plain, python, words

ROOMS = ("host", "recipe", "data", "model", "runs", "train", "evaluation", "answer", "report", "cli")
"""The rooms of core. Each knows only those to its left; `runs`, the store, knows none and serves all to its right."""
LEAVES = ("host", "runs")
BESIDE = {"version"}
"""Modules that every room may read."""
ENTRANCE = {"builtin", "__init__", "__main__"}
"""The host's own plugin and the front door look into any room, and no room looks into them."""

MODALITIES = (
    "torch_geometric",
    "open_clip",
    "transformers",
    "torchvision",
    "peft",
    "networkx",
    "sentence_transformers",
)
SYSTEMS = (
    *("BERT4Rec", "PLM-Rec", "Transformers4Rec", "APIRecX", "RecInDial", "SpeedyFeed", "TwHIN-BERT", "CHEST"),
    *("UniSRec", "Tiny-NewsRec", "MM-Rec", "S3-Rec", "PREC", "G-BERT", "UniCRS", "PPR", "MESE", "UniMIND", "Sileo"),
    *("P5", "PEPLER", "PRL", "SASRec"),
)
ALLOWED = {
    ("core/src/lmrs/data/readers/sequences.py", "S3-Rec"): "says whose files have the format that it reads",
    ("core/src/lmrs/data/readers/sequences.py", "SASRec"): "says whose files have the format that it reads",
    ("core/src/lmrs/data/readers/sequences.py", "BERT4Rec"): "says whose files have the format that it reads",
    ("core/src/lmrs/recipe/subjects.py", "sequence/"): "a docstring's example of how a message names a component",
}
"""Mentions in core that stay, each with the reason."""

plugins = pytest.mark.parametrize("plugin", PLUGINS, ids=lambda plugin: plugin.name)


def all_imports(folder: Path) -> list[Import]:
    return [one for file in python(folder) for one in imports(file, folder)]


def foreign_to_plugins(found: list[Import], package: str) -> list[str]:
    """Imports of the host or of another plugin, by statement or by name. The bare string `lmrs` is the hooks' group."""
    others = {CORE.package, *(plugin.package for plugin in PLUGINS)} - {package}
    return [str(one) for one in found if one.top in others and (one.when, one.module) != ("string", CORE.package)]


def room(module: str) -> str:
    """The room of a module of core."""
    return [*module.split("."), "__init__"][1]


def turned_back(found: list[Import]) -> list[str]:
    """Imports by a room of one that it may not know."""
    said = []
    for one in found:
        home = room(".".join((CORE.package, *one.file.relative_to(CORE.source).with_suffix("").parts)))
        there = room(one.module)
        if one.top != CORE.package or home in ENTRANCE or there in BESIDE | {home}:
            continue
        if one.when == "string" and one.module == "lmrs.builtin.plugin":
            continue  # the entry point of the host's own plugin, as everybody's is a string
        known = set() if home in LEAVES else set(ROOMS[: ROOMS.index(home)]) if home in ROOMS else set()
        if there not in known and (one.when != "string" or there in ROOMS):
            said.append(str(one))
    return said


def heavy(found: list[Import]) -> list[str]:
    """Imports of torch for more than types, and of the conformance checks, which are the one place that may run it."""
    return [
        str(one)
        for one in found
        if f"{one.module}.".startswith(("torch.", f"{CONTRACT.package}.testing."))
        and one.when in ("load", "late")
        and "testing" not in one.file.relative_to(CONTRACT.source).parts
    ]


def mentions(text: str, names: tuple[str, ...]) -> list[str]:
    """Which of `names` a text has as words, in any spelling, or, where they are long enough, within words."""
    said = words(text)
    return [
        name
        for name in names
        if plain(name) in said or any(len(plain(name)) > 5 and plain(name) in word for word in said)
    ]


# The first law: arrows point at the contract.


@plugins
def test_plugins_import_neither_the_host_nor_each_other(plugin):
    found = all_imports(plugin.source)
    assert "lmrs_plugins" in {one.top for one in found}, "the sources were not read"
    assert foreign_to_plugins(found, plugin.package) == []


@plugins
def test_plugins_depend_neither_on_the_host_nor_on_each_other(plugin):
    assert CONTRACT.name in plugin.dependencies
    assert not {CORE.name, *(other.name for other in PLUGINS)} & set(plugin.dependencies)


def test_the_contract_knows_nobody():
    found = all_imports(CONTRACT.source)
    assert len(found) > 100, "the sources were not read"
    assert foreign_to_plugins(found, CONTRACT.package) == []
    assert not {CORE.name, "torch", *(plugin.name for plugin in PLUGINS)} & set(CONTRACT.dependencies)


def test_the_contract_takes_torch_for_types_only():
    found = all_imports(CONTRACT.source)
    assert "typing" in {one.when for one in found if one.top == "torch"}, "the sources were not read"
    assert heavy(found) == []


def test_core_imports_no_plugin_and_no_modality():
    strangers = {*MODALITIES, *(plugin.package for plugin in PLUGINS)}
    found = all_imports(CORE.source)
    assert len(found) > 500, "the sources were not read"
    assert [str(one) for one in found if one.top in strangers] == []
    banned = {
        plain(name) for name in (*MODALITIES, "torch-geometric", "open-clip-torch", *(one.name for one in PLUGINS))
    }
    assert not banned & {plain(name) for name in CORE.dependencies}


def test_core_mentions_no_plugin_modality_or_published_system():
    """In no identifier, string, comment or docstring."""
    names = (*MODALITIES, *SYSTEMS, *(plugin.name for plugin in PLUGINS))
    said = set()
    for file in sorted(path for path in CORE.source.rglob("*") if path.is_file() and "__pycache__" not in path.parts):
        text = file.read_text(encoding="utf-8", errors="replace")
        place = file.relative_to(ROOT).as_posix()
        said.update((place, name) for name in mentions(f"{place} {text}", names))
        for name in (name for plugin in PLUGINS for name in plugin.entry_points):
            said.update((place, f"{name}/") for quote in "\"'` (" if f"{quote}{name}/" in text)
    assert said - ALLOWED.keys() == set()
    assert ALLOWED.keys() - said == set(), "no longer there: take it off the list"


def test_rooms_know_only_the_rooms_to_their_left():
    assert {path.name for path in CORE.source.iterdir() if path.is_dir()} - {"__pycache__"} <= {*ROOMS, "builtin"}
    assert turned_back(all_imports(CORE.source)) == []


# The third law: discovery is free.


@pytest.mark.parametrize(
    "module", sorted(value.partition(":")[0] for one in (CORE, *PLUGINS) for value in one.entry_points.values())
)
def test_an_entry_point_imports_nothing_heavy(module):
    dear = {"torch", "numpy", "pydantic", "pyarrow", *MODALITIES}
    ask = f"import sys, {module}; print(*({dear!r} & sys.modules.keys()))"
    said = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=False)
    assert (said.returncode, said.stdout.split(), said.stderr) == (0, [], "")


# The checks themselves: each is shown a breach of its law.


@pytest.mark.parametrize(
    ("text", "caught"),
    [
        ("import lmrs", True),
        ("from lmrs.host import host", True),
        ("def f():\n    import lmrs.data", True),
        ("if TYPE_CHECKING:\n    from lmrs.model import graph", True),
        ("import_module('lmrs.host.host')", True),
        ("load = 'lmrs.host.host:Host'", True),
        ("import lmrs_another", True),
        ("from lmrs_another.encoders import item", True),
        ("x = 'lmrs_another.plugin'", True),
        ("import lmrs_plugins", False),
        ("from lmrs_plugins import Card", False),
        ("from . import other", False),
        ("import lmrs_one.encoders", False),
        ("group = 'lmrs'", False),
        ("hook = 'lmrs_encoders'", False),
    ],
)
def test_a_plugins_breach_is_seen(tmp_path, monkeypatch, text, caught):
    root = tmp_path / "lmrs_one"
    root.mkdir()
    (root / "part.py").write_text(text)
    another = type(CORE)("lmrs-another", tmp_path, "lmrs_another", {}, ())
    monkeypatch.setattr(sys.modules[__name__], "PLUGINS", [another])
    assert bool(foreign_to_plugins(all_imports(root), "lmrs_one")) == caught


@pytest.mark.parametrize(
    ("place", "text", "caught"),
    [
        ("data/part.py", "from lmrs.model import graph", True),
        ("data/part.py", "from ..model import graph", True),
        ("data/part.py", "from .. import model", True),
        ("data/part.py", "def f():\n    import lmrs.cli", True),
        ("data/part.py", "import_module('lmrs.cli.main')", True),
        ("data/part.py", "if TYPE_CHECKING:\n    from lmrs.train import loop", True),
        ("data/part.py", "from lmrs import builtin", True),
        ("data/part.py", "import lmrs", True),
        ("data/part.py", "from lmrs.host.host import Host", False),
        ("data/part.py", "from lmrs.recipe import schema", False),
        ("data/part.py", "from lmrs.version import __version__", False),
        ("data/part.py", "from . import other", False),
        ("runs/part.py", "from lmrs.recipe import schema", True),
        ("train/part.py", "from lmrs.runs import folder", False),
        ("builtin/part.py", "from lmrs.cli import main", False),
        ("__init__.py", "from lmrs.answer import pipeline", False),
        ("lost.py", "from lmrs.host import host", True),
    ],
)
def test_a_rooms_breach_is_seen(tmp_path, monkeypatch, place, text, caught):
    root = tmp_path / "lmrs"
    file = root / place
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    monkeypatch.setattr(type(CORE), "source", root)
    assert bool(turned_back(all_imports(root))) == caught


@pytest.mark.parametrize(
    ("text", "caught"),
    [
        ("import torch", True),
        ("from torch import nn", True),
        ("def f():\n    import torch", True),
        ("if TYPE_CHECKING:\n    import torch", False),
        ("if typing.TYPE_CHECKING:\n    from torch import nn\nelse:\n    import torch", True),
        ("import torchmetrics", False),
        ("from lmrs_plugins.testing import cards", True),
        ("from lmrs_plugins import testing", True),
        ("checks = 'lmrs_plugins.testing.cards:check'", False),
    ],
)
def test_a_heavy_contract_is_seen(tmp_path, monkeypatch, text, caught):
    monkeypatch.setattr(type(CONTRACT), "source", tmp_path)
    (tmp_path / "part.py").write_text(text)
    assert bool(heavy(all_imports(tmp_path))) == caught


@pytest.mark.parametrize(
    ("text", "caught"),
    [
        ("class Bert4RecModel: ...", ["BERT4Rec"]),
        ("def bert_4_rec(): ...", ["BERT4Rec"]),
        ("name = 'tiny-newsrec'", ["Tiny-NewsRec"]),
        ("# as P5 does", ["P5"]),
        ("class PprPrompt: ...", ["PPR"]),
        ("use_p5 = 1", ["P5"]),
        ("from transformers import AutoModel", ["transformers"]),
        ("precision of a transformer, mp5, suppress, chestnut", []),
    ],
)
def test_a_mention_is_seen(text, caught):
    assert mentions(text, (*MODALITIES, *SYSTEMS)) == caught
