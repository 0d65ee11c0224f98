"""A torchvision that cannot be imported, as its wheel is beside torch's CPU build, does not stand in the way."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import lmrs_text

SOURCE = Path(lmrs_text.__file__).parent
GUARD = "lmrs_text.before_transformers"


def run(code: str, *places: Path) -> subprocess.CompletedProcess[str]:
    code = f"import sys; sys.path[:0] = {[str(place) for place in places]!r}\n{code}"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def imported(body: list[ast.stmt]) -> list[str]:
    names = []
    for one in body:
        names += [one.module] if isinstance(one, ast.ImportFrom) else []
        names += [alias.name for alias in one.names] if isinstance(one, ast.Import) else []
    return names


def test_whatever_imports_transformers_or_peft_imports_the_guard_first() -> None:
    seen = 0
    for file in sorted(SOURCE.rglob("*.py")):
        for scope in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            body = getattr(scope, "body", None)
            names = imported(body) if isinstance(body, list) else []
            users = [name for name in names if name.partition(".")[0] in ("transformers", "peft")]
            if users:
                seen += 1
                assert GUARD in names[: names.index(users[0])], f"{file.name} imports {users[0]} before {GUARD}"
    assert seen >= 6


@pytest.mark.fault("L: torchvision cannot be imported, as its wheel beside torch's CPU build: the text plugin")
@pytest.mark.parametrize("module", ["lmrs_text.encoders.language_model", "lmrs_text.strategies.lora"])
def test_the_plugin_is_imported_where_torchvision_is_not(module: str) -> None:
    if find_spec("torchvision") is None or "does not exist" not in run("import torchvision").stderr:
        pytest.skip("torchvision is whole here, or not installed")
    done = run(f"import {module}\nimport torchvision\nprint('whole')")
    assert done.stdout.split() == ["whole"], done.stderr


def test_a_whole_torchvision_is_left_alone(tmp_path: Path) -> None:
    import _ctypes

    folder = tmp_path / "torchvision"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "_C.so").write_bytes(Path(_ctypes.__file__).read_bytes())  # any library that loads
    done = run(f"import {GUARD}, torch; print(hasattr(torch.ops.torchvision, 'nms'))", tmp_path)
    assert done.stdout.split() == ["False"], done.stderr
