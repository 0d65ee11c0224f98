"""Operators that a library's compiled extension would have declared, had this torch been able to load it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

_declared: list[Any] = []
"""A declaration lasts as long as the library object that made it."""


def declare_operators(torch: ModuleType, package: str, extension: str, schemas: Sequence[str]) -> tuple[str, ...]:
    """Declare operators of a package whose Python half registers something for them when it is imported.

    An extension is compiled against one build of torch. Where its package is installed beside another build (a wheel of
    PyPI beside torch's CPU build), the import of the package fails, `operator PACKAGE::NAME does not exist`, and with
    it that of every library that imports the package where it can. With its operators declared, and none of them
    implemented, what is written in Python works. Call this before the first import of the package or of such a library.

    Nothing is declared where the package is not installed, or is imported already, where its extension loads, and where
    the operators are there.

    Parameters
    ----------
    torch
        The module: this package imports none of it.
    package
        Its name, which is that of its operators' namespace too.
    extension
        Name of the extension module inside it: `_C`.
    schemas
        The operators, as torch writes them: `nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor`.

    Returns
    -------
    The names of those that were declared.
    """
    places = () if package in sys.modules else _folders(package)
    if not places:
        return ()
    for path in (folder / f"{extension}{suffix}" for folder in places for suffix in EXTENSION_SUFFIXES):
        if path.is_file():
            try:
                torch.ops.load_library(str(path))
            except (ImportError, OSError):
                break
            return ()
    missing = {schema.partition("(")[0]: schema for schema in schemas}
    missing = {name: schema for name, schema in missing.items() if not hasattr(getattr(torch.ops, package), name)}
    if missing:
        library = torch.library.Library(package, "FRAGMENT")
        for schema in missing.values():
            library.define(schema)
        _declared.append(library)
    return tuple(missing)


def _folders(package: str) -> tuple[Path, ...]:
    spec = find_spec(package)
    return tuple(map(Path, (spec.submodule_search_locations or ()) if spec else ()))
