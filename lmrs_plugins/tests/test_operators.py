"""A package whose extension this torch cannot load is imported all the same, and one that is whole is left alone."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch")

HALF = """
import importlib.machinery, pathlib, torch
path = pathlib.Path(__file__).with_name("_C" + importlib.machinery.EXTENSION_SUFFIXES[-1])
if path.exists():
    try:
        torch.ops.load_library(str(path))
        loaded = True
    except OSError:
        loaded = False
if not path.exists() or not loaded:
    @torch.library.register_fake("halfway::f")
    def f(x):
        return x
"""
"""What torchvision does, in small: its Python half registers something for an operator of the other."""
TRY = """
import torch
from lmrs_plugins.operators import declare_operators
print("declared", declare_operators(torch, "halfway", "_C", ["f(Tensor x) -> Tensor", "g(Tensor x) -> Tensor"]))
"""


def run(code: str, path: Path) -> str:
    code = f"import sys; sys.path.insert(0, {str(path)!r})\n{code}"
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package of which nothing but the Python half works."""
    folder = tmp_path / "halfway"
    folder.mkdir()
    (folder / "__init__.py").write_text(HALF)
    (folder / "_C.so").write_bytes(b"compiled for another torch")
    return folder


@pytest.mark.fault("L: a library whose compiled extension is of another build of torch")
def test_what_cannot_be_imported_can_be_with_its_operators_declared(package: Path) -> None:
    assert "operator halfway::f does not exist" in run("import halfway", package.parent)
    said = run(f"{TRY}\nimport halfway, torch; print('whole', torch.ops.halfway.f)", package.parent)
    assert "declared ('f', 'g')" in said
    assert "whole halfway.f" in said


def test_it_is_declared_once(package: Path) -> None:
    assert run(f"{TRY}{TRY}\nimport halfway\n{TRY}", package.parent).count("declared ()") == 2


def test_a_missing_extension_is_as_one_that_does_not_load(package: Path) -> None:
    (package / "_C.so").unlink()
    assert "declared ('f', 'g')" in run(TRY, package.parent)


def test_nothing_is_declared_where_the_extension_loads(package: Path) -> None:
    import _ctypes

    shutil.copy(_ctypes.__file__, package / "_C.so")  # any library that loads
    said = run(f"{TRY}\nimport halfway, torch; print(hasattr(torch.ops.halfway, 'f'))", package.parent)
    assert said.splitlines() == ["declared ()", "False"]


def test_operators_that_are_there_are_left(package: Path) -> None:
    there = "import torch; own = torch.library.Library('halfway', 'DEF'); own.define('f(Tensor x) -> Tensor')"
    assert "declared ('g',)" in run(f"{there}{TRY}\nimport halfway", package.parent)


def test_nothing_is_declared_for_a_package_that_is_not_there(tmp_path: Path) -> None:
    said = run(f"{TRY}\nprint(hasattr(torch.ops.halfway, 'f'))", tmp_path)
    assert said.splitlines() == ["declared ()", "False"]
