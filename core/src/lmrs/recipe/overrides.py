"""Where a recipe comes from: a name or a file, what it extends, and what `--set` changes in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path as FilePath
from pathlib import PurePosixPath

from lmrs.recipe.catalogue import Catalogue
from lmrs.recipe.merge import Merge, entry
from lmrs.recipe.source import parse, read, value
from lmrs.recipe.suggest import meant
from lmrs.recipe.tree import Mark, Path, Tree, dotted
from lmrs_plugins.errors import InputError, LmrsError, PluginError
from lmrs_plugins.recipe import RecipeCard


@dataclass(frozen=True)
class Source:
    """A recipe as it was asked for, before any component is looked up.

    `deleted` are the nodes that were taken away on the way; `chain` names the files that it was made of.
    """

    tree: Tree
    deleted: frozenset[str] = frozenset()
    chain: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Place:
    """A recipe file: on its own, or in an installed package."""

    path: FilePath
    package: str = ""

    @property
    def label(self) -> str:
        return f"{self.package.replace('.', '/')}/{self.path.as_posix()}" if self.package else str(self.path)

    @property
    def identity(self) -> str:
        return self.label if self.package else str(self.path.resolve())

    def read(self) -> Tree:
        if not self.package:
            return read(self.path)
        try:
            data = files(self.package).joinpath(*PurePosixPath(self.path.as_posix()).parts).read_bytes()
        except (OSError, ImportError) as error:
            raise PluginError(f"{self.label}: the recipe's card names a file that is not there ({error})") from None
        return parse(data, self.label)

    def beside(self, name: str) -> _Place:
        path = FilePath(name)
        if self.package and (path.is_absolute() or ".." in path.parts):
            raise InputError(f"a recipe of a package extends a recipe by name, or a file beside it: not {name!r}")
        return replace(self, path=self.path.parent / path)


def load(reference: str | FilePath, catalogue: Catalogue, overrides: Iterable[str] = ()) -> Source:
    """A recipe by its name or file, over all that it extends, with `--set` overrides on top in their order.

    Raises
    ------
    InputError
        It cannot be read, extends itself, or an override does not fit.
    """
    source = _extended(_place(reference, catalogue), catalogue, ())
    merge = Merge(swaps=True, deleted=set(source.deleted))
    tree = source.tree
    for text in overrides:
        keys, given = override(text)
        if given.value is None:
            _present(tree, keys, given)
        for key in reversed(keys):
            given = Tree({key: given}, given.mark)
        tree = merge.lay(tree, given)
    return replace(source, tree=tree, deleted=frozenset(merge.deleted))


def plain(recipe: dict[str, object], label: str) -> Source:
    """A recipe that is plain data already, as a run folder keeps it."""
    return Source(Tree.of(recipe, Mark(label)), chain=(label,))


def override(text: str) -> tuple[list[str], Tree]:
    """`a.b=c` as keys and a value; the value is YAML, null takes away."""
    label = f"--set {text}"
    path, equals, given = text.partition("=")
    keys = path.strip().split(".")
    if not equals or not given.strip() or not all(keys):
        raise InputError(f"{label}: write it as key.key=value (stages.0.epochs=3; model.text=null takes away)")
    return keys, value(given, label, line=False)


def _present(tree: Tree, keys: list[str], given: Tree) -> None:
    """What is to be taken away has to be there, or a slip of the pen would do nothing in silence."""
    path: Path = ()
    for key in keys:
        step: str | int = entry(tree, key, path, given) if isinstance(tree.value, tuple) else key
        below = tree.child(step)
        path = (*path, step)
        if below is None:
            known = tree.value if isinstance(tree.value, dict) else ()
            raise InputError(f"{given.mark}: there is no {dotted(path)} to take away{meant(key, known)}")
        tree = below


def _place(reference: str | FilePath, catalogue: Catalogue) -> _Place:
    path = FilePath(reference)
    if path.suffix in (".yaml", ".yml") or isinstance(reference, FilePath) or path.is_file():
        return _Place(path)
    card: RecipeCard = catalogue.recipe(str(reference))
    return _Place(FilePath(card.path), card.package)


def _extended(place: _Place, catalogue: Catalogue, below: tuple[_Place, ...]) -> Source:
    if place.identity in [one.identity for one in below]:
        chain = " extends ".join(one.label for one in (*below, place))
        raise InputError(f"{chain}: a recipe cannot extend itself; leave out one `extends`")
    tree = place.read()
    assert isinstance(tree.value, dict)
    wanted = tree.value.get("extends")
    rest = Tree({key: one for key, one in tree.value.items() if key != "extends"}, tree.mark)
    if wanted is None or wanted.value is None:
        return Source(rest, chain=(place.label,))
    if not isinstance(wanted.value, str):
        raise InputError(f"{wanted.mark}: extends: the name of a recipe, or a file beside this one")
    try:
        path = FilePath(wanted.value)
        parent = place.beside(wanted.value) if path.suffix in (".yaml", ".yml") else _place(wanted.value, catalogue)
        base = _extended(parent, catalogue, (*below, place))
    except LmrsError as error:
        if str(error).startswith(f"{wanted.mark}:") or below:
            raise
        raise type(error)(f"{wanted.mark}: extends {wanted.value!r}: {error}") from None
    merge = Merge(deleted=set(base.deleted))
    merged = merge.lay(base.tree, rest)
    return Source(merged, frozenset(merge.deleted), (place.label, *base.chain))
