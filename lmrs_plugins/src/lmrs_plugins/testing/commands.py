"""Checks of commands."""

from __future__ import annotations

import json
import types
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from lmrs_plugins.bundle import Bundle
from lmrs_plugins.command import Told
from lmrs_plugins.testing.case import Case

HOSTS = ("json", "plugins", "no_plugin", "context")
"""What the host takes for every command."""
_SIMPLE = (str, int, float, bool, Path, type(None))


@dataclass
class _Console:
    """Has the case's data under any name, and keeps what is written."""

    bundle: Bundle
    written: dict[str, bytes] = field(default_factory=dict)

    def data(self, source: str, changes: Sequence[str] = ()) -> Bundle:
        return self.bundle

    def write(self, path: Path, content: bytes) -> None:
        self.written[str(path)] = content


def check(case: Case) -> None:
    """Its options can be typed, its help says how, and what it says is JSON and lines, the same each time."""
    with case.check("typed"):
        for name, one in ({} if case.options is None else type(case.options).model_fields).items():
            case.require(name not in HOSTS, f"its option {name!r} is the host's, for every command: call it otherwise")
            case.require(
                _typed(one.annotation),
                f"its option {name!r} is {one.annotation}, which cannot be typed: text, number, bool, Path, Literal of "
                "texts, one of them or None, or a list of one",
            )
            usual = one.annotation is not bool or one.default is False
            case.require(usual, f"its option {name!r} is a switch: let it be False until it is typed")
    with case.check("help"):
        kind = case.load()
        case.require(kind.__doc__, "its class has no docstring, which is its help")
        examples = getattr(kind, "examples", ())
        case.require(
            isinstance(examples, tuple) and examples and all(isinstance(one, str) for one in examples),
            "it has no `examples`: a tuple of command lines",
        )
        for one in examples:
            case.require(
                one.split()[:1] == ["lmrs"] and one.split()[2:3] == [case.card.name],
                f"its example {one!r} is no command line of its own: begin with `lmrs PLUGIN {case.card.name}`",
            )
    with case.check("run"):
        (told, written), again = _run(case), _run(case)
        json.dumps(dict(told.plain), allow_nan=False)
        for line in told.lines:
            case.require(isinstance(line, str) and "\n" not in line, f"its line {line!r:.60} is not one line of text")
        case.require(told == again[0] and written == again[1], "it says or writes something else the second time")


def _run(case: Case) -> tuple[Told, dict[str, bytes]]:
    console = _Console(case.bundle)
    told = case.call(case.load()).run(console)
    case.require(isinstance(told, Told), f"run() gives {type(told).__name__}: return Told")
    return told, console.written


def _typed(annotation: Any) -> bool:
    """Whether a command line can say it."""
    kind, inner = get_origin(annotation), get_args(annotation)
    if kind is list:
        return all(one in _SIMPLE or get_origin(one) is Literal for one in inner)
    if kind in (Union, types.UnionType):
        return len(inner) == 2 and type(None) in inner and all(_typed(one) for one in inner)
    if kind is Literal:
        return all(isinstance(one, str) for one in inner)
    return annotation in _SIMPLE
