"""Reading YAML: plain values with the line of each key, and nothing that runs or explodes.

Scalars follow YAML 1.2: `on`, `yes` and dates are strings, `1e-3` is a number. Keys are strings always.
"""

from __future__ import annotations

import math
import re
from pathlib import Path as FilePath
from typing import Any

import yaml

from lmrs.recipe.tree import Mark, Tree
from lmrs_plugins.errors import InputError

LARGEST = 256 * 1024
"""Bytes of a recipe file."""
MOST = 20_000
"""Values of a recipe, those that aliases repeat counted each time."""
DEEPEST = 40
"""Mappings and lists in one another."""

_TAG = "tag:yaml.org,2002:"
_NULL = re.compile(r"|~|null|Null|NULL")
_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_INT = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


class _Loader(yaml.SafeLoader):
    """Composes nodes and leaves plain scalars for us to read."""

    def resolve(self, kind: Any, value: Any, implicit: Any) -> str:
        if kind is yaml.ScalarNode:
            return "plain" if implicit[0] else f"{_TAG}str"
        return f"{_TAG}map" if kind is yaml.MappingNode else f"{_TAG}seq"


def read(path: FilePath) -> Tree:
    """A recipe file; the marks name it as it was given."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error}); give a recipe's name or file") from None
    return parse(data, str(path))


def parse(data: bytes, label: str) -> Tree:
    """A recipe out of bytes; `label` stands for the file in messages.

    Raises
    ------
    InputError
        It is not UTF-8, not YAML, empty, too large, not a mapping, or says a key twice.
    """
    if len(data) > LARGEST:
        raise InputError(f"{label}: larger than {LARGEST // 1024} KiB: this is no recipe")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(f"{label}:{line}: not UTF-8 (byte {error.start}); save the file as UTF-8") from None
    tree = value(text, label)
    if tree.value is None:
        raise InputError(f"{label}:1: the file is empty; a recipe is a mapping that begins with its `name`")
    if not isinstance(tree.value, dict):
        raise InputError(f"{tree.mark}: a recipe is a mapping (`name: …`), not a {_kind(tree.value)}")
    return tree


def value(text: str, label: str, line: bool = True) -> Tree:
    """Any one YAML value; without `line`, marks name the label alone."""
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{label}:{mark.line + 1}" if mark is not None and line else label
        raise InputError(f"{place}: not YAML: {_flat(error.problem or error.context)}") from None
    except yaml.reader.ReaderError as error:
        number = text.count("\n", 0, error.position) + 1
        place = f"{label}:{number}" if line else label
        raise InputError(f"{place}: a control character that YAML does not allow; remove it") from None
    except RecursionError:
        raise InputError(f"{label}: nested too deeply for a recipe") from None
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise InputError(f"{label}: not YAML: {_flat(error)}") from None
    if node is None:
        return Tree(None, Mark(label, 1 if line else 0))
    return _Reader(label, line).tree(node, None, 0)


class _Reader:
    """Turns composed nodes into a tree, counting what aliases repeat."""

    def __init__(self, label: str, line: bool) -> None:
        self._label, self._line, self._count = label, line, 0

    def _mark(self, node: Any) -> Mark:
        start = node.start_mark
        return Mark(self._label, start.line + 1, start.column + 1) if self._line else Mark(self._label)

    def tree(self, node: Any, mark: Mark | None, depth: int) -> Tree:
        mark = mark or self._mark(node)
        self._count += 1
        if self._count > MOST:
            raise InputError(f"{mark}: more than {MOST} values, aliases included; write less, or use `extends`")
        if depth > DEEPEST:
            raise InputError(f"{mark}: more than {DEEPEST} levels in one another, or an alias to itself")
        if isinstance(node, yaml.MappingNode):
            self._tagged(node, mark, "map")
            return Tree(self._mapping(node, depth), mark)
        if isinstance(node, yaml.SequenceNode):
            self._tagged(node, mark, "seq")
            return Tree(tuple(self.tree(one, None, depth + 1) for one in node.value), mark)
        return Tree(self._scalar(node, mark), mark)

    def _mapping(self, node: Any, depth: int) -> dict[str, Tree]:
        found: dict[str, Tree] = {}
        for key, below in node.value:
            mark = self._mark(key)
            if not isinstance(key, yaml.ScalarNode) or not key.value:
                raise InputError(f"{mark}: a key has to be a name")
            name = self._text(key.value, mark)
            if name == "<<":
                raise InputError(f"{mark}: merge keys (<<) are not read; use `extends`")
            if name in found:
                raise InputError(f"{mark}: key {name!r} stands twice, first at {found[name].mark}; keep one")
            found[name] = self.tree(below, mark, depth + 1)
        return found

    @staticmethod
    def _tagged(node: Any, mark: Mark, kind: str) -> None:
        if node.tag != f"{_TAG}{kind}":
            raise InputError(f"{mark}: tag {_short(node.tag)} is not read; a recipe holds plain values only")

    def _scalar(self, node: Any, mark: Mark) -> str | int | float | bool | None:
        text = self._text(node.value, mark)
        kind = node.tag.removeprefix(_TAG)
        if kind == "str":
            return text
        for name, pattern in (("null", _NULL), ("bool", _BOOL), ("int", _INT), ("float", _FLOAT)):
            if kind in ("plain", name) and pattern.fullmatch(text):
                return _read(name, text, mark)
        if kind == "plain":
            return text
        raise InputError(f"{mark}: {text[:40]!r} under tag {_short(node.tag)} is not read; write it plainly")

    @staticmethod
    def _text(text: str, mark: Mark) -> str:
        try:
            text.encode()
        except UnicodeEncodeError:
            raise InputError(f"{mark}: half of a surrogate pair; write the character itself") from None
        return text


def _read(kind: str, text: str, mark: Mark) -> int | float | bool | None:
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() == "true"
    if kind == "int" and len(text) <= 20:
        return int(text)
    if kind == "float" and not text.lower().endswith(("inf", "nan")) and math.isfinite(float(text)):
        return float(text)
    raise InputError(f"{mark}: {text[:40]} is not a number that a recipe can hold; quote it if it is a text")


def _short(tag: str) -> str:
    return repr(tag.replace(_TAG, "!!")[:80])


def _flat(message: object) -> str:
    return " ".join(str(message).split())[:200]


def _kind(value: object) -> str:
    return "list" if isinstance(value, tuple) else "single value"
