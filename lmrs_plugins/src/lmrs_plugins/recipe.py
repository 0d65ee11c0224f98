"""How a plugin offers a recipe: its name and the package file that holds it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeCard:
    """A recipe that comes with a plugin.

    `package` and `path` locate a YAML file among the package's files; nothing is imported to read it. A recipe whose
    `demo` is not None is part of `lmrs demo`: it holds the changes (`stages.0.epochs=3`) with which it trains on the
    generated data in well under a minute of two cores.
    """

    name: str
    summary: str
    package: str
    path: str
    source: str = ""
    demo: tuple[str, ...] | None = None
    family: str = "recipe"
