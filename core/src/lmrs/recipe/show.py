"""A resolved recipe for people and for programs, with where each value came from."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from lmrs.recipe import source
from lmrs.recipe.provenance import DEFAULT
from lmrs.recipe.resolved import Resolved
from lmrs.recipe.tree import Path, dotted

_BARE = re.compile(r"[A-Za-z0-9_./@+-]+( [A-Za-z0-9_./@+-]+)*")


def as_json(resolved: Resolved) -> dict[str, Any]:
    """`recipe`, `provenance` and `notes`, as plain data."""
    return {
        "recipe": resolved.to_dict(),
        "provenance": dict(resolved.provenance),
        "notes": list(resolved.notes),
    }


def as_yaml(resolved: Resolved) -> str:
    """The recipe as YAML that reads back as the same."""
    return "".join(f"{text}\n" for text, _ in _lines(resolved.to_dict(), (), {}))


def as_text(resolved: Resolved) -> str:
    """The recipe as YAML, each value with its origin in a comment; what nobody set has none."""
    lines = list(_lines(resolved.to_dict(), (), resolved.provenance))
    width = min(60, max((len(text) for text, _ in lines), default=0))
    shown = [f"{text:<{width}}  # {origin}" if origin else text for text, origin in lines]
    notes = [f"# note: {note}" for note in resolved.notes]
    return "\n".join([*notes, *shown]) + "\n"


def _lines(value: Mapping[str, Any], path: Path, origins: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    indent = "  " * len(path)
    for key, below in value.items():
        yield from _entry(f"{indent}{_scalar(key)}:", below, (*path, key), origins)


def _entry(head: str, value: Any, path: Path, origins: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and value:
        yield head, ""
        yield from _lines(value, path, origins)
    elif isinstance(value, list) and any(isinstance(one, Mapping | list) for one in value):
        yield head, ""
        for number, one in enumerate(value):
            yield from _item(one, (*path, number), origins)
    else:
        yield f"{head} {_scalar(value)}", _origin(value, path, origins)


def _item(value: Any, path: Path, origins: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """An entry of a list: the first line of what it holds gets the dash."""
    indent = "  " * (len(path) - 1)
    if not isinstance(value, Mapping) or not value:
        yield f"{indent}- {_scalar(value)}", _origin(value, path, origins)
        return
    for number, (text, origin) in enumerate(_lines(value, path, origins)):
        yield (f"{indent}- {text[len(indent) + 2 :]}" if number == 0 else text), origin


def _origin(value: Any, path: Path, origins: Mapping[str, str]) -> str:
    own = path if not isinstance(value, list) or not value else (*path, 0)
    found = origins.get(dotted(own), "")
    return "" if found == DEFAULT else found


def _scalar(value: Any) -> str:
    """A value on one line, as our own reader reads it back."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(_scalar(one) for one in value)}]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_scalar(key)}: {_scalar(one)}" for key, one in value.items()) + "}"
    if isinstance(value, str) and _BARE.fullmatch(value) and source.value(value, "").value == value:
        return value
    return json.dumps(value, ensure_ascii=False)
