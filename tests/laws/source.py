"""Reads source trees without importing them: who imports whom, and which words are written."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Import:
    """One imported module. `when` is `typing` (under TYPE_CHECKING), `late` (in a function), `string` or `load`."""

    module: str
    file: Path
    line: int
    when: str

    @property
    def top(self) -> str:
        return self.module.partition(".")[0]

    def __str__(self) -> str:
        place = self.file.relative_to(ROOT) if self.file.is_relative_to(ROOT) else self.file
        return f"{place}:{self.line}: {self.module} ({self.when})"


@dataclass(frozen=True)
class Distribution:
    """A distribution of the workspace."""

    name: str
    folder: Path
    package: str
    entry_points: dict[str, str]
    dependencies: tuple[str, ...]

    @property
    def source(self) -> Path:
        return self.folder / "src" / self.package

    @classmethod
    def at(cls, folder: Path) -> Distribution:
        project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
        extras = [line for lines in project.get("optional-dependencies", {}).values() for line in lines]
        (package,) = [child.name for child in (folder / "src").iterdir() if child.name.startswith("lmrs")]
        return cls(
            name=project["name"],
            folder=folder,
            package=package,
            entry_points=project.get("entry-points", {}).get("lmrs", {}),
            dependencies=tuple(re.match(r"[\w.-]+", line)[0] for line in [*project["dependencies"], *extras]),
        )


CORE = Distribution.at(ROOT / "core")
CONTRACT = Distribution.at(ROOT / "lmrs_plugins")
PLUGINS = [Distribution.at(path.parent) for path in sorted((ROOT / "plugins").glob("*/pyproject.toml"))]


def python(folder: Path) -> list[Path]:
    """Its Python files."""
    return sorted(folder.rglob("*.py"))


def imports(file: Path, root: Path) -> list[Import]:
    """Everything that `file` imports; `root` is the folder of its package. Strings that look like modules count too.

    `from a import b` gives `a.b`: whether b is a module or a name does not matter to who is asked.
    """
    package = [root.name, *file.relative_to(root).parent.parts]
    return list(_walk(ast.parse(file.read_text(encoding="utf-8"), str(file)), file, package, "load"))


def _walk(node: ast.AST, file: Path, package: list[str], when: str) -> Iterator[Import]:
    if isinstance(node, ast.Import):
        yield from (Import(alias.name, file, node.lineno, when) for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = package[: len(package) - node.level + 1] if node.level else []
        module = ".".join([*base, *filter(None, [node.module])])
        yield from (Import(f"{module}.{alias.name}", file, node.lineno, when) for alias in node.names)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        module = node.value.partition(":")[0]
        if re.fullmatch(r"[a-z_]\w*(\.\w+)*", module):
            yield Import(module, file, node.lineno, "string")
    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
        for child in node.body:
            yield from _walk(child, file, package, "typing")
        for child in node.orelse:
            yield from _walk(child, file, package, when)
        return
    late = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
    for child in ast.iter_child_nodes(node):
        yield from _walk(child, file, package, "late" if late and when == "load" else when)


def words(text: str) -> set[str]:
    """Every word of a text in lower case: identifiers whole and in their parts, hyphenated names whole and in parts."""
    found: set[str] = set()
    for token in re.findall(r"[A-Za-z0-9_]+(?:-[A-Za-z0-9_]+)*", text):
        found.add(plain(token))
        for part in re.split(r"[-_]", token):
            found.add(part.lower())
            found.update(piece.lower() for piece in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", part))
        found.update(plain(piece) for piece in token.split("-"))
    return found


def plain(name: str) -> str:
    """A name without case, hyphens and underscores."""
    return re.sub(r"[-_\s]", "", name).lower()
