"""What pydantic found wrong, as one line that says where, which key, and what was meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from lmrs.recipe.suggest import meant
from lmrs.recipe.tree import Path, Tree, dotted
from lmrs_plugins.errors import InputError


def at(tree: Tree, path: Path, message: str) -> InputError:
    """An error at a key path."""
    return InputError(f"{tree.where(path)}: {dotted(path)}: {message}" if path else f"{tree.where(path)}: {message}")


def explained(
    error: ValidationError,
    tree: Tree,
    model: type[BaseModel],
    prefix: Path = (),
    placed: Mapping[str, Path] | None = None,
    also: Iterable[str] = (),
) -> InputError:
    """The first of the errors, unknown keys before all others.

    `prefix` is where the model's values stand in the tree, `placed` where single keys of it stand instead; `also` are
    keys that may stand there besides the model's own.
    """
    found = error.errors(include_url=False)
    first = min(found, key=lambda one: one["type"] != "extra_forbidden")
    location = list(first["loc"])
    start = (placed or {}).get(str(location[0])) if location else None
    path = _path(tree, start or prefix, location[1:] if start else location, missing=first["type"] == "missing")
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    return at(tree, path, _message(first, model, path, also if len(location) == 1 else ()) + more)


def _path(tree: Tree, path: Path, location: list[str | int], missing: bool) -> Path:
    """The keys of a location: pydantic's own steps (tags of unions, marks of keys) are no keys of ours."""
    here = tree.at(path)
    for number, key in enumerate(location):
        below = here.child(key) if here is not None else None
        if below is not None or (missing and number == len(location) - 1):
            path, here = (*path, key), below
    return path


def _message(error: Any, model: type[BaseModel], path: Path, also: Iterable[str]) -> str:
    kind, given = error["type"], error["input"]
    if kind == "extra_forbidden":
        return f"unknown key{meant(str(path[-1]), {*fields(model, error['loc'][:-1]), *also})}"
    if kind == "missing":
        return "is missing"
    said = " ".join(str(error["msg"]).removeprefix("Value error, ").removeprefix("Assertion failed, ").split())
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        said = "should be a mapping"
    said = said.replace("Input should be", "should be").replace("String should", "should")
    if kind == "value_error" and isinstance(given, Mapping):  # of the options together: the message says which
        return said
    shown = repr(given)
    return f"{said}, not {shown if len(shown) <= 60 else shown[:57] + '...'}"


def fields(model: type[BaseModel], location: Iterable[str | int]) -> set[str]:
    """Keys that a model, or the model at a location under it, knows."""
    here: set[type[BaseModel]] = {model}
    for key in location:
        below = {
            inner
            for one in here
            if str(key) in one.model_fields
            for inner in _models(one.model_fields[str(key)].annotation)
        }
        here = below or here
    return {field.alias or name for one in here for name, field in one.model_fields.items()}


def _models(annotation: Any) -> set[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {annotation}
    return {found for one in get_args(annotation) for found in _models(one)}
