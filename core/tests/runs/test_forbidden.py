"""No source of ours can unpickle a file or evaluate text: read off the syntax trees of every distribution."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SOURCES = sorted(
    path
    for home in (ROOT / "core" / "src", ROOT / "lmrs_plugins" / "src", *sorted((ROOT / "plugins").glob("*/src")))
    for path in home.rglob("*.py")
)
# The conformance checks pickle a binding that they have made and read it back, as a loader's workers do: no file.
EXEMPT = {"lmrs_plugins/src/lmrs_plugins/testing": {"pickle"}}

MODULES = frozenset(["pickle", "cPickle", "_pickle", "cloudpickle", "dill", "joblib", "marshal", "shelve"])
CALLS = frozenset(
    ["torch.load", "torch.jit.load", "yaml.unsafe_load", "yaml.full_load", "yaml.unsafe_load_all", "yaml.full_load_all"]
)
SUFFIXES = ("read_pickle", "load_learner")
SAFE = frozenset(["SafeLoader", "CSafeLoader", "BaseLoader", "CBaseLoader"])


def faults(tree: ast.Module) -> Iterator[str]:
    """Each forbidden import, call or option, by name."""
    homes = _imported(tree)
    safe = SAFE | {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and any(_dotted(base, homes).split(".")[-1] in SAFE for base in node.bases)
    }
    for home in homes.values():
        if home.split(".")[0] in MODULES:
            yield home.split(".")[0]
        elif home in CALLS or home in {"yaml.load", "yaml.load_all"}:
            yield f"from ... import {home}"
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = _dotted(node.func, homes)
        options = {word.arg: word.value for word in node.keywords}
        if (
            (isinstance(node.func, ast.Name) and name in {"eval", "exec", "compile"})
            or name in CALLS
            or name.split(".")[-1] in SUFFIXES
        ):
            yield name
        elif name in {"yaml.load", "yaml.load_all"}:
            loader = options.get("Loader", node.args[1] if len(node.args) > 1 else None)
            if loader is None or _dotted(loader, homes).split(".")[-1] not in safe:
                yield name
        allowed = options.get("allow_pickle")
        if allowed is not None and not (isinstance(allowed, ast.Constant) and allowed.value is False):
            yield "allow_pickle"
        trusted = options.get("trust_remote_code")
        if trusted is not None and not (isinstance(trusted, ast.Constant) and trusted.value is False):
            yield "trust_remote_code"


def _imported(tree: ast.Module) -> dict[str, str]:
    """The module or attribute that each imported name stands for."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                found[alias.asname or alias.name.split(".")[0]] = (
                    alias.name if alias.asname else alias.name.split(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                found[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return found


def _dotted(node: ast.expr, homes: dict[str, str]) -> str:
    """`np.load` as `numpy.load`; empty for what is no dotted name."""
    if isinstance(node, ast.Name):
        return homes.get(node.id, node.id)
    if isinstance(node, ast.Attribute):
        inner = _dotted(node.value, homes)
        return f"{inner}.{node.attr}" if inner else f".{node.attr}"
    return ""


BAD = [
    "import pickle",
    "import pickle as p",
    "from pickle import loads",
    "def f():\n    import joblib",
    "import dill.source",
    "import torch\ntorch.load('x')",
    "import torch as t\nt.load('x', weights_only=True)",
    "from torch import load",
    "from torch import load as l",
    "import numpy as np\nnp.load('x', allow_pickle=True)",
    "import numpy as np\nnp.load('x', allow_pickle=flag)",
    "import pandas as pd\npd.read_pickle('x')",
    "eval('1')",
    "exec('1')",
    "compile('1', '', 'exec')",
    "import yaml\nyaml.load(text)",
    "import yaml\nyaml.load(text, Loader=yaml.Loader)",
    "import yaml\nyaml.load(text, yaml.FullLoader)",
    "import yaml\nyaml.unsafe_load(text)",
    "import yaml\nclass Mine(yaml.Loader): ...\nyaml.load(text, Loader=Mine)",
    "from yaml import full_load",
    "M.from_pretrained('x', trust_remote_code=True)",
]
GOOD = [
    "import torch\nmodel.eval()",
    "import re\nre.compile('x')",
    "import torch\ntorch.compile(model)",
    "import numpy as np\nnp.load('x')\nnp.load('x', allow_pickle=False)",
    "import yaml\nyaml.safe_load(text)",
    "import yaml\nyaml.load(text, Loader=yaml.SafeLoader)",
    "import yaml\nclass Mine(yaml.SafeLoader): ...\nyaml.load(text, Loader=Mine)",
    "import json\njson.load(file)",
    "from lmrs.runs import tensors\ntensors.load(path)",
]


@pytest.mark.parametrize("text", BAD)
def test_the_check_finds(text: str) -> None:
    assert list(faults(ast.parse(text)))


@pytest.mark.parametrize("text", GOOD)
def test_the_check_lets_through(text: str) -> None:
    assert list(faults(ast.parse(text))) == []


def test_the_sources_are_there() -> None:
    assert {"atomic.py", "hookspecs.py"} <= {path.name for path in SOURCES}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_source_unpickles_or_evaluates(path: Path) -> None:
    name = path.relative_to(ROOT).as_posix()
    exempt = {fault for home, some in EXEMPT.items() if name.startswith(f"{home}/") for fault in some}
    assert [fault for fault in faults(ast.parse(path.read_text(encoding="utf-8"))) if fault not in exempt] == []
